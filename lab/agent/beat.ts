/** Time between two heartbeats of the agent. */
export const HEARTBEAT_MS = 10_000;

/** A rehearsal's time, but not faster than a process can follow. */
export function scaledBy(timeScale: number): (ms: number) => number {
  return (ms) => Math.max(40, ms / timeScale);
}
