/** Names with how often each comes beside the others. */
export type Weights = readonly { id: string; weight: number }[];

/**
 * Which request each task is: by weight, spread evenly and always alike, so that two runs put the same load on. It is the
 * smooth weighted round robin by which nginx chooses among servers.
 *
 * @returns the turn, after which it begins again
 */
export function turnsOf(weights: Weights): string[] {
  const total = weights.reduce((sum, { weight }) => sum + weight, 0);
  const credit = new Map(weights.map(({ id }) => [id, 0]));
  return Array.from({ length: total }, () => {
    let chosen = '';
    let most = Number.NEGATIVE_INFINITY;
    for (const { id, weight } of weights) {
      const own = (credit.get(id) ?? 0) + weight;
      credit.set(id, own);
      if (own > most) [chosen, most] = [id, own];
    }
    credit.set(chosen, most - total);
    return chosen;
  });
}
