import { distance } from 'fastest-levenshtein';

/** The known name nearest to a misspelt one, when it is near enough to be what was meant. */
export function nearest(name: string, known: Iterable<string>): string | undefined {
  let best: string | undefined;
  let least = Math.max(2, Math.floor(name.length / 3)) + 1;
  for (const candidate of known) {
    const steps = distance(name.toLowerCase(), candidate.toLowerCase());
    if (steps < least) [best, least] = [candidate, steps];
  }
  if (best !== undefined || name.length < 3) return best;
  return [...known].find((candidate) => candidate.length > 2 && (candidate.includes(name) || name.includes(candidate)));
}

/** A hint for an unknown name: the nearest known one, or what there is. */
export function didYouMean(name: string, known: readonly string[], what: string): string {
  const near = nearest(name, known);
  if (near !== undefined) return `Did you mean '${near}'?`;
  if (known.length === 0) return `There are no ${what} here.`;
  const shown = known.slice(0, 12).join(', ');
  return `Known ${what}: ${shown}${known.length > 12 ? ', …' : ''}.`;
}
