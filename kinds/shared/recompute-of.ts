import type { z } from 'zod';
import type { StepKind } from '../../model/schema/format/kind.js';

/** Content of an evidence file of one step by its name; undefined when there is none. */
export type ReadRaw = (name: string) => Buffer | undefined;

/**
 * The outputs of a kind once more, from the evidence that its deed left and nothing else: an auditor's check of every
 * figure. It stands in `<kind>.recompute.ts`, which the hands use as well, so that the two cannot drift. Undefined where
 * the evidence does not hold all of it; how many credentials were masked is no longer in it. Pure; throws when the
 * evidence cannot be read.
 */
export type RecomputeOf<K extends StepKind> = (input: z.infer<K['input']>, read: ReadRaw) => Again<K> | undefined;

type Again<K extends StepKind> = Omit<z.infer<K['outputs']>, 'credentials'> &
  Partial<Pick<z.infer<K['outputs']>, 'credentials' & keyof z.infer<K['outputs']>>>;
