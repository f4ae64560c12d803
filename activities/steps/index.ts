import type { KindName, stepKinds } from '../../model/schema/steps/index.js';
import type { HandlerOf } from '../step.js';
import { commandRun } from './command.run.js';

/** Hands for every kind: a kind without them does not compile. */
export type HandlerTable = { [K in KindName]: HandlerOf<(typeof stepKinds)[K]> };

/** Every kind's hands by the name that a runbook's `uses` gives. One line per kind, by name. */
export const stepHandlers = {
  'command.run': commandRun,
} satisfies HandlerTable;
