import { largest } from './largest.js';

/** Best to worst: severity is the order of the list. */
export const VERDICTS = ['go', 'waived', 'inconclusive', 'no-go'] as const;
export type Verdict = (typeof VERDICTS)[number];

/** The worst of several verdicts; of none it is `go`, since nothing was asked. */
export function worst(verdicts: readonly Verdict[]): Verdict {
  return VERDICTS[largest(verdicts.map((verdict) => VERDICTS.indexOf(verdict))) ?? 0] ?? 'inconclusive';
}

/** Whether a phase or decision may go on: only `go` and `waived` do; no data is not good news. */
export function mayGoOn(verdict: Verdict): boolean {
  return verdict === 'go' || verdict === 'waived';
}
