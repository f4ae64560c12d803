import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const GRACE_MS = 1500;
const KILLED_MS = 3000;

/**
 * Ends every process that has a mark in its environment, whatever its group or parent: SIGTERM, then SIGKILL. Only where
 * the system tells the environment of processes (`/proc`).
 *
 * @param mark as it stands in the environment: `NAME=value`, of a value that nobody else has
 * @returns how many there were
 */
export async function endMarked(mark: string): Promise<number> {
  const found = new Set<number>();
  const begun = performance.now();
  for (;;) {
    const running = marked(mark);
    if (running.length === 0 || performance.now() - begun > GRACE_MS + KILLED_MS) return found.size;
    const over = performance.now() - begun > GRACE_MS;
    for (const pid of running) {
      // A child that began meanwhile is asked to end as well, before it is killed.
      if (over || !found.has(pid)) signal(pid, over ? 'SIGKILL' : 'SIGTERM');
      found.add(pid);
    }
    await delay(20);
  }
}

function marked(mark: string): number[] {
  return processIds().filter((pid) => {
    try {
      return pid !== process.pid && readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0').includes(mark);
    } catch {
      // It ended meanwhile, or is another user's.
      return false;
    }
  });
}

function processIds(): number[] {
  try {
    return readdirSync('/proc').flatMap((name) => (/^\d+$/.test(name) ? [Number(name)] : []));
  } catch {
    return [];
  }
}

function signal(pid: number, name: NodeJS.Signals): void {
  try {
    process.kill(pid, name);
  } catch {
    // It ended meanwhile.
  }
}
