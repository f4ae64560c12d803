import { join } from 'node:path';
import { COUNTED, type Counted, countedIn, LOOKED, NONE_COUNTED, OWN_PLAN } from '../../model/evidence/earlier.js';
import type { Recomputed } from '../../model/judge/recompute.js';
import { jsonObjectIn } from '../../model/json.js';
import { readAddress } from '../../model/plan/address.js';
import type { Bag } from './bag.js';
import { newestFile } from './figures.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';

/**
 * Phases of earlier go-lives that count in this one. That they follow from what was kept of those bundles is checked with
 * the figures of the step; here it is that this was held against the plan of this go-live, by a key that the reader trusts.
 *
 * @param address `<phase>.<step>`
 */
export function countedHere(
  bag: Bag,
  address: string,
  { attempts }: Recomputed,
  trusted: readonly string[],
  findings: Findings,
): Counted {
  const { phase, part = '' } = readAddress(address);
  const last = attempts.findLast((one) => one.phase === phase);
  const pathOf = (name: string): string | undefined => last && newestFile(bag, phase, last.attempt, part, name);
  const read = (name: string): string | undefined => {
    const path = pathOf(name);
    return path && findings.reading(path, () => readAtMost(join(bag.root, path), MOST.raw))?.toString('utf8');
  };
  const [text, path] = [read(COUNTED), pathOf(COUNTED) ?? address];
  // The step did not come to its end, or nothing was named.
  if (last?.steps[part] === undefined || text === undefined) return NONE_COUNTED;
  const counted = countedIn(text);
  if (counted === undefined) {
    findings.add('policy', path, 'does not say which phases of earlier go-lives count');
    return NONE_COUNTED;
  }
  const plan = pathOf(OWN_PLAN);
  if (plan === undefined || bag.payload.get(plan) !== bag.payload.get('data/plan.json'))
    findings.add('policy', plan ?? address, 'is not the plan of this go-live, which earlier ones were held against');
  const key = jsonObjectIn(read(LOOKED) ?? '')?.key;
  if (counted.phases.length > 0 && !trusted.some((one) => one === key))
    findings.add('untrusted', path, 'counts phases of bundles that were sealed by a key which you do not trust');
  const verified = counted.bundles.filter(({ phases }) => phases.length > 0);
  findings.leave(
    verified.length,
    verified.length === 1 ? 'earlier bundle' : 'earlier bundles',
    `the raw records were verified when this go-live ran; \`golive verify\` does it again: ${verified.map(({ goLive }) => goLive).join(', ')}`,
  );
  return counted;
}
