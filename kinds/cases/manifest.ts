import { z } from 'zod';
import { sha256 } from '../../evidence/durable.js';
import { readNeeded } from '../shared/replace.js';
import { StepError } from '../../activities/step/step-error.js';
import { VERDICT_CLASSES } from './verdict-class.js';

const counts = z.record(z.string(), z.number().int().min(0));
const manifestSchema = z.object({
  schema: z.literal(1),
  seed: z.number().optional(),
  set: z.string(),
  counts: z.object({ scenario: counts, expected: counts }),
  cases: z
    .array(
      z.object({
        id: z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,99}$/),
        scenario: z.string(),
        expected: z.enum(VERDICT_CLASSES),
        documents: z.array(z.looseObject({ name: z.string() })).min(1),
      }),
    )
    .min(1)
    .max(100_000),
});
export type Manifest = z.infer<typeof manifestSchema>;
export type Case = Manifest['cases'][number];

/** Reads a manifest of cases. @throws StepError NOT_FOUND, or EXPECTATION_FAILED with the place in the file */
export async function readManifest(path: string): Promise<{ manifest: Manifest; sha256: string; bytes: Buffer }> {
  const bytes = await readNeeded(path, 'The manifest of cases');
  let raw: unknown;
  try {
    raw = JSON.parse(bytes.toString('utf8'));
  } catch {
    throw new StepError('EXPECTATION_FAILED', `${path} is no JSON.`);
  }
  const parsed = manifestSchema.safeParse(raw);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new StepError(
      'EXPECTATION_FAILED',
      `${path}, ${issue?.path.join('.') || 'top level'}: ${issue?.message ?? 'not a manifest'}.`,
    );
  }
  const ids = new Set<string>();
  for (const { id } of parsed.data.cases) {
    if (ids.has(id)) throw new StepError('EXPECTATION_FAILED', `${path}: the case '${id}' stands twice.`);
    ids.add(id);
  }
  return { manifest: parsed.data, sha256: sha256(bytes), bytes };
}

/** Counts cases by a key. */
export function countBy(cases: readonly Case[], key: 'scenario' | 'expected'): Record<string, number> {
  const found: Record<string, number> = {};
  for (const one of cases) found[one[key]] = (found[one[key]] ?? 0) + 1;
  return found;
}
