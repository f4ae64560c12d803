import type { z } from 'zod';
import type { JsonObject } from '../../json.js';
import type { Effect } from '../../plan/plan.js';

/**
 * What the format knows of a step kind: enough to validate a runbook, to type its expressions and to explain
 * the kind, without running it. Its hands stand beside it, in `kinds/<family>/<kind>.ts`.
 */
export interface StepKind<I extends z.ZodObject = z.ZodObject, O extends z.ZodObject = z.ZodObject> {
  /** A few words: "HTTP check". */
  title: string;
  /** One sentence on what it does. */
  about: string;
  /** Strict; `with` is parsed by it at validate time (expressions standing in) and again in the activity. */
  input: I;
  /** Typed outputs: what `steps.<id>.*` offers to expressions. */
  outputs: O;
  effect: Effect;
  /** What the kind's own undo does, in words; null when there is nothing to undo. */
  undo: string | null;
  /** A complete step in YAML, shown by `golive explain` and tested to validate. */
  example: string;
  /** Plausible outputs of a good run: the harness runs whole runbooks on them; see `wouldGive`. */
  sample: z.infer<O>;
  /** Evidence names that a step of this kind leaves, for `evidence.include`. */
  leaves?: readonly string[];
  /** Numbers that guards may watch while it runs (CEL `it.*`); none = the kind takes no guards. */
  running?: z.ZodObject;
}

export function defineKind<I extends z.ZodObject, O extends z.ZodObject>(kind: StepKind<I, O>): StepKind<I, O> {
  return kind;
}

/**
 * What a step of a kind would give in a good run: the kind's sample, and over it, key by key, what the runbook's
 * rehearsal says of this step (`rehearsal.outputs`).
 */
export function wouldGive(kind: StepKind, said: JsonObject = {}): JsonObject {
  return { ...kind.sample, ...said } as JsonObject;
}
