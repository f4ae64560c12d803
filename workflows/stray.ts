import {
  ApplicationFailure,
  ContinueAsNew,
  DeterminismViolationError,
  isCancellation,
  TemporalFailure,
} from '@temporalio/workflow';
import { changed } from './changes.js';

/**
 * What an error says that nobody foresaw. Left alone it would end a workflow with nothing undone, or stop it for good.
 *
 * @returns its message; undefined for what Temporal itself throws to steer a workflow, which goes on as it is
 */
export function strayMessage(error: unknown): string | undefined {
  if (isCancellation(error) || error instanceof ContinueAsNew || error instanceof DeterminismViolationError)
    return undefined;
  if (!changed('a-stray-error-takes-the-way-back')) return undefined;
  const { message, cause } = error instanceof Error ? error : new Error(String(error));
  return cause instanceof Error ? `${message}: ${cause.message}` : message;
}

/** Runs a workflow. What is thrown where nothing can be done about it any more ends it: Temporal would try it for ever. */
export async function neverStuck<T>(run: () => Promise<T>): Promise<T> {
  try {
    return await run();
  } catch (error) {
    if (error instanceof TemporalFailure) throw error;
    const stray = strayMessage(error);
    if (stray === undefined) throw error;
    throw ApplicationFailure.nonRetryable(`It ended by an error of golive's own: ${stray}`, 'INTERNAL');
  }
}
