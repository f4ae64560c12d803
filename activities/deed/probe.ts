import { evaluateBoolean } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import type { ProbePlan } from '../../model/plan/plan.js';
import { failureOf } from '../step/failure.js';
import type { StepCalls, StepContext, StepOutcome } from '../step/step.js';

/** Where a probe leaves its evidence, in the folder of the step. */
const FOLDER = 'probe';

/** What a probe says of a deed: `unknown` when it failed, or says both or neither. */
export interface Probed {
  answer: 'done' | 'not-done' | 'unknown';
  sentence: string;
}

/**
 * Looks whether a deed was done. It never throws: a look that fails says nothing.
 *
 * @param plan with its `with` resolved
 * @param kinds what the worker can do
 */
export async function probe(plan: ProbePlan, context: StepContext, kinds: StepCalls): Promise<Probed> {
  try {
    const { outputs, summary } = await runProbe(plan, context, kinds);
    const [done, notDone] = [plan.done, plan.notDone].map((text) => evaluateBoolean(text, { it: outputs }));
    const found = `${plan.uses}: ${summary}`;
    if (done !== notDone) return { answer: done ? 'done' : 'not-done', sentence: `${found}.` };
    const says = done ? 'both done and not done' : 'neither done nor not done';
    return { answer: 'unknown', sentence: `Its probe says ${says} (${found}).` };
  } catch (error) {
    return { answer: 'unknown', sentence: `Its probe failed: ${failureOf(error, context.redact).message}` };
  }
}

async function runProbe(plan: ProbePlan, context: StepContext, kinds: StepCalls): Promise<StepOutcome<JsonObject>> {
  const { kind, handler } = kinds.call(plan.uses, 'do');
  return handler.do(kind.input.parse(plan.with), besides(context));
}

/** The same step, with files of its own: what the deed left is all that is known of it, and a look must not write over it. */
function besides(context: StepContext): StepContext {
  const { evidence, run } = context;
  const own = (name: string): string => `${FOLDER}/${name}`;
  return {
    ...context,
    run: (options) => run({ ...options, ...(options.saveAs === undefined ? {} : { saveAs: own(options.saveAs) }) }),
    evidence: {
      ...evidence,
      write: (name, content) => evidence.write(own(name), content),
      copy: (name, from) => evidence.copy(own(name), from),
      appender: (name) => evidence.appender(own(name)),
    },
  };
}
