/**
 * Milliseconds of the machine's monotonic clock, to a thousandth. It is one clock for all of the machine's processes, so
 * that what a holder notes can be laid beside what its step notes.
 */
export function clockMs(): number {
  return Number(process.hrtime.bigint() / 1000n) / 1000;
}

/** To a thousandth of a millisecond. */
export function rounded(ms: number): number {
  return Math.round(ms * 1000) / 1000;
}
