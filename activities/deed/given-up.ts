import { access, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { stepFolder } from '../step/step-evidence.js';
import { StepError } from '../step/step-error.js';
import { unwritable } from '../step/unwritable.js';
import type { Opened } from './journal.js';

/** The mark beside the steps of a phase attempt: the execution of this run was lost. No part of the record. */
const markOf = (step: Opened, run: string): string =>
  join(dirname(stepFolder(step.goLive.evidenceDir, step)), `.given-up.${run}`);

/**
 * Says that a lost execution begins no deed any more. A deed writes its intent and then looks for this mark; whoever
 * collects writes the mark and then looks for intents. So either the deed finds the mark, or its intent is found.
 *
 * @throws StepError EVIDENCE_UNWRITABLE
 */
export async function giveUp(step: Opened, run: string): Promise<void> {
  const mark = markOf(step, run);
  try {
    await mkdir(dirname(mark), { recursive: true });
    await writeFile(mark, '');
  } catch (error) {
    throw unwritable('write', mark, error);
  }
}

/** @throws StepError CANCELLED when the execution that this deed belongs to was given up */
export async function mayBegin(step: Opened, run: string): Promise<void> {
  try {
    await access(markOf(step, run));
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return;
    throw error;
  }
  throw new StepError('CANCELLED', `The execution of the phase was lost; step ${step.step} does not begin any more.`);
}
