import type { z } from 'zod';
import type { StepKind } from '../../model/schema/format/kind.js';

/** Content of an evidence file of one step by its name; undefined when there is none. */
export type ReadRaw = (name: string) => Buffer | undefined;

/**
 * The outputs of a kind once more, from the evidence that its deed left and nothing else: an auditor's check of every
 * figure. It stands in `<kind>.recompute.ts`, which the hands use as well, so that the two cannot drift. Undefined where
 * the evidence does not hold all of it. Pure; throws when the evidence cannot be read.
 */
export type RecomputeOf<K extends StepKind> = (
  input: z.infer<K['input']>,
  read: ReadRaw,
) => z.infer<K['outputs']> | undefined;
