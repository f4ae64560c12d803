import { readFileSync } from 'node:fs';
import { runningStatOf } from '../../host/process.js';

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

/** A command line as outputs and sentences hold it, cut at whole characters. */
export function shownCommand(command: string, most: number): string {
  const characters = [...command];
  return characters.length > most ? `${characters.slice(0, most - 1).join('')}…` : command;
}
