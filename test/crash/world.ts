import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { existsSync, mkdirSync, openSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { ensureServer } from '../../client/server/local-server.js';
import { openRunbook, type OpenedRunbook } from '../../client/runbook/load.js';
import { startTestServer, type TestServer } from '../kits/temporal.js';
import { eventually } from '../kits/until.js';

const MAIN = new URL('../../dist/bin/worker.js', import.meta.url).pathname;
const RUNBOOK = new URL('rb20.yaml', import.meta.url).pathname;

/** Longer than a worker's grace. */
export const LATE_MS = 14_000;

/** One server, and what the cases share. */
export interface World {
  server: TestServer;
  runbook: OpenedRunbook;
  /** Address of the HTTP service that the steps look at. */
  url: string;
  /** Kills the server and starts it again on the same database and port; gives the milliseconds until it answers. */
  restartServer(): Promise<number>;
  close(): Promise<void>;
}

/**
 * @param runbook absolute path; by default RB20
 * @param settings of the server, by key
 */
export async function openWorld(runbook: string = RUNBOOK, settings: Record<string, number> = {}): Promise<World> {
  const server = await startTestServer(settings);
  const seen = new Map<string, number>();
  // The first look at each `flaky` path is refused, as by a service that has just come up; a `late` one for some seconds.
  const http: Server = createServer((request, response) => {
    const path = request.url ?? '';
    const first = seen.get(path) ?? performance.now();
    const late = path.startsWith('/late') && performance.now() - first < LATE_MS;
    response.statusCode = late || (path.startsWith('/flaky') && !seen.has(path)) ? 503 : 200;
    seen.set(path, first);
    response.end('ok');
  });
  await new Promise<void>((resolve) => http.listen(0, '127.0.0.1', resolve));
  return {
    server,
    runbook: await openRunbook(runbook),
    url: `http://127.0.0.1:${(http.address() as AddressInfo).port}`,
    restartServer: async () => {
      const record = JSON.parse(readFileSync(join(server.folder, 'server.json'), 'utf8')) as Record<string, string>;
      process.kill(Number(record.pid), 'SIGKILL');
      const begun = performance.now();
      const port = (address: string | undefined): number => Number(address?.split(':').at(-1));
      const ports = { grpc: port(record.address), ui: port(record.uiUrl), http: port(record.httpAddress) };
      await eventually('the killed server is gone', 20_000, async () => !isLiving(Number(record.pid)));
      await ensureServer({ report: () => undefined, stateDir: server.folder, ports });
      return performance.now() - begun;
    },
    close: async () => {
      http.closeAllConnections();
      await new Promise((resolve) => http.close(resolve));
      await server.stop();
    },
  };
}

/** Whether a process of that id lives; a zombie does not. */
export function isLiving(pid: number): boolean {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    return !/^[ZX]/.test(stat.slice(stat.lastIndexOf(')') + 2));
  } catch {
    return false;
  }
}

/** Ids of living processes whose command line holds this text. */
export function livingWith(text: string): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number)
    .filter((pid) => {
      try {
        return isLiving(pid) && readFileSync(`/proc/${pid}/cmdline`, 'utf8').replaceAll('\0', ' ').includes(text);
      } catch {
        return false;
      }
    });
}

export interface WorkerOptions {
  folder: string;
  queue: string;
  address: string;
  failpoint?: string | undefined;
  /** Gives the process a clock of its own. */
  clock?: Clock | undefined;
}

/** A wall clock that only its process sees; the monotonic one stays. */
export interface Clock {
  env: Record<string, string>;
  /** Shifts it from the true time, by seconds. */
  set(seconds: number): void;
}

/** Undefined where libfaketime is not installed. */
export function ownClock(file: string): Clock | undefined {
  const library = ['x86_64', 'aarch64']
    .map((machine) => `/usr/lib/${machine}-linux-gnu/faketime/libfaketimeMT.so.1`)
    .find((path) => existsSync(path));
  if (!library) return undefined;
  const set = (seconds: number): void => {
    // Read at every look at the clock: it must never be half written.
    writeFileSync(`${file}.new`, `${seconds < 0 ? '' : '+'}${seconds}\n`);
    renameSync(`${file}.new`, file);
  };
  set(0);
  const env = {
    LD_PRELOAD: library,
    FAKETIME_TIMESTAMP_FILE: file,
    FAKETIME_NO_CACHE: '1',
    FAKETIME_DONT_FAKE_MONOTONIC: '1',
  };
  return { env, set };
}

/** A worker process that is started again whenever it ends, as by a service manager, until `stop`. */
export class Supervised {
  private child: ChildProcess | undefined;
  private stopped = false;
  /** When it was started again, on the clock of `performance.now()`. */
  readonly restarts: number[] = [];

  constructor(private readonly options: WorkerOptions) {
    mkdirSync(options.folder, { recursive: true });
    this.start(options.failpoint);
  }

  private start(failpoint?: string): void {
    const log = openSync(join(this.options.folder, 'worker.log'), 'a');
    this.child = spawn(process.execPath, [MAIN], {
      env: {
        ...process.env,
        TEMPORAL_ADDRESS: this.options.address,
        TEMPORAL_NAMESPACE: 'default',
        GOLIVE_TASK_QUEUE: this.options.queue,
        GOLIVE_READY_FILE: join(this.options.folder, 'ready.json'),
        GOLIVE_LOG_LEVEL: 'warn',
        ...(failpoint ? { GOLIVE_FAILPOINT: failpoint } : {}),
        ...this.options.clock?.env,
      },
      stdio: ['ignore', log, log],
    });
    this.child.once('exit', () => {
      if (this.stopped) return;
      this.restarts.push(performance.now());
      // Only the first process is armed; the others are what goes on after the crash.
      this.start();
    });
  }

  get pid(): number {
    return this.child?.pid ?? 0;
  }

  signal(signal: NodeJS.Signals): void {
    this.child?.kill(signal);
  }

  get polls(): boolean {
    const file = join(this.options.folder, 'ready.json');
    if (!existsSync(file)) return false;
    return (JSON.parse(readFileSync(file, 'utf8')) as { pid: number }).pid === this.pid;
  }

  log(): string {
    return readFileSync(join(this.options.folder, 'worker.log'), 'utf8');
  }

  async stop(): Promise<void> {
    this.stopped = true;
    const { child } = this;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = new Promise((resolve) => child.once('exit', resolve));
    child.kill('SIGCONT');
    child.kill('SIGKILL');
    await gone;
  }
}

/** A small disk of its own for evidence; undefined where this user may not mount one. */
export function smallDisk(
  folder: string,
  mebibytes: number,
): { fill(): void; free(): void; close(): void } | undefined {
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${mebibytes}m`, 'golive-test', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  const ballast = join(folder, 'ballast');
  return {
    fill: () => {
      for (const size of [1 << 20, 1 << 12, 1]) {
        try {
          for (;;) writeFileSync(ballast, Buffer.alloc(size), { flag: 'a' });
        } catch {
          // Full for pieces of this size.
        }
      }
    },
    free: () => writeFileSync(ballast, ''),
    close: () => execFileSync('umount', ['-l', folder], { stdio: 'ignore' }),
  };
}
