import { statSync } from 'node:fs';
import { join } from 'node:path';

const DAY_MS = 86_400_000;
/** The exercises are over by then, and the window is not. */
const LATE_DAYS = 6;

/** Nominal days since the window began; undefined before. */
export function windowDay(root: string, timeScale: number): number | undefined {
  const since = statSync(join(root, 'window-began'), { throwIfNoEntry: false })?.mtimeMs;
  return since === undefined ? undefined : ((Date.now() - since) * timeScale) / DAY_MS;
}

/** Whether it is late in the week. */
export function isLateInWindow(root: string, timeScale: number): boolean {
  return (windowDay(root, timeScale) ?? 0) >= LATE_DAYS;
}
