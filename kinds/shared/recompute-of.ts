import type { z } from 'zod';
import type { JsonObject } from '../../model/json.js';
import type { StepKind } from '../../model/schema/format/kind.js';

/** Content of an evidence file of one step by its name; undefined when there is none. */
export type ReadRaw = (name: string) => Buffer | undefined;

/**
 * The outputs of a kind once more, from the evidence that its deed left and nothing else: an auditor's check of every
 * figure. It stands in `<kind>.recompute.ts`, which the hands use as well, so that the two cannot drift. Undefined where
 * the evidence does not hold all of it. Pure; throws when the evidence cannot be read.
 *
 * `logged` is what the step gave, which shows by what version: a kind that reads more strictly now reads as it did then.
 */
export type RecomputeOf<K extends StepKind> = (
  input: z.infer<K['input']>,
  read: ReadRaw,
  logged?: JsonObject,
) => Again<K> | undefined | Promise<Again<K> | undefined>;

type Again<K extends StepKind> = z.infer<K['outputs']>;
