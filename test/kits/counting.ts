import { z } from 'zod';
import type { StepCall, StepContext, StepOutcome } from '../../activities/step/step.js';
import type { JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import { defineKind } from '../../model/schema/format/kind.js';

/** What the deed of the counting kind does. */
export type Do = (input: { n: number }, context: StepContext) => Promise<StepOutcome<JsonObject>>;

/** A kind that exists for one test: the wrapper does not know kinds apart. */
export function call(act: Do, effect: Effect = 'idempotent'): { call: StepCall } {
  const kind = defineKind({
    title: 'Count',
    about: 'Counts.',
    input: z.strictObject({ n: z.number(), argv: z.array(z.string()).optional() }),
    outputs: z.object({ n: z.number(), text: z.string().optional() }),
    effect,
    reach: 'none',
    writes: 'none',
    undo: null,
    example: '',
    sample: { n: 1 },
  });
  return { call: { name: 'count', part: 'do', kind, handler: { do: act } } };
}
/** An outcome of the counting kind. */
export const counted = (n: number): StepOutcome<JsonObject> => ({ outputs: { n }, summary: `n is ${n}` });
