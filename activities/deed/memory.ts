import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StepTask } from '../../model/state/contract.js';
import type { JsonObject } from '../../model/json.js';
import { homeOf, stepFolder } from '../step/step-evidence.js';
import type { StepEvidence } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { errnoOf } from '../../host/errno.js';

/** What a deed left for its undo. */
export const MEMORY = 'remember.json';

/** What a step knows of its own deed, for its undo and for later attempts. Of the journal, kept beside the evidence. */
export interface Memory {
  /** Durable when it resolves. */
  remember(state: JsonObject): Promise<void>;
  recall(): Promise<JsonObject | undefined>;
}

export function memoryOf(task: StepTask, evidence: Pick<StepEvidence, 'write'>): Memory {
  return {
    remember: async (state) => {
      await evidence.write(MEMORY, `${JSON.stringify(state)}\n`);
    },
    recall: () => recall(task),
  };
}

async function recall(task: StepTask): Promise<JsonObject | undefined> {
  const path = join(stepFolder(homeOf(task), task.undoes ?? task), MEMORY);
  try {
    return JSON.parse(await readFile(path, 'utf8')) as JsonObject;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return undefined;
    throw new StepError('NOT_FOUND', `What the step left for its undo cannot be read from ${path}.`, { cause });
  }
}
