import { ApplicationFailure } from '@temporalio/workflow';
import type { FailureCode } from '../model/failure.js';
import type { PhaseResult } from '../model/state/state.js';
import { changed } from './changes.js';
import { failureOf } from './step.js';

const SEALED = 'SEALED' satisfies FailureCode;

/**
 * Whether an error says that the go-live's bundle is sealed. Then it has ended, and this execution is one that was begun
 * again from outside: whatever it would do or undo, it would do to what stands under a verdict.
 */
export function meetsSeal(error: unknown): boolean {
  return failureOf(error).code === SEALED && changed('what-is-sealed-stays-as-it-is');
}

/** How an execution ends that has met the seal. */
export function sealedEnd(target: string): ApplicationFailure {
  const message = `The go-live of '${target}' has ended and its bundle is sealed: this execution was begun again from outside (reset) and does nothing.`;
  return ApplicationFailure.nonRetryable(message, SEALED);
}

/** The result of a phase, unless its steps met the seal. @throws ApplicationFailure SEALED */
export function unsealed(result: PhaseResult): PhaseResult {
  const refused = result.steps.find(({ failure }) => failure?.code === SEALED)?.failure;
  if (!refused || !changed('what-is-sealed-stays-as-it-is')) return result;
  throw ApplicationFailure.nonRetryable(refused.message, SEALED);
}
