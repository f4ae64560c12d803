import { join } from 'node:path';
import type { CommandResult } from '../../activities/step/step.js';
import { settingsInspected } from './settings.js';
import { StepError } from '../../activities/step/step-error.js';
import { type ComposeFiles, saidOfFiles } from './compose-files.js';
import { composeLook, lastLine } from './compose-look.js';
import { rememberEarlierStack, writeLastUp, undoUpOfContainers } from './compose-undo.js';
import type { ServiceLog, ServiceState, StackContext, StackDriver } from './contract.js';

const PROBE_MS = 10_000;
const QUERY_MS = 30_000;
const DOWN_MS = 120_000;
/** What one command may say: the status of some thousand containers, or the last lines of a log. */
const ANSWER_BYTES = 16 * 1024 * 1024;
/** The step's own time ends it sooner. */
const WHOLE_LOG_MS = 3_600_000;

/** What is missing to run containers, in words; undefined when an engine answers and the plugin is there. */
export async function composeProblem(context: StackContext): Promise<string | undefined> {
  try {
    const engine = await context.run({
      argv: ['docker', 'info', '--format', '{{.ServerVersion}}'],
      env: context.env('containers'),
      timeoutMs: PROBE_MS,
    });
    if (engine.exitCode !== 0) return `The container engine does not answer (docker info: ${firstLine(engine)})`;
    const plugin = await context.run({
      argv: ['docker', 'compose', 'version', '--short'],
      env: context.env('containers'),
      timeoutMs: PROBE_MS,
    });
    if (plugin.exitCode !== 0) return `Docker has no compose plugin (docker compose version: ${firstLine(plugin)})`;
    return undefined;
  } catch (error) {
    if (error instanceof Error && 'code' in error) {
      if (error.code === 'TOOL_MISSING') return 'The program docker is not on this machine';
      if (error.code === 'TIMED_OUT') return `The container engine did not answer within ${PROBE_MS / 1000} s`;
    }
    throw error;
  }
}

/** What a call of docker compose may have besides its arguments. */
interface CallOptions {
  /** Its definition, in place of the folder's own files. */
  file?: string | undefined;
  env?: Record<string, string>;
  onStdout?: (bytes: Uint8Array) => void;
}
type Compose = (args: string[], timeoutMs: number, options?: CallOptions) => Promise<CommandResult>;

/** Runs docker compose on the stack of a folder. */
function composeIn(folder: string, files: ComposeFiles, context: StackContext): Compose {
  const own = files.taken.map((name) => join(folder, name));
  return (args, timeoutMs, { file, env = {}, onStdout } = {}) => {
    const definition = (file === undefined ? own : [file]).flatMap((path) => ['-f', path]);
    return context.run({
      argv: ['docker', 'compose', ...definition, '--project-directory', folder, ...args],
      cwd: folder,
      env: { ...context.env('containers'), ...env },
      timeoutMs,
      captureBytes: ANSWER_BYTES,
      ...(onStdout ? { onStdout } : {}),
    });
  };
}

