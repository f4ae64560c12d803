import { readdirSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { answersSignal, BOOT, hasProc, isRunning, runningStatOf, statOf } from './process.js';

/** Whether any process of the group still runs. */
function groupRuns(group: number): boolean {
  if (!hasProc) return answersSignal(-group);
  if (!answersSignal(-group)) return false;
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .some((name) => runningStatOf(Number(name))?.group === group);
}

/** A group as it was noted when it began, by its leader. */
export interface NotedGroup {
  pid: number;
  /** Clock ticks after that boot; null where the system does not tell. */
  startTime: string | null;
  boot: string;
}

/** What to note of a group that has just begun. */
export function noteGroup(pid: number): NotedGroup {
  return { pid, startTime: statOf(pid)?.startTime ?? null, boot: BOOT };
}

/** Whether a noted group, its leader or any member, still runs; another process with the same id does not count. */
export function notedGroupRuns({ pid, startTime, boot }: NotedGroup): boolean {
  if (boot !== BOOT) return false;
  // A group id is not given out again while a member lives, so a group without its leader is still the same.
  return isRunning(pid, startTime) || (startTime !== null && statOf(pid) === undefined && groupRuns(pid));
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
