/** What an oracle can expect of a case, and a service answer. */
export const VERDICT_CLASSES = ['pass', 'warn', 'reject', 'blocked'] as const;
export type VerdictClass = (typeof VERDICT_CLASSES)[number];

/** What the figures need to know of a case. */
export interface Expected {
  expected: VerdictClass;
}
