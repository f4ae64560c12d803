import type { z } from 'zod';
import type { Json, JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import { kindEffect, type StepKind } from '../../model/schema/format/kind.js';
import type { StepResult, StepTask } from '../../model/state/contract.js';
import type { Capabilities, StepCall, StepContext, StepOutcome } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { inEachText } from '../command/redact.js';
import { repeatUntil } from './until.js';

const OUTPUT_BYTES = 32 * 1024;

/** What the step declared, or else its kind. An undo may be done twice, whatever it is made of. */
export function effectOf(task: StepTask, call: StepCall): Effect {
  if (call.part === 'undo') return 'none';
  if (task.undoes) return 'idempotent';
  return task.effect ?? kindEffect(call.kind);
}

/**
 * Runs the deed or the undo; nothing of it is recorded here. Secrets are taken out of what it gives once all is judged.
 *
 * @throws whatever the kind throws
 */
export async function perform(call: StepCall, input: unknown, context: StepContext): Promise<StepResult> {
  if (call.part === 'undo') {
    if (!call.handler.undo) throw new StepError('INTERNAL', `The kind ${call.name} has no undo of its own.`);
    const { summary } = await call.handler.undo(input, context);
    return { outputs: {}, summary: context.redact(summary), evidence: context.evidence.refs() };
  }
  const doOnce = (): Promise<StepOutcome<JsonObject>> => call.handler.do(input, context);
  const { until } = context.task;
  const { outputs, summary } = until ? await repeatUntil(until, doOnce, context) : await doOnce();
  const kept = keptOutputs(call, outputs, context);
  return { outputs: kept, summary: context.redact(summary), evidence: context.evidence.refs() };
}

function keptOutputs(call: StepCall, outputs: JsonObject, context: StepContext): JsonObject {
  const parsed = call.kind.outputs.safeParse(outputs);
  if (!parsed.success) {
    throw new StepError('INTERNAL', `The outputs of ${call.name} are not as declared: ${issuesText(parsed.error)}.`);
  }
  const kept = withoutSecrets(call.kind, parsed.data as JsonObject, context);
  const bytes = Buffer.byteLength(JSON.stringify(kept));
  if (bytes > OUTPUT_BYTES) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `The outputs of ${call.name} are ${bytes} bytes; at most ${OUTPUT_BYTES} may be kept outside the evidence.`,
      { hint: 'Let the step give only what later expressions read; the evidence has the whole.' },
    );
  }
  return kept;
}

/** Outputs as they may be told. What a kind declares as a number or under a name stays so: it is of its own making. */
export function withoutSecrets(
  kind: StepKind,
  outputs: JsonObject,
  { redact, redactIn }: Pick<Capabilities, 'redact' | 'redactIn'>,
): JsonObject {
  const told = (name: string, value: Json): Json => {
    const hidden = redactIn(value);
    return kind.outputs.shape[name]?.safeParse(hidden).success ? hidden : inEachText(value, redact);
  };
  return Object.fromEntries(Object.entries(outputs).map(([name, value]) => [name, told(name, value)]));
}

/** @throws StepError BAD_INPUT that names the path of each value */
export function parseInput(schema: z.ZodObject, input: JsonObject, kind: string): unknown {
  const parsed = schema.safeParse(input);
  if (parsed.success) return parsed.data;
  throw new StepError('BAD_INPUT', `The input of ${kind} cannot be used: ${issuesText(parsed.error)}.`);
}

function issuesText(error: z.ZodError): string {
  const texts = error.issues.map(({ path, message }) => `${path.join('.') || 'with'}: ${message}`);
  return texts.length > 5 ? `${texts.slice(0, 5).join('; ')}; and ${texts.length - 5} more` : texts.join('; ');
}
