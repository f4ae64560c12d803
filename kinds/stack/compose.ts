import { join } from 'node:path';
import { z } from 'zod';
import type { CommandResult } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { rememberEarlierStack, writeLastUp, type Running, undoUpOfContainers } from './compose-undo.js';
import type { ServiceLog, ServiceState, StackContext, StackDriver } from './contract.js';

const PROBE_MS = 10_000;
const QUERY_MS = 30_000;
const DOWN_MS = 120_000;
/** The step's own time ends it sooner. */
const WHOLE_LOG_MS = 3_600_000;

/** What `docker compose ps --format json` tells, as far as it is used (Compose v2). */
const container = z.object({
  ID: z.string().optional(),
  Service: z.string(),
  State: z.string(),
  Health: z.string().optional(),
  ExitCode: z.number().optional(),
});

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

type Compose = (
  file: string | undefined,
  args: string[],
  timeoutMs: number,
  onStdout?: (bytes: Uint8Array) => void,
) => Promise<CommandResult>;

/** Runs docker compose on the stack of a folder, by another file where one is given. */
function composeIn(folder: string, context: StackContext): Compose {
  return (file, args, timeoutMs, onStdout) =>
    context.run({
      argv: ['docker', 'compose', '-f', file ?? join(folder, 'compose.yaml'), '--project-directory', folder, ...args],
      cwd: folder,
      env: context.env('containers'),
      timeoutMs,
      ...(onStdout ? { onStdout } : {}),
    });
}

/** All of a service's log as the engine pours it: of no length that would have to be cut. */
function pouredLog(service: string, compose: Compose): ServiceLog {
  return {
    pour: async (since, take) => {
      const window = since ? ['--since', since.toISOString()] : [];
      const args = ['logs', '--no-color', '--no-log-prefix', '--tail', 'all', ...window, service];
      const result = await compose(undefined, args, WHOLE_LOG_MS, take);
      if (result.exitCode !== 0) throw new StepError('STACK_FAILED', `docker compose logs failed: ${lastLine(result)}`);
    },
  };
}

/** Runs a stack with Docker Compose. */
export function composeDriver(folder: string, context: StackContext): StackDriver {
  const composeOn = composeIn(folder, context);
  const compose = (args: string[], timeoutMs: number) => composeOn(undefined, args, timeoutMs);
  const mustCompose = async (file: string | undefined, args: string[], timeoutMs: number): Promise<string> => {
    const result = await composeOn(file, args, timeoutMs);
    if (result.exitCode === 0) return result.stdout;
    throw new StepError(
      'STACK_FAILED',
      `docker compose ${args[0]} ended with code ${result.exitCode}: ${lastLine(result)}`,
    );
  };
  const query = (args: string[]): Promise<string> => mustCompose(undefined, args, QUERY_MS);
  const running = async (): Promise<Running> => readRunning(await query(['ps', '--all', '--format', 'json']));
  const names = async (): Promise<string[]> => (await query(['config', '--services'])).split('\n').filter(Boolean);
  const ps = async (): Promise<ServiceState[]> => {
    const found = new Map(
      readContainers(await query(['ps', '--all', '--format', 'json'])).map((one) => [one.name, one]),
    );
    const absent = (name: string): ServiceState => ({ name, running: false, healthy: false, detail: 'not created' });
    return (await names()).map((name) => found.get(name) ?? absent(name));
  };
  const logs = async (service: string, tail: number, since?: Date): Promise<string[]> => {
    const window = since ? ['--since', since.toISOString()] : [];
    const text = await query(['logs', '--no-color', '--no-log-prefix', '--tail', String(tail), ...window, service]);
    return text.split('\n').filter((line) => line !== '');
  };
  return {
    name: 'compose',
    ps,
    logs,
    wholeLog: (service) => pouredLog(service, composeOn),
    up: async ({ services = [], wait, timeoutMs }) => {
      const before = await running();
      await rememberEarlierStack(folder, before, context);
      const waiting = wait === 'healthy' ? ['--wait', '--wait-timeout', String(Math.ceil(timeoutMs / 1000))] : [];
      const result = await compose(['up', '-d', ...waiting, ...services], timeoutMs);
      const states = await ps();
      if (result.exitCode !== 0) {
        const bad = states.find(({ healthy }) => !healthy);
        const said = bad ? (await logs(bad.name, 5).catch(() => [])).join('\n') : '';
        const who = bad ? `Service ${bad.name} is not ready (${bad.detail})` : 'The stack did not come up';
        throw new StepError('STACK_FAILED', `${who}: ${lastLine(result)} ${said}`.trim().slice(0, 900));
      }
      await writeLastUp(folder, await query(['config']), await running(), context);
      return { started: states.filter((one) => one.running && !(one.name in before)).length, states };
    },
    undoUp: (timeoutMs) => undoUpOfContainers(folder, running, mustCompose, timeoutMs, context),
    down: async (volumes) => {
      const stopped = Object.keys(await running()).length;
      const result = await compose(['down', ...(volumes ? ['--volumes'] : [])], DOWN_MS);
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

export function readContainers(text: string): ServiceState[] {
  return containersIn(text).map(({ Service: name, State: state, Health: health = '', ExitCode: code }) => {
    const running = state === 'running';
    const ended = running ? '' : ` with code ${code ?? 'unknown'}`;
    return {
      name,
      running,
      healthy: running && (health === '' || health === 'healthy'),
      detail: `${health || state}${ended}`,
    };
  });
}

/** Ids of the containers that run, by service. */
function readRunning(text: string): Running {
  const running: Running = {};
  for (const { Service: name, State: state, ID: id = '' } of containersIn(text)) {
    if (state === 'running') running[name] = [...(running[name] ?? []), id];
  }
  return running;
}

/** Compose prints one JSON object a line; before v2.21 it printed one array. */
function containersIn(text: string): z.infer<typeof container>[] {
  try {
    const trimmed = text.trim();
    if (trimmed.startsWith('[')) return z.array(container).parse(JSON.parse(trimmed));
    const lines = trimmed.split('\n').filter(Boolean);
    return lines.map((line) => container.parse(JSON.parse(line)));
  } catch (cause) {
    throw new StepError('STACK_FAILED', 'docker compose ps printed something that is not its JSON.', { cause });
  }
}

function firstLine({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n')[0]?.slice(0, 200) ?? '';
}

function lastLine({ stderr, stdout }: CommandResult): string {
  return (stderr.trim() || stdout.trim()).split('\n').at(-1)?.slice(0, 300) ?? '';
}
