import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** One process as the system knows it. */
export interface ProcessStat {
  pid: number;
  state: string;
  group: number;
  /** Field 22 of /proc/<pid>/stat: clock ticks after boot; tells a process from a later one with the same id. */
  startTime: string;
}

/** Reads `/proc/<pid>/stat` (see proc(5)); undefined where there is no such process or no /proc. */
export function statOf(pid: number): ProcessStat | undefined {
  const text = readText(`/proc/${pid}/stat`);
  if (!text) return undefined;
  // The second field is the name in parentheses and may hold spaces and parentheses itself.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ');
  return { pid, state: fields[0] ?? '', group: Number(fields[2]), startTime: fields[19] ?? '' };
}

/** Tells this start of the machine from every other; empty where the system does not say. */
const BOOT = readText('/proc/sys/kernel/random/boot_id')?.trim() ?? '';

function readText(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch {
    return undefined;
  }
}

const hasProc = statOf(process.pid) !== undefined;

/** The start time of a process, or null where the system does not tell. */
function startTimeOf(pid: number): string | null {
  return statOf(pid)?.startTime ?? null;
}

/** Whether that very process still runs: same id and, where known, same start time; a zombie does not run. */
export function isRunning(pid: number, startTime: string | null): boolean {
  if (!hasProc) return answersSignal(pid);
  const stat = statOf(pid);
  if (!stat || stat.state === 'Z' || stat.state === 'X') return false;
  return startTime === null || stat.startTime === startTime;
}

/** Whether any process of the group still runs. */
function groupRuns(group: number): boolean {
  if (!hasProc) return answersSignal(-group);
  if (!answersSignal(-group)) return false;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((name) => {
      const stat = statOf(Number(name));
      return stat?.group === group && stat.state !== 'Z' && stat.state !== 'X';
    });
}

/** A group as it was noted when it began. */
export interface NotedGroup {
  pid: number;
  startTime: string | null;
  boot: string;
}

/** What to note of a group that has just begun. */
export function noteGroup(pid: number): NotedGroup {
  return { pid, startTime: startTimeOf(pid), boot: BOOT };
}

/** Whether a noted group, its leader or any member, still runs; another process with the same id does not count. */
export function notedGroupRuns({ pid, startTime, boot }: NotedGroup): boolean {
  if (boot !== BOOT) return false;
  // A group id is not given out again while a member lives, so a group without its leader is still the same.
  return isRunning(pid, startTime) || (startTime !== null && startTimeOf(pid) === null && groupRuns(pid));
}

function answersSignal(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

function signalGroup(group: number, signal: NodeJS.Signals): void {
  try {
    process.kill(-group, signal);
  } catch {
    // The group ended in the meantime.
  }
}

/**
 * Ends a whole process group: SIGTERM, then SIGKILL after the grace.
 *
 * @param group process group id, above 1
 * @param graceMs how long it may take to end by itself
 * @param first the signal that asks it to end
 * @returns whether it ended without being killed
 */
export async function endGroup(group: number, graceMs: number, first: NodeJS.Signals = 'SIGTERM'): Promise<boolean> {
  if (!Number.isInteger(group) || group <= 1) throw new RangeError(`${group} is no process group of ours`);
  signalGroup(group, first);
  if (await groupEnds(group, graceMs)) return true;
  signalGroup(group, 'SIGKILL');
  await groupEnds(group, 2000);
  return false;
}

async function groupEnds(group: number, withinMs: number): Promise<boolean> {
  const until = performance.now() + withinMs;
  for (let pause = 10; groupRuns(group); pause = Math.min(pause * 1.5, 100)) {
    if (performance.now() >= until) return false;
    await delay(pause);
  }
  return true;
}
