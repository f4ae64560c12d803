import { z } from 'zod';
import { sha256 } from '../../evidence/durable.js';
import { asStep } from '../shared/as-step.js';
import { readJson } from '../shared/json.js';
import { readWhole } from '../shared/read-file.js';
import { textOf } from '../shared/text.js';
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
  const bytes = await readWhole(path, 'The manifest of cases');
  const text = asStep(() => textOf(bytes, `The manifest of cases ${path}`));
  const { value: raw, why } = readJson(text);
  if (raw === undefined) throw new StepError('CHECK_FAILED', `${path} ${why}.`);
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
  const found = new Map<string, number>();
  for (const one of cases) found.set(one[key], (found.get(one[key]) ?? 0) + 1);
  return Object.fromEntries(found);
}
