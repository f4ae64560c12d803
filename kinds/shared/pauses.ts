import { setImmediate } from 'node:timers/promises';

/** Longest that a worker does nothing else, in milliseconds: what it must answer meanwhile waits for as long. */
const LONGEST_TURN = 25;

/**
 * Gives work that takes long its pauses, in which all else of the process goes on.
 *
 * @returns a pause when one is due, else nothing; ask often
 */
export function pauses(): () => Promise<void> | undefined {
  let since = performance.now();
  return () => {
    if (performance.now() - since < LONGEST_TURN) return undefined;
    return setImmediate().then(() => {
      since = performance.now();
    });
  };
}
