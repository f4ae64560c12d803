import { type ChildProcess, spawn } from 'node:child_process';
import { closeSync, openSync, readFileSync, renameSync, statSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { isAlive, type ProcessMark, startTimeOf } from '../../host/process.js';
import { CliError } from '../errors.js';
import { errnoOf } from '../../host/errno.js';

const LOG_LIMIT_BYTES = 5 * 1024 * 1024;

/** A long-running process in its own group, that outlives golive; its output goes to a log file. */
export interface Daemon extends ProcessMark {
  child: ChildProcess;
  /** Size of the log before this start, so that only its own lines are shown. */
  logOffset: number;
}

/**
 * Starts a process detached in its own group.
 * @throws CliError (exit 2) when it cannot be started
 * @param options `env` is the whole environment (nothing is inherited); `logFile` is appended to, and set aside at 5 MiB
 */
export async function startDaemon(options: {
  command: string;
  args: string[];
  env: NodeJS.ProcessEnv;
  cwd: string;
  logFile: string;
}): Promise<Daemon> {
  const logOffset = prepareLog(options.logFile);
  const log = openSync(options.logFile, 'a', 0o600);
  try {
    const child = spawn(options.command, options.args, {
      cwd: options.cwd,
      env: options.env,
      detached: true,
      stdio: ['ignore', log, log],
    });
    const pid = await new Promise<number>((resolve, reject) => {
      child.once('spawn', () => resolve(child.pid ?? 0));
      child.once('error', (error) => {
        const hint = 'Is it there, and may it be executed?';
        reject(
          new CliError(`A program cannot be started: ${error.message}`, { exitCode: 2, where: options.command, hint }),
        );
      });
    });
    child.unref();
    return { child, pid, startTime: startTimeOf(pid) ?? 'gone', logOffset };
  } finally {
    closeSync(log);
  }
}

function prepareLog(file: string): number {
  try {
    const { size } = statSync(file);
    if (size < LOG_LIMIT_BYTES) return size;
    renameSync(file, `${file}.1`);
  } catch {
    // No log yet.
  }
  return 0;
}

/** A line that says why a program ends; what a panic prints behind it is as long as its stacks are. */
const WHY = /\bpanic: |\bfatal error: |address already in use/;

/** The last lines of a log, from a byte offset on; before them the first that says why, where that is not among them. */
export function logTail(file: string, lines: number, offset = 0): string {
  try {
    const all = readFileSync(file).subarray(offset).toString('utf8').trimEnd().split('\n');
    const why = all.slice(0, -lines).find((line) => WHY.test(line));
    return [...(why === undefined ? [] : [why]), ...all.slice(-lines)].join('\n');
  } catch {
    return '';
  }
}

/**
 * Asks the process to end, and kills its whole group when it has not ended in time.
 * @param graceMs how long to wait between SIGTERM and SIGKILL
 * @returns how it ended; `absent` when it was not running (then nothing is signalled)
 */
export async function stopProcess(mark: ProcessMark, graceMs: number): Promise<'absent' | 'ended' | 'killed'> {
  if (!isAlive(mark)) return 'absent';
  signal(mark.pid, 'SIGTERM');
  const ended = await waitUntil(() => !isAlive(mark), graceMs);
  // Also after a clean end: a child that stayed behind in the group must not outlive it.
  signal(-mark.pid, 'SIGKILL');
  if (ended) return 'ended';
  await waitUntil(() => !isAlive(mark), 5000);
  return 'killed';
}

/** Sends a signal to a process (or, negative, to a group); one that is gone is no error. */
export function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch (error) {
    if (errnoOf(error) !== 'ESRCH') throw error;
  }
}

/** Waits for a condition. Resolves to false when it did not come true within `timeoutMs`. */
export async function waitUntil(
  condition: () => boolean | Promise<boolean>,
  timeoutMs: number,
  everyMs = 50,
): Promise<boolean> {
  const end = Date.now() + timeoutMs;
  for (;;) {
    if (await condition()) return true;
    if (Date.now() >= end) return false;
    await sleep(everyMs);
  }
}
