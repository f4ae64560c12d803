import { readdirSync, readFileSync } from 'node:fs';
import { type ProcessStat, runningStatOf } from './process.js';

/** Clock ticks a second of `/proc`; fixed by the kernel's interface for all of Linux (USER_HZ). */
const TICKS = 100;

/** What a process holds at a moment, as `/proc` tells it: see proc(5). */
interface Usage {
  pid: number;
  /** Of this very process: another one with its id has another. */
  startTime: string;
  /** Milliseconds of a processor that it used since it began. */
  cpuMs: number;
  rssBytes: number;
  /** Undefined where the system does not show those of another user. */
  openFiles: number | undefined;
}

/** A process with all that it started, and they in turn, as far as they run. */
export function usageOfTree(pid: number): Usage[] {
  const running = readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map((name) => runningStatOf(Number(name)))
    .filter((one) => one !== undefined);
  const tree = new Set([pid]);
  for (let size = 0; size < tree.size; ) {
    size = tree.size;
    for (const one of running) if (tree.has(one.parent)) tree.add(one.pid);
  }
  return running
    .filter((one) => tree.has(one.pid))
    .map(usageOf)
    .filter((one) => one !== undefined);
}

function usageOf({ pid, startTime, cpuTicks }: ProcessStat): Usage | undefined {
  try {
    const resident = /^VmRSS:\s*(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'))?.[1];
    return {
      pid,
      startTime,
      cpuMs: (cpuTicks * 1000) / TICKS,
      rssBytes: Number(resident ?? 0) * 1024,
      openFiles: openFilesOf(pid),
    };
  } catch {
    // It ended in between.
    return undefined;
  }
}

function openFilesOf(pid: number): number | undefined {
  try {
    return readdirSync(`/proc/${pid}/fd`).length;
  } catch {
    return undefined;
  }
}
