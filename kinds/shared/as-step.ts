import type { EvidenceRef } from '../../model/evidence/manifest.js';
import type { JsonObject } from '../../model/json.js';
import { StepError } from '../../activities/step/step-error.js';
import { ReadingError } from './reading.js';

/**
 * What cannot be read is the step's failure.
 *
 * @param more facts and evidence of the failure, as they are then
 * @throws StepError
 */
export function asStep<T>(read: () => T, more?: () => { facts?: JsonObject; evidence?: EvidenceRef[] }): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof ReadingError) {
      throw new StepError(error.code, error.message, { ...more?.(), cause: error.cause });
    }
    throw error;
  }
}

/** The same for a reading that takes its time. @throws StepError */
export async function asStepLater<T>(
  read: () => Promise<T>,
  more?: () => { facts?: JsonObject; evidence?: EvidenceRef[] },
): Promise<T> {
  try {
    return await read();
  } catch (error) {
    return asStep(() => {
      throw error;
    }, more);
  }
}
