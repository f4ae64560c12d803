import { buildContext, resolve } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import { OWN_UNDO, type StepPlan } from '../../model/plan/plan.js';
import type { Values } from '../../model/plan/values.js';
import type { Deed } from './fake-world.js';

/** Outputs by step. */
export type Steps = Record<string, JsonObject>;

/** One call of an undo. */
export interface Call {
  deed: Deed;
  activity: string;
  title: string;
}

/** A call that a plan promises, with what it must be given. */
export interface DueCall extends Call {
  input: JsonObject;
}

/** A deed that began, with the calls that take it back; in the order in which the plan promises them. */
export interface Promised {
  deed: Deed;
  calls: DueCall[];
  always: boolean;
  /** It was to be undone, and that failed. */
  failed?: true;
  /** A person gave its undo up: no later way back takes it again. */
  givenUp?: true;
}

/** What takes a deed back that is given `input`; expressions of an `undo:` list are resolved as the step begins. */
export function undosOf(
  deed: Deed,
  step: StepPlan,
  input: JsonObject,
  context: () => Values & { steps: Steps },
): DueCall[] {
  const own = { deed, activity: `undo ${step.uses}`, title: `undo ${step.title}`, input };
  if (!step.undo) return step.ownUndo ? [own] : [];
  return step.undo.map((undo) =>
    undo === OWN_UNDO
      ? own
      : {
          deed,
          activity: undo.uses,
          title: `undo ${undo.title}`,
          input: resolve(undo.with, buildContext(context())),
        },
  );
}
