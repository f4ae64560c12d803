import { evaluateBoolean } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import type { ProbePlan } from '../../model/plan/plan.js';
import type { StepKind } from '../../model/schema/format/kind.js';
import { stepKinds } from '../../kinds/catalog.js';
import { failureOf } from '../step/failure.js';
import type { StepContext, StepHandler } from '../step/step.js';
import { stepHandlers } from '../../kinds/hands.js';

/** What a probe says of a deed: `unknown` when it failed, or says both or neither. */
export interface Probed {
  answer: 'done' | 'not-done' | 'unknown';
  sentence: string;
}

/**
 * Looks whether a deed was done. It never throws: a look that fails says nothing.
 *
 * @param plan with its `with` resolved
 */
export async function probe(plan: ProbePlan, context: StepContext): Promise<Probed> {
  try {
    const outputs = await look(plan, context);
    const [done, notDone] = [plan.done, plan.notDone].map((text) => evaluateBoolean(text, { it: outputs.outputs }));
    const found = `${plan.uses}: ${outputs.summary}`;
    if (done !== notDone) return { answer: done ? 'done' : 'not-done', sentence: `${found}.` };
    const says = done ? 'both done and not done' : 'neither done nor not done';
    return { answer: 'unknown', sentence: `Its probe says ${says} (${found}).` };
  } catch (error) {
    return { answer: 'unknown', sentence: `Its probe failed: ${failureOf(error).message}` };
  }
}

async function look(plan: ProbePlan, context: StepContext): Promise<{ outputs: JsonObject; summary: string }> {
  const kind = (stepKinds as Record<string, StepKind>)[plan.uses];
  // As at the activities' own table: handler and schema of one name belong together.
  const handler = (stepHandlers as unknown as Record<string, StepHandler<unknown, JsonObject>>)[plan.uses];
  if (!kind || !handler) throw new Error(`there is no kind ${plan.uses}`);
  return handler.do(kind.input.parse(plan.with), context);
}
