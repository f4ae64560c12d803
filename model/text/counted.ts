/** A number with its noun: `1 phase`, `3 phases`. For nouns that only take an s. */
export function counted(count: number, noun: string): string {
  return `${count} ${noun}${count === 1 ? '' : 's'}`;
}
