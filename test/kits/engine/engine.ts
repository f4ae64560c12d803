import { execFile, spawn } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { cacheDir } from '../../../client/server/paths.js';
import { programAt } from '../program.js';
import { eventually } from '../until.js';

const KEEPER = fileURLToPath(new URL('keeper.sh', import.meta.url));
/** Where `.ci/engine` puts what it builds. */
export const ENGINE_CACHE = join(cacheDir(), 'engine');
const PLUGIN = join(ENGINE_CACHE, 'docker-compose');
const READY_MS = 60_000;

/** A container engine of a test's own: nothing of the machine's, if it has one, is seen or touched. */
export interface TestEngine {
  folder: string;
  /** With these variables `docker` and `docker compose` speak to it. */
  env: Record<string, string>;
  /** What starts it again from elsewhere, as an argument list; it ends before the engine answers. */
  startArgv: string[];
  /** Runs `docker …`, which must end well, and gives what it printed. */
  docker(...args: string[]): Promise<string>;
  /** Starts it, and waits until it answers. */
  start(): Promise<void>;
  /** Ends it well: its containers end first. */
  stop(): Promise<void>;
  /** Kills its daemon; containers go on without it. */
  kill(): Promise<void>;
  /** Ends all of it, and removes what it had. */
  end(): Promise<void>;
}

/** What is missing for an engine of a test's own; undefined when there can be one. */
export function noEngine(): string | undefined {
  if (process.platform !== 'linux' || process.getuid?.() !== 0)
    return 'no engine: only root of a Linux machine starts one';
  const missing = ['dockerd', 'docker', 'iptables', 'ip', 'busybox'].find((name) => programAt(name) === undefined);
  if (missing !== undefined) return `no engine: ${missing} is missing`;
  return existsSync(PLUGIN) ? undefined : 'no engine: the compose plugin is not built (.ci/engine)';
}

/** An engine that does not run yet. */
export function openEngine(): TestEngine {
  const problem = noEngine();
  if (problem !== undefined) throw new Error(problem);
  const folder = mkdtempSync(join(tmpdir(), 'golive-engine-'));
  const child = spawn('sh', [KEEPER, folder, basename(folder)], {
    stdio: ['pipe', 'ignore', 'inherit'],
    // A session of its own: Ctrl-C reaches the test and not the keeper, which then sees its input end.
    detached: true,
  });
  const gone = new Promise<void>((resolve) => {
    child.once('exit', () => resolve());
  });
  mkdirSync(join(folder, 'client', 'cli-plugins'), { recursive: true });
  symlinkSync(PLUGIN, join(folder, 'client', 'cli-plugins', 'docker-compose'));
  const env = {
    DOCKER_HOST: `unix://${join(folder, 'docker.sock')}`,
    DOCKER_CONFIG: join(folder, 'client'),
    // The engine's own way to build needs no plugin.
    DOCKER_BUILDKIT: '0',
  };
  const verbs = join(folder, 'verbs');
  const docker: TestEngine['docker'] = async (...args) =>
    (await promisify(execFile)('docker', args, { env: { ...process.env, ...env }, maxBuffer: 1e8 })).stdout.trim();
  const ask = async (verb: string): Promise<void> => {
    await eventually('the keeper listens', 10_000, () => existsSync(verbs));
    writeFileSync(verbs, `${verb}\n`);
  };
  const ends = (verb: 'stop' | 'kill') => async () => {
    const ended = join(folder, 'ended');
    rmSync(ended, { force: true });
    await ask(verb);
    await eventually('the engine has ended', READY_MS, () => existsSync(ended));
  };
  return {
    folder,
    env,
    startArgv: ['sh', '-c', 'echo start > "$0"', verbs],
    docker,
    start: async () => {
      await ask('start');
      await eventually('the engine answers', READY_MS, () =>
        docker('version', '--format', '{{.Server.Version}}'),
      ).catch((cause: unknown) => {
        const said = readFileSync(join(folder, 'said.log'), 'utf8').slice(-1500);
        throw new Error(`The engine does not answer: ${said}`, { cause });
      });
    },
    stop: ends('stop'),
    kill: ends('kill'),
    end: async () => {
      child.stdin?.end();
      await gone;
    },
  };
}
