import type { z } from 'zod';
import { type Own, judgeEarlier } from '../../evidence/verify/earlier.js';
import { COUNTED, type Counted, LOOKED, OWN_PLAN } from '../../model/evidence/earlier.js';
import { isBegun } from '../../model/evidence/records.js';
import { jsonObjectIn } from '../../model/json.js';
import type { ReadRaw, RecomputeOf } from '../shared/recompute-of.js';
import type { evidenceEarlier as kind } from './evidence.earlier.kind.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;

/** What counts, as the step says it in a file and in its outputs. */
export async function earlierOf(
  input: Input,
  own: Own,
  read: ReadRaw,
): Promise<{ counted: Counted; text: string; outputs: Outputs }> {
  const counted = await judgeEarlier(input, own, read);
  const { bundles, phases } = counted;
  const outputs = {
    named: bundles.length,
    counted: bundles.filter((one) => one.phases.length > 0).length,
    phases: phases.map(({ id }) => id),
    why: bundles.flatMap(({ change, why }) => why.map((one) => `${change}: ${one}`)),
  };
  return { counted, text: `${JSON.stringify(counted, null, 2)}\n`, outputs };
}

/** The step leaves what it kept of each bundle, its own plan, the key, and what the verification found. */
export const recomputeEvidenceEarlier: RecomputeOf<typeof kind> = async (input, read) => {
  const textOf = (name: string): string => read(name)?.toString('utf8') ?? '';
  const [looked, begun]: unknown[] = [jsonObjectIn(textOf(LOOKED)), jsonObjectIn(textOf(OWN_PLAN))];
  if (input.changes.length === 0) return { named: 0, counted: 0, phases: [], why: [] };
  if (!isBegun(begun) || !isLooked(looked)) throw new Error(`${LOOKED} or ${OWN_PLAN} is not as the step leaves it`);
  const { text, outputs } = await earlierOf(input, { plan: begun.plan, ...looked }, read);
  if (textOf(COUNTED) !== text) throw new Error(`${COUNTED} says something else than what was kept of those bundles`);
  return outputs;
};

function isLooked(value: unknown): value is Pick<Own, 'key' | 'found' | 'takenBack'> {
  if (typeof value !== 'object' || value === null || !('key' in value) || !('found' in value)) return false;
  const { key, found } = value;
  const takenBack = 'takenBack' in value ? value.takenBack : [];
  return typeof key === 'string' && isTold(found) && isTold(takenBack);
}

const isTold = (value: unknown): boolean =>
  Array.isArray(value) && value.every((one: unknown) => one === null || typeof one === 'string');
