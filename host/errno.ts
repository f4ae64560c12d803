/** The code of a system's error (`ENOENT`, `EEXIST`), when it is one. */
export function errnoOf(error: unknown): string | undefined {
  // Not `instanceof Error`: an error of another realm is none of this one's.
  if (typeof error !== 'object' || error === null || !('code' in error)) return undefined;
  return typeof error.code === 'string' ? error.code : undefined;
}
