import { readdirSync, readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { runningStatOf } from '../../host/process.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** Clock ticks a second of `/proc`; fixed by the kernel's interface for all of Linux (USER_HZ). */
const TICKS = 100;

/** One running process. */
export interface RunningProcess {
  pid: number;
  /** ISO 8601. */
  startedAt: string;
  /** The whole of it; what people read is `shownCommand`. */
  command: string;
}

/** How a process is named. */
export interface ProcessName {
  pidFile?: string | undefined;
  command?: string | undefined;
}

/** A process that runs, by its pid; undefined when there is none, or only its zombie. */
export function processOf(pid: number): RunningProcess | undefined {
  const stat = runningStatOf(pid);
  if (!stat) return undefined;
  try {
    const command = readFileSync(`/proc/${pid}/cmdline`, 'utf8').replace(/\0+$/, '').replaceAll('\0', ' ');
    const startedAt = new Date(startedAtMs(Number(stat.startTime))).toISOString();
    return { pid, startedAt, command };
  } catch {
    return undefined;
  }
}

/** From clock ticks after boot, to a hundredth of a second; the boot is taken from the clocks that run now. */
function startedAtMs(ticks: number): number {
  const uptimeMs = Number(readFileSync('/proc/uptime', 'latin1').split(' ')[0]) * 1000;
  return Math.round(Date.now() - uptimeMs + (ticks * 1000) / TICKS);
}

/**
 * Running processes of a name; none is no error.
 *
 * @throws StepError TOOL_MISSING on a system without /proc
 */
export async function processesOf(name: ProcessName, context: Pick<StepContext, 'path'>): Promise<RunningProcess[]> {
  if (!processOf(process.pid)) {
    throw new StepError('TOOL_MISSING', 'Processes can be found on Linux only: there is no /proc on this machine.');
  }
  const { pidFile, command } = name;
  const pids =
    pidFile === undefined
      ? readdirSync('/proc')
          .filter((entry) => /^\d+$/.test(entry))
          .map(Number)
      : await pidIn(context.path(pidFile));
  return pids
    .map((pid) => processOf(pid))
    .filter((one) => one !== undefined)
    .filter((one) => one.pid !== process.pid && (command === undefined || one.command.includes(command)));
}

async function pidIn(path: string): Promise<number[]> {
  const text = await readFile(path, 'utf8').catch(() => '');
  const pid = Number(text.trim());
  return Number.isInteger(pid) && pid > 1 ? [pid] : [];
}

/** A command line as outputs and sentences hold it, cut at whole characters. */
export function shownCommand(command: string, most: number): string {
  const characters = [...command];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : command;
}

/** How a name is told in a sentence. */
export function nameOf({ pidFile, command }: ProcessName): string {
  if (pidFile === undefined) return `with ${JSON.stringify(command)} in its command line`;
  return `of ${pidFile}${command === undefined ? '' : ` with ${JSON.stringify(command)} in its command line`}`;
}
