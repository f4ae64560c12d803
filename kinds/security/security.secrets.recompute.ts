import { exactJson } from '../shared/json.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { baselineOf } from './findings.js';
import { countSecrets, searchSchema } from './secret-findings.js';
import type { securitySecrets as kind } from './security.secrets.kind.js';

/** The step leaves every secret that was found, without the secret, and the baseline that they were held against. */
export const recomputeSecuritySecrets: RecomputeOf<typeof kind> = (input, read) => {
  const [search, kept] = [read('search.json'), read('baseline.json')];
  if (search === undefined) return undefined;
  const baseline =
    kept === undefined ? [] : baselineOf(exactJson(kept.toString('utf8')), input.baseline ?? 'The baseline');
  return countSecrets(searchSchema.parse(exactJson(search.toString('utf8'))), baseline);
};
