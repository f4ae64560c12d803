import { evidenceError } from '../../evidence/error.js';
import { StepError } from './step-error.js';

/**
 * The step's error for evidence that could not be written: fail closed.
 *
 * @param deed verb phrase, e.g. "append to"
 */
export function unwritable(deed: string, path: string, cause: unknown): StepError {
  if (isStepError(cause)) return cause;
  const error = evidenceError(deed, path, cause);
  return new StepError('EVIDENCE_UNWRITABLE', error.message, { hint: error.hint, cause });
}

/** By name, not by class: an error of another realm (a test runner's) has another class. */
export function isStepError(error: unknown): error is StepError {
  return error instanceof Error && error.name === 'StepError';
}