/** All of a service's log as the engine pours it: of no length that would have to be cut. */
function pouredLog(service: string, compose: Compose): ServiceLog {
  return {
    pour: async (since, take) => {
      const window = since ? ['--since', since.toISOString()] : [];
      const args = ['logs', '--no-color', '--no-log-prefix', '--tail', 'all', ...window, service];
      const result = await compose(args, WHOLE_LOG_MS, { onStdout: take });
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker compose logs failed: ${lastLine(result)}`);
    },
  };
}

/** Runs a stack with Docker Compose. */
export function composeDriver(folder: string, files: ComposeFiles, context: StackContext): StackDriver {
  const compose = composeIn(folder, files, context);
  const mustCompose = async (file: string | undefined, args: string[], timeoutMs: number): Promise<string> => {
    const result = await compose(args, timeoutMs, { file });
    if (result.exitCode === 0 && !result.truncated) return result.stdout;
    if (result.exitCode === 0)
      throw new StepError('STACK_FAILED', `docker compose ${args[0]} said too much to be kept.`);
    throw new StepError(
      'STACK_FAILED',
      `docker compose ${args[0]} ended with code ${result.exitCode}: ${lastLine(result)}`,
    );
  };
  const query = (args: string[]): Promise<string> => mustCompose(undefined, args, QUERY_MS);
  const { running, look, idsOf, ps, logs } = composeLook(query, (args) => compose(args, QUERY_MS));
  return {
    name: 'compose',
    said: saidOfFiles(files),
    ps,
    logs,
    settings: async (service) => {
      const ids = await idsOf(service);
      if (ids.length === 0) return [];
      const argv = ['docker', 'inspect', ...ids];
      const env = context.env('containers');
      const result = await context.run({ argv, env, timeoutMs: QUERY_MS, captureBytes: ANSWER_BYTES });
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker inspect failed: ${lastLine(result)}`);
      return settingsInspected(result.rawStdout);
    },
    wholeLog: (service) => pouredLog(service, compose),
    up: async ({ services = [], wait, timeoutMs }) => {
      const before = await running();
      await rememberEarlierStack(folder, before, context);
      const waiting = wait === 'healthy' ? ['--wait', '--wait-timeout', String(Math.ceil(timeoutMs / 1000))] : [];
      const result = await compose(['up', '-d', ...waiting, ...services], timeoutMs);
      const { states, asked } = await look(services);
      const stands = ({ healthy, running: runs, done }: ServiceState) => (wait === 'healthy' ? healthy : runs || done);
      const bad = asked.find((one) => !stands(one));
      // Where a job ends before all others are ready, Compose may call that a failure, whatever its code.
      const ended = !bad && asked.every(({ healthy }) => healthy) && /exited \(0\)\s*$/.test(result.stderr);
      // That it ended with 0 is what Compose says; what stands is what counts.
      if ((result.exitCode !== 0 && !ended) || bad || asked.length === 0) {
        const said = bad ? await lastSaid(bad.name, logs) : '';
        const none = asked.length === 0 ? 'The stack has no service outside of profiles' : 'The stack did not come up';
        const who = bad ? `Service ${bad.name} is not ready (${bad.detail})` : none;
        throw new StepError('STACK_FAILED', `${who}: ${lastLine(result)} ${said}`.trim().slice(0, 900));
      }
      await writeLastUp(folder, await query(['config']), await running(), context);
      return { started: states.filter((one) => one.running && !(one.name in before)).length, states };
    },
    undoUp: (timeoutMs) => undoUpOfContainers(folder, running, mustCompose, timeoutMs, context),
    down: async (volumes) => {
      const stopped = Object.keys(await running()).length;
      const args = ['down', ...(volumes ? ['--volumes'] : [])];
      // A service of a profile may have been started by its name, and Compose leaves it unless its profile is on.
      const result = await compose(args, DOWN_MS, { env: { COMPOSE_PROFILES: '*' } });
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker compose down failed: ${lastLine(result)}`);
      const removed = result.stderr.match(/^\s*Volume \S+\s+Removed\s*$/gm) ?? [];
      return { stopped, volumesRemoved: new Set(removed.map((line) => line.trim())).size };
    },
    // Of the whole engine: what another project has forgotten fills the same disk.
    unusedVolumes: async () => {
      const argv = ['docker', 'volume', 'ls', '--filter', 'dangling=true', '--format', '{{.Name}}'];
      const result = await context.run({ argv, env: context.env('containers'), timeoutMs: QUERY_MS });
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker volume ls failed: ${lastLine(result)}`);
      return result.stdout.split('\n').filter(Boolean).toSorted();
    },
  };
}

/** What a service said last, as far as it can be read. */
async function lastSaid(name: string, logs: StackDriver['logs']): Promise<string> {
  const { lines } = await logs(name, 5).catch(() => ({ lines: [] }));
  return lines.join('\n');
}

function firstLine({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n')[0]?.slice(0, 200) ?? '';
}
