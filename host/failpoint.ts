/**
 * Places where a crash test may end this process as a power cut would. The order is that of a step's life; then come
 * what a step promises to take back, the writing of any file, the event log, and the seal.
 */
export const FAILPOINTS = [
  'before-intent',
  'after-intent',
  'during',
  'after-act',
  'after-outcome',
  'before-report',
  'after-promise',
  'mid-write',
  'before-log',
  'mid-log',
  'after-log',
  'before-seal',
  'mid-seal',
] as const;
export type Failpoint = (typeof FAILPOINTS)[number];

interface Armed {
  name: string;
  /** Fires when it is reached the n-th time in this process, from 1. */
  nth: number;
  /** Fires only in this step. */
  step?: string;
}

/** Reads `GOLIVE_FAILPOINT=<name>[:n][@step]`; anything else arms nothing. */
export function parseFailpoint(text: string | undefined): Armed | undefined {
  const match = /^([a-z-]+)(?::(\d{1,6}))?(?:@([A-Za-z0-9._-]+))?$/.exec(text ?? '');
  if (!match?.[1] || !FAILPOINTS.some((name) => name === match[1])) return undefined;
  return { name: match[1], nth: Number(match[2] ?? 1), ...(match[3] ? { step: match[3] } : {}) };
}

let armed: Armed | undefined;
let reached = 0;

/** Arms this process as the environment says; a program that may crash on purpose calls it at its start. */
export function armFailpoints(env: NodeJS.ProcessEnv): void {
  armed = parseFailpoint(env.GOLIVE_FAILPOINT);
  reached = 0;
}

/** Whether the process would end here; counts as reaching it. For places that want to leave something half done. */
export function failsAt(name: Failpoint, step?: string): boolean {
  if (armed?.name !== name || (armed.step !== undefined && armed.step !== step)) return false;
  reached += 1;
  return reached === armed.nth;
}

/** Ends this very process with SIGKILL; nothing after it runs. */
export function die(): never {
  process.kill(process.pid, 'SIGKILL');
  // The signal is delivered before the next turn; no line of this turn may act in between.
  for (;;) Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 1000);
}

/** Dies here when this process was armed to; costs nothing otherwise. */
export function failpoint(name: Failpoint, step?: string): void {
  if (armed && failsAt(name, step)) die();
}
