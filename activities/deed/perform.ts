import type { z } from 'zod';
import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import type { Effect } from '../../model/plan/plan.js';
import { kindEffect, type StepKind } from '../../model/schema/format/kind.js';
import type { StepResult, StepTask } from '../../model/state/contract.js';
import type { Capabilities, StepCall, StepContext, StepOutcome } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { withoutCredentialsIn } from '../../evidence/credentials.js';
import { isStepError } from '../step/unwritable.js';
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
 * Runs the deed or the undo; nothing of it is recorded here. Secrets, and credentials that nobody declared, are taken out
 * of what it gives once all is judged.
 *
 * @throws whatever the kind throws
 */
export async function perform(call: StepCall, input: unknown, context: StepContext): Promise<StepResult> {
  try {
    const { outputs, summary } = await performed(call, input, context);
    const { value } = await withoutCredentialsIn({ outputs, summary: context.redact(summary) });
    return {
      outputs: objectOf(value['outputs']),
      summary: textOf(value['summary']),
      evidence: context.evidence.refs(),
    };
  } catch (error) {
    throw await tellableError(error);
  }
}

async function performed(call: StepCall, input: unknown, context: StepContext): Promise<StepOutcome<JsonObject>> {
  if (call.part === 'undo') {
    if (!call.handler.undo) throw new StepError('INTERNAL', `The kind ${call.name} has no undo of its own.`);
    return { outputs: {}, ...(await call.handler.undo(input, context)) };
  }
  const doOnce = (): Promise<StepOutcome<JsonObject>> => call.handler.do(input, context);
  const { until } = context.task;
  const { outputs, summary } = until ? await repeatUntil(until, doOnce, context) : await doOnce();
  return { outputs: keptOutputs(call, outputs, context), summary };
}

/** An error without credentials that nobody declared: what a service says stands in its sentence. */
export async function tellableError(error: unknown): Promise<unknown> {
  if (!isStepError(error)) return error;
  const { said, facts, ...rest } = error.options;
  const all = { message: error.message, ...(said === undefined ? {} : { said }), ...(facts ? { facts } : {}) };
  const { value, credentials } = await withoutCredentialsIn(all);
  if (credentials === 0) return error;
  return new StepError(error.code, textOf(value['message']), {
    ...rest,
    ...(said === undefined ? {} : { said: textOf(value['said']) }),
    ...(facts ? { facts: objectOf(value['facts']) } : {}),
  });
}

/** Masking keeps the shape of a value; what had another would be told as nothing. */
const textOf = (value: Json | undefined): string => (typeof value === 'string' ? value : '');
const objectOf = (value: Json | undefined): JsonObject => (isJsonObject(value) ? value : {});

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
