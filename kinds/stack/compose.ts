import { join } from 'node:path';
import type { CommandResult } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { type ComposeFiles, saidOfFiles } from './compose-files.js';
import { composeLook, lastLine } from './compose-look.js';
import { rememberEarlierStack, writeLastUp, undoUpOfContainers } from './compose-undo.js';
import type { StackContext, StackDriver } from './contract.js';

const PROBE_MS = 10_000;
const QUERY_MS = 30_000;
const DOWN_MS = 120_000;
/** What one command may say: the status of some thousand containers, or the last lines of a log. */
const ANSWER_BYTES = 16 * 1024 * 1024;

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

/** Runs a stack with Docker Compose. */
export function composeDriver(folder: string, files: ComposeFiles, context: StackContext): StackDriver {
  const filesOf = (file?: string): string[] =>
    (file === undefined ? files.taken.map((name) => join(folder, name)) : [file]).flatMap((path) => ['-f', path]);
  const composeOn = (
    file: string | undefined,
    args: string[],
    timeoutMs: number,
    env: Record<string, string> = {},
  ): Promise<CommandResult> =>
    context.run({
      argv: ['docker', 'compose', ...filesOf(file), '--project-directory', folder, ...args],
      cwd: folder,
      env: { ...context.env('containers'), ...env },
      timeoutMs,
      captureBytes: ANSWER_BYTES,
    });
  const compose = (args: string[], timeoutMs: number) => composeOn(undefined, args, timeoutMs);
  const mustCompose = async (file: string | undefined, args: string[], timeoutMs: number): Promise<string> => {
    const result = await composeOn(file, args, timeoutMs);
    if (result.exitCode === 0 && !result.truncated) return result.stdout;
    if (result.exitCode === 0)
      throw new StepError('STACK_FAILED', `docker compose ${args[0]} said too much to be kept.`);
    throw new StepError(
      'STACK_FAILED',
      `docker compose ${args[0]} ended with code ${result.exitCode}: ${lastLine(result)}`,
    );
  };
  const query = (args: string[]): Promise<string> => mustCompose(undefined, args, QUERY_MS);
  const { running, ps, logs } = composeLook(query, (args) => compose(args, QUERY_MS));
  return {
    name: 'compose',
    said: saidOfFiles(files),
    ps,
    logs,
    up: async ({ services = [], wait, timeoutMs }) => {
      const before = await running();
      await rememberEarlierStack(folder, before, context);
      const waiting = wait === 'healthy' ? ['--wait', '--wait-timeout', String(Math.ceil(timeoutMs / 1000))] : [];
      const result = await compose(['up', '-d', ...waiting, ...services], timeoutMs);
      const states = await ps();
      // Where a job ends before all others are ready, Compose may call that a failure, whatever its code.
      const ended = states.every(({ healthy }) => healthy) && /exited \(0\)\s*$/.test(result.stderr);
      if (result.exitCode !== 0 && !ended) {
        const bad = states.find(({ healthy }) => !healthy);
        const said = bad ? await lastSaid(bad.name, logs) : '';
        const who = bad ? `Service ${bad.name} is not ready (${bad.detail})` : 'The stack did not come up';
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
      const result = await composeOn(undefined, args, DOWN_MS, { COMPOSE_PROFILES: '*' });
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
