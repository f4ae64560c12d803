import { setTimeout as sleep } from 'node:timers/promises';

/** No pause is longer. */
const LONGEST_MS = 1000;

/** Thrown by a probe: what is looked at has been ended, and will never be. */
export class NeverAgain extends Error {}

/**
 * Waits for a condition, looking again and again; no test waits in any other way.
 *
 * @param what names the condition in the error
 * @param withinMs how long it may take, in milliseconds
 * @param probe gives what was waited for, or undefined or false while it is not there; what it throws counts as "not yet",
 *   save {@link NeverAgain}
 * @param everyMs least pause between two looks, in milliseconds; after a look that takes longer, the pause is as long as
 *   the look was, up to a second: a command line that is asked again and again must not take the core from what is waited for
 * @returns what the probe gave
 * @throws Error when the time is over, with the last error of the probe; NeverAgain of the probe at once
 */
export async function eventually<T>(
  what: string,
  withinMs: number,
  probe: () => T | undefined | false | Promise<T | undefined | false>,
  everyMs = 50,
): Promise<T> {
  const deadline = performance.now() + withinMs;
  let last: unknown;
  for (;;) {
    const begun = performance.now();
    try {
      const found = await probe();
      if (found !== undefined && found !== false) return found;
    } catch (error) {
      if (error instanceof NeverAgain) throw error;
      last = error;
    }
    const now = performance.now();
    if (now > deadline) {
      const why = last instanceof Error ? `: ${last.message}` : '';
      throw new Error(`Not within ${withinMs} ms: ${what}${why}`);
    }
    await sleep(Math.max(everyMs, Math.min(now - begun, LONGEST_MS)));
  }
}
