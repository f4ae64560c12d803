/** What is searched of an entry, the weightiest first. */
export interface Searched {
  /** The symptom, and the entry's id. */
  symptom: string;
  /** Titles of its actions, and why. */
  actions: string;
  /** Gates and steps that it answers, and the runbook's title. */
  about: string;
}

const WEIGHTS: readonly [part: keyof Searched, weight: number][] = [
  ['symptom', 6],
  ['actions', 2],
  ['about', 1],
];
/** A word as a whole counts more than as the beginning or the middle of another. */
const WHOLE = 2;

/** Without case and accents: `Régression` is found by `regression`. */
function plain(text: string): string {
  return text
    .normalize('NFKD')
    .replace(/\p{M}+/gu, '')
    .toLowerCase();
}

const wordsOf = (text: string): string[] => plain(text).match(/[\p{L}\p{N}]+/gu) ?? [];

function weigh(word: string, searched: Searched): number {
  let best = 0;
  for (const [part, weight] of WEIGHTS) {
    const words = wordsOf(searched[part]);
    if (words.includes(word)) best = Math.max(best, weight * WHOLE);
    else if (words.some((one) => one.includes(word))) best = Math.max(best, weight);
  }
  return best;
}

/**
 * Finds by words, in any case and with or without accents. Whoever has more of the words comes first, then whoever has
 * them in the symptom; those that are alike keep their order.
 *
 * @returns those that have at least one of the words
 */
export function search<T>(all: readonly T[], words: string, searchedOf: (one: T) => Searched): T[] {
  const wanted = [...new Set(wordsOf(words))];
  return all
    .map((one) => {
      const weights = wanted.map((word) => weigh(word, searchedOf(one)));
      const found = weights.filter((weight) => weight > 0).length;
      return { one, found, weight: weights.reduce((sum, weight) => sum + weight, 0) };
    })
    .filter(({ found }) => found > 0)
    .toSorted((a, b) => b.found - a.found || b.weight - a.weight)
    .map(({ one }) => one);
}
