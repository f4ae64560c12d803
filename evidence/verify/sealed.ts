import type { SealPredicate } from '../../model/evidence/seal.js';
import { tagsOf } from './bag.js';
import { type Finding, Findings } from './finding.js';
import { checkSeal } from './seal.js';

/**
 * What the seal of a bundle says, where it is good and by a trusted key. The payload is not read: whether it is as it was
 * sealed, `verifyBundle` tells.
 *
 * @param root folder of the bundle
 * @param trusted fingerprints of keys
 */
export async function readSeal(
  root: string,
  trusted: readonly string[],
): Promise<{ seal?: SealPredicate; findings: Finding[] }> {
  const findings = new Findings();
  const seal = await checkSeal(tagsOf(root, findings), trusted, findings);
  return { findings: findings.list, ...(seal && findings.count === 0 ? { seal } : {}) };
}
