/** A sentence with its full stop, so that another one can follow it. What ends it otherwise, or is cut, stays. */
export function withStop(text: string): string {
  const trimmed = text.trimEnd();
  return /[.!?…:;]["'”’)\]]?$/u.test(trimmed) || trimmed === '' ? trimmed : `${trimmed}.`;
}
