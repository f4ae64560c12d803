import { existsSync } from 'node:fs';
import { execa } from 'execa';
import { sha256 } from '../../evidence/hash.js';
import { collectOutput } from './command-output.js';
import { allowedEnv } from './environment.js';
import { formatDuration } from '../../model/duration.js';
import { lastWords } from '../step/last-words.js';
import { dieWithParent } from './parent-death.js';
import { endGroup, type NotedGroup, noteGroup } from '../../host/process-group.js';
import type { CommandOptions, CommandResult } from '../step/step.js';
import { StepError } from '../step/step-error.js';

const CAPTURE_BYTES = 256 * 1024;
const GRACE_MS = 1500;

export interface CommandSurroundings {
  /** Ends the command's whole group when aborted. */
  signal: AbortSignal;
  env: NodeJS.ProcessEnv;
  /** Taken out of everything that is kept of its output. */
  secrets?: readonly string[];
  /** Absolute path of the file that takes the whole output. */
  saveTo?: string;
  /** Told when the group exists and when it has ended, so that a later attempt can end what a killed worker left. */
  started?: (group: NotedGroup, argvDigest: string) => Promise<void>;
  ended?: (pid: number) => Promise<void>;
}

/**
 * Runs an argv array in its own process group and waits for its end. On timeout and on abort the whole group is
 * ended (SIGTERM, then SIGKILL). A non-zero exit code is a result.
 *
 * @throws StepError TOOL_MISSING, NOT_FOUND (cwd), TIMED_OUT, CANCELLED
 */
export async function runCommand(options: CommandOptions, around: CommandSurroundings): Promise<CommandResult> {
  const [program, ...args] = options.argv;
  if (!program) throw new StepError('BAD_INPUT', 'A command needs at least the name of a program.');
  if (options.cwd !== undefined && !existsSync(options.cwd)) {
    throw new StepError('NOT_FOUND', `The working folder ${options.cwd} of ${program} is not there.`);
  }
  if (around.signal.aborted) throw cancelled(program);
  const begun = performance.now();
  const env = { ...allowedEnv(around.env), ...options.env };
  const [first = program, ...rest] = await dieWithParent([program, ...args], options.cwd, env);
  if (around.signal.aborted) throw cancelled(program);
  const child = execa(first, rest, {
    cwd: options.cwd,
    env,
    extendEnv: false,
    detached: true,
    cleanup: false,
    buffer: false,
    reject: false,
    stripFinalNewline: false,
    stdin: options.input === undefined ? 'ignore' : 'pipe',
    ...(options.input === undefined ? {} : { input: options.input }),
  });
  const { pid } = child;
  if (pid === undefined) throw await spawnError(program, child);
  const output = collectOutput(child.stdout, child.stderr, {
    captureBytes: options.captureBytes ?? CAPTURE_BYTES,
    saveTo: around.saveTo,
    secrets: around.secrets ?? [],
    onStdout: options.onStdout,
  });
  const exit = new Promise<{ exitCode: number | null; signal: string | null }>((resolve) => {
    child.once('exit', (exitCode, signal) => resolve({ exitCode, signal }));
  });
  child.catch(() => undefined);
  const argvDigest = sha256(JSON.stringify(options.argv));
  try {
    await around.started?.(noteGroup(pid), argvDigest);
  } catch (error) {
    // Unknown to its ledger it must not go on: nobody could end it later.
    await endGroup(pid, 0);
    throw error;
  }

  const why = await waitForEnd(exit, options.timeoutMs, around.signal);
  if (why) await endGroup(pid, GRACE_MS);
  const end = await exit;
  const collected = await output();
  await around.ended?.(pid);
  if (why) throw stoppedEarly(why, options, collected);
  return { ...end, ...collected, durationMs: Math.round(performance.now() - begun) };
}

function cancelled(program: string, said?: string): StepError {
  return new StepError('CANCELLED', `${program} was stopped because the step was cancelled.`, { said });
}

/** A command that had to be stopped, with what it printed last: there stands what it was busy with. */
function stoppedEarly(
  why: 'timeout' | 'cancel',
  { argv: [program = ''], timeoutMs }: Pick<CommandOptions, 'argv' | 'timeoutMs'>,
  { stdout, stderr }: Pick<CommandResult, 'stdout' | 'stderr'>,
): StepError {
  const text = stderr.trim() === '' ? stdout : stderr;
  const { clause, said = text.trim() } = lastWords(text);
  if (why === 'cancel') return cancelled(program, said);
  const time = formatDuration(timeoutMs);
  return new StepError(
    'TIMED_OUT',
    `${program} did not end within ${time} and was stopped${clause || '; it printed nothing'}.`,
    said === '' ? {} : { said },
  );
}

async function spawnError(program: string, child: PromiseLike<unknown>): Promise<StepError> {
  const result = (await child) as { code?: string; originalMessage?: string; shortMessage?: string };
  const missing = result.code === 'ENOENT' || result.code === 'EACCES';
  const reason = missing ? 'is not there or may not be run' : `could not be started: ${result.originalMessage ?? ''}`;
  return new StepError(missing ? 'TOOL_MISSING' : 'COMMAND_FAILED', `The program ${program} ${reason}.`, {
    hint: missing ? `Install ${program} or put it on the worker's PATH.` : undefined,
  });
}

async function waitForEnd(
  exit: Promise<unknown>,
  timeoutMs: number,
  signal: AbortSignal,
): Promise<'timeout' | 'cancel' | undefined> {
  let timer: NodeJS.Timeout | undefined;
  let stop: (() => void) | undefined;
  const stopped = new Promise<'timeout' | 'cancel'>((resolve) => {
    timer = setTimeout(() => resolve('timeout'), Math.min(timeoutMs, 2 ** 31 - 1));
    stop = () => resolve('cancel');
    signal.addEventListener('abort', stop, { once: true });
    if (signal.aborted) stop();
  });
  try {
    return await Promise.race([exit.then(() => undefined), stopped]);
  } finally {
    clearTimeout(timer);
    if (stop) signal.removeEventListener('abort', stop);
  }
}
