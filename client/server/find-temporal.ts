import { execFile } from 'node:child_process';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { CliError, messageOf } from '../errors.js';
import { buildTemporal, goInstall } from './build-temporal.js';
import { downloadTemporal } from './download-temporal.js';
import { isExecutable, onPath } from '../../host/executables.js';
import { withLock } from './lock.js';
import { cacheDir } from './paths.js';

export type TemporalSource = '$TEMPORAL_CLI' | 'PATH' | 'cache' | 'download' | 'go install';

/** A Temporal CLI that was run and told its version. */
export interface TemporalBinary {
  /** Absolute path. */
  path: string;
  /** As the CLI says it, for example `1.5.1 (Server 1.29.1, UI 2.42.1)`. */
  version: string;
  source: TemporalSource;
}

/** What a look around found, without fetching anything. */
export interface TemporalProbe {
  found?: TemporalBinary;
  /** Why candidates were passed over, one sentence each. */
  problems: string[];
}

const NAME = process.platform === 'win32' ? 'temporal.exe' : 'temporal';

/** Where golive keeps a Temporal CLI that it had to get itself. */
export function cachedTemporal(env: NodeJS.ProcessEnv = process.env): string {
  return join(cacheDir(env), 'bin', NAME);
}

/**
 * Finds a Temporal CLI, and gets one when there is none: `$TEMPORAL_CLI`, `PATH`, golive's cache, the SDK's download,
 * and at last `go install`, which takes minutes and says how far it is.
 * @param report takes one line of talk
 * @throws CliError (exit 2) that names the three ways out
 */
export async function findTemporal(
  report: (line: string) => void,
  env: NodeJS.ProcessEnv = process.env,
): Promise<TemporalBinary> {
  const probe = await probeTemporal(env);
  if (probe.found) return probe.found;
  for (const problem of probe.problems) report(problem);
  const target = cachedTemporal(env);
  return await withLock(
    `${target}.lock`,
    async () => {
      // Whoever held the lock before may have put it there.
      const ready = await probeTemporal(env);
      return ready.found ?? (await obtain(target, report, env));
    },
    {
      timeoutMs: 45 * 60_000,
      waiting: (holder) => report(`Process ${holder} is getting the Temporal CLI already; waiting for it.`),
    },
  );
}

async function obtain(target: string, report: (line: string) => void, env: NodeJS.ProcessEnv): Promise<TemporalBinary> {
  const failures: string[] = [];
  const ways = [
    { source: 'download', get: downloadTemporal },
    { source: 'go install', get: buildTemporal },
  ] as const;
  for (const { source, get } of ways) {
    try {
      await get(target, report, env);
      return { path: target, version: await versionOf(target), source };
    } catch (error) {
      const reason = `${source}: ${messageOf(error)}`;
      report(`No Temporal CLI by ${reason}`);
      failures.push(reason);
    }
  }
  throw new CliError('No Temporal CLI was found, and none could be got.', {
    exitCode: 2,
    where: failures.join('\n'),
    hint: [
      'Three ways out:',
      '  1. Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or name it in $TEMPORAL_CLI.',
      `  2. Where only a Go module proxy can be reached: GOBIN=DIR ${goInstall.join(' ')}`,
      '  3. Use a server that runs elsewhere: set TEMPORAL_ADDRESS (and TEMPORAL_NAMESPACE), or a profile in temporal.toml.',
    ].join('\n'),
  });
}

/**
 * Looks in `$TEMPORAL_CLI`, `PATH` and golive's cache, in this order. Never downloads or builds.
 * @throws CliError (exit 2) when `$TEMPORAL_CLI` is set and does not work: a choice made by hand is not passed over
 */
export async function probeTemporal(env: NodeJS.ProcessEnv = process.env): Promise<TemporalProbe> {
  const chosen = env['TEMPORAL_CLI'];
  if (chosen) return { found: await chosenByHand(resolve(chosen)), problems: [] };
  const problems: string[] = [];
  const cached = cachedTemporal(env);
  const candidates = [
    ...onPath(NAME, env).map((path) => ({ path, source: 'PATH' as const })),
    ...(isExecutable(cached) ? [{ path: cached, source: 'cache' as const }] : []),
  ];
  for (const { path, source } of candidates) {
    try {
      return { found: { path, version: await versionOf(path), source }, problems };
    } catch (error) {
      problems.push(`Passed over ${path}: ${messageOf(error)}.`);
    }
  }
  return { problems };
}

async function chosenByHand(path: string): Promise<TemporalBinary> {
  try {
    if (!isExecutable(path)) throw new Error('it is not an executable file');
    return { path, version: await versionOf(path), source: '$TEMPORAL_CLI' };
  } catch (error) {
    throw new CliError(`$TEMPORAL_CLI does not name a Temporal CLI: ${messageOf(error)}.`, {
      exitCode: 2,
      where: path,
      hint: 'Correct the variable, or unset it and let golive look for `temporal`.',
    });
  }
}

/** Runs `--version`; only the Temporal CLI answers `temporal version V (Server S, UI U)`. */
async function versionOf(path: string): Promise<string> {
  let output: string;
  try {
    output = (await promisify(execFile)(path, ['--version'], { timeout: 15_000, killSignal: 'SIGKILL' })).stdout;
  } catch {
    throw new Error('it does not run');
  }
  const match = /^temporal version (\S+ \(Server [^)]+\))/m.exec(output);
  if (!match?.[1]) throw new Error('its --version is not that of the Temporal CLI');
  return match[1];
}
