import { isCancellation } from '@temporalio/workflow';
import type { StepFailure } from '../model/failure.js';
import type { SendNotice } from '../model/state/contract.js';
import { system } from './activities.js';
import { changed } from './changes.js';
import { failureOf } from './step.js';

/**
 * Sends one notice. The activity writes down by itself what a channel refused; what fails beside that fails no go-live.
 *
 * @returns why nobody knows that it was sent
 */
export async function deliver(notice: SendNotice): Promise<StepFailure | undefined> {
  try {
    await system.sendNotice(notice);
    return undefined;
  } catch (error) {
    if (isCancellation(error) || !changed('a-notice-fails-nothing')) throw error;
    return failureOf(error);
  }
}
