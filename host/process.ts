import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { constants } from 'node:os';
import { errnoOf } from './errno.js';

/** One process as the system knows it. */
export interface ProcessStat {
  pid: number;
  state: string;
  parent: number;
  group: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks after boot; tells a process from a later one with the same id. */
  startTime: string;
  /** Clock ticks of a processor that it used since it began, in user mode and in the kernel. */
  cpuTicks: number;
}

/** A process as it is remembered in a file. A bare pid is not enough: the system hands the number out again. */
export interface ProcessMark {
  pid: number;
  /** Opaque: equal for the same process, different for another one that got the same pid later. */
  startTime: string;
}

/** Tells this start of the machine from every other; empty where the system does not say. */
export const BOOT = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

/** Whether the system tells of its processes by /proc, as Linux does. */
export const hasProc = statOf(process.pid) !== undefined;

/** Reads `/proc/<pid>/stat` (see proc(5)); undefined where there is no such process or no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (!text) return undefined;
  // The second field is the name in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  const [state = '', parent, group] = fields;
  return {
    pid,
    state,
    parent: Number(parent),
    group: Number(group),
    startTime: fields[19] ?? '',
    cpuTicks: Number(fields[11]) + Number(fields[12]),
  };
}

/** Like `statOf`, of a process that runs: a zombie does not. */
export function runningStatOf(pid: number): ProcessStat | undefined {
  const stat = statOf(pid);
  return stat === undefined || stat.state === 'Z' || stat.state === 'X' ? undefined : stat;
}

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

/** Start time of a running process, as a mark keeps it; undefined when no such process runs. */
export function startTimeOf(pid: number): string | undefined {
  if (hasProc) {
    const stat = runningStatOf(pid);
    // Ticks count from boot, so two boots could show the same number.
    return stat && `${BOOT}:${stat.startTime}`;
  }
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** Whether the very process that was marked still runs. */
export function isAlive(mark: ProcessMark): boolean {
  return startTimeOf(mark.pid) === mark.startTime;
}

/** This process's own mark. */
export function ownMark(): ProcessMark {
  return { pid: process.pid, startTime: startTimeOf(process.pid) ?? 'unknown' };
}

/**
 * Whether that very process still runs: same id and, where known, same start time; a zombie does not run.
 *
 * @param startTime clock ticks after this boot, or null where they are not known
 */
export function isRunning(pid: number, startTime: string | null): boolean {
  if (!hasProc) return answersSignal(pid);
  const stat = runningStatOf(pid);
  return stat !== undefined && (startTime === null || stat.startTime === startTime);
}

/**
 * What a signal would do to a process by its own doing: it `handles` it, `ignores` it, or would be ended by it; undefined
 * where the system does not say. See `SigIgn` and `SigCgt` in proc(5).
 */
export function onSignal(pid: number, signal: NodeJS.Signals): 'handles' | 'ignores' | 'ends' | undefined {
  const text = readText(`/proc/${pid}/status`) ?? '';
  const holds = (field: string): boolean | undefined => {
    const mask = new RegExp(`^${field}:\\s*([0-9a-f]+)$`, 'm').exec(text)?.[1];
    return mask === undefined
      ? undefined
      : ((BigInt(`0x${mask}`) >> BigInt(constants.signals[signal] - 1)) & 1n) === 1n;
  };
  const [handled, ignored] = [holds('SigCgt'), holds('SigIgn')];
  if (handled === undefined || ignored === undefined) return undefined;
  return handled ? 'handles' : ignored ? 'ignores' : 'ends';
}

/** Whether a process (or, negative, a group) takes signals; a zombie does, too. */
export function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return errnoOf(error) === 'EPERM';
  }
}

/** Whether this process may send a process signals. */
export function mayBeSignalled(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
