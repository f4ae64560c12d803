import type { Json } from '../../model/json.js';
import { SEARCH_ATTRIBUTE_NAMES } from '../../model/state/search-attributes.js';

/** What decides how the local server is started. */
export interface ServerStart {
  ports: { grpc: number; ui: number; http: number };
  dbFile: string;
  /** True: each write is on the disk before it is answered. False: a power cut may lose the last moments, a killed process nothing. */
  durable: boolean;
  /** Dynamic configuration beside golive's own. */
  settings?: Readonly<Record<string, Json>>;
}

const MIB = 1024 * 1024;

/**
 * Settings of the server that its defaults get wrong for sequential steps: with the default poll rate of 20 a second a step
 * costs about 101 ms, with these about 17 ms (measured on 2 cores).
 */
export const DYNAMIC_CONFIG = {
  'history.transferProcessorMaxPollRPS': 2000,
  'history.timerProcessorMaxPollRPS': 2000,
  'history.visibilityProcessorMaxPollRPS': 2000,
  'system.enableActivityEagerExecution': true,
  'matching.numTaskqueueReadPartitions': 1,
  'matching.numTaskqueueWritePartitions': 1,
  // A flood of messages of 2 MiB: by default a second one that comes while a worker looks at the first ends its task, so
  // that it comes never to its end, and the go-live ends at 50 MiB. Four may wait, and be written at once; then it goes on.
  'history.maximumBufferedEventsSizeInBytes': 8 * MIB,
  'limit.mutableStateSize.error': 32 * MIB,
  'system.transactionSizeLimit': 32 * MIB,
  // Where it cannot go on at once, since a phase runs. A worker still reads so much again within one task of 10 s.
  'limit.historySize.error': 128 * MIB,
  // By default the HTTP API answers any Host: a web page could reach it by DNS rebinding.
  'frontend.httpAllowedHosts': ['localhost:*', '127.0.0.1:*'],
} as const;

/** Arguments of `temporal` that start the local server: loopback only, state in a file. */
export function serverArgs({ ports, dbFile, durable, settings }: ServerStart): string[] {
  const flags: [string, string][] = [
    ['--ip', '127.0.0.1'],
    ['--port', String(ports.grpc)],
    ['--ui-ip', '127.0.0.1'],
    ['--ui-port', String(ports.ui)],
    ['--http-port', String(ports.http)],
    ['--db-filename', dbFile],
    ['--sqlite-pragma', 'journal_mode=WAL'],
    ['--sqlite-pragma', `synchronous=${durable ? 'FULL' : 'NORMAL'}`],
    ['--log-format', 'json'],
    ...Object.entries({ ...DYNAMIC_CONFIG, ...settings }).map(([key, value]): [string, string] => [
      '--dynamic-config-value',
      `${key}=${JSON.stringify(value)}`,
    ]),
    ...SEARCH_ATTRIBUTE_NAMES.map((name): [string, string] => ['--search-attribute', `${name}=Keyword`]),
  ];
  return ['server', 'start-dev', ...flags.flat()];
}

/** The environment of the local server: nothing that could point the CLI at another server or configuration. */
export function serverEnv(env: NodeJS.ProcessEnv): NodeJS.ProcessEnv {
  const allowed = ['PATH', 'HOME', 'TMPDIR', 'TZ', 'LANG'];
  return Object.fromEntries(allowed.filter((name) => env[name] !== undefined).map((name) => [name, env[name]]));
}
