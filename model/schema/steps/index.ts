import type { StepKind } from '../kind.js';
import { wait } from './wait.js';
import { commandRun } from './command.run.js';

/** Every step kind by the name that a runbook's `uses` gives. One line per kind, by name. */
export const stepKinds = {
  'command.run': commandRun,
  wait,
} satisfies Record<string, StepKind>;

export type KindName = keyof typeof stepKinds;
