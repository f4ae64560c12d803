import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { failpoint } from '../../host/failpoint.js';
import { isJsonObject, type JsonObject, parseJson } from '../../model/json.js';
import { MEMORY } from '../../model/evidence/journal-files.js';
import type { StepTask } from '../../model/state/contract.js';
import { homeOf, stepFolder } from '../step/step-evidence.js';
import type { StepCall, StepEvidence } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { readLog, samePlace } from './begun.js';
import { type Opened, readJournal } from './journal.js';

const HINT = 'See who removed it; take back by hand what the step did, then say that the undo is done.';

/** What a step knows of its own deed, for its undo and for later attempts. Of the journal, kept beside the evidence. */
export interface Memory {
  /** Durable when it resolves. */
  remember(state: JsonObject): Promise<void>;
  recall(): Promise<JsonObject | undefined>;
}

export function memoryOf(task: StepTask, evidence: Pick<StepEvidence, 'write'>, part: StepCall['part']): Memory {
  const { undoes, goLive } = task;
  return {
    remember: async (state) => {
      await evidence.write(MEMORY, `${JSON.stringify(state)}\n`);
      failpoint('after-promise', task.step);
    },
    recall: async () => {
      if (part === 'do' || !undoes) return readMemory(task);
      const deed = { ...undoes, goLive: { ...goLive, evidenceDir: homeOf(task) } };
      const memory = await readMemory(deed);
      const lost = memory ? undefined : await lostBy(deed, undoes.deedDone === true);
      if (lost === undefined) return memory;
      throw new StepError('NOT_FOUND', `What step ${deed.step} left for its undo is gone: ${lost}.`, { hint: HINT });
    },
  };
}

/** What a step remembered, if it did. @throws StepError NOT_FOUND when it cannot be read */
export async function readMemory(step: Opened): Promise<JsonObject | undefined> {
  const path = join(stepFolder(step.goLive.evidenceDir, step), MEMORY);
  let cause: unknown;
  try {
    const memory = parseJson(await readFile(path, 'utf8'));
    if (isJsonObject(memory)) return memory;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return undefined;
    cause = error;
  }
  throw new StepError('NOT_FOUND', `What the step left for its undo cannot be read from ${path}.`, { cause });
}

/**
 * Why a deed that left nothing for its undo may have changed something; nothing when it never began, or changed nothing:
 * it remembers before it changes what it takes back.
 *
 * @param done the go-live saw it done
 */
async function lostBy(deed: Opened, done: boolean): Promise<string | undefined> {
  const log = await readLog(deed.goLive.evidenceDir);
  const journal = await readJournal(deed).catch((error: unknown) => errnoOf(error) ?? String(error));
  if (typeof journal === 'string') return `its journal cannot be read (${journal})`;
  const { intent, outcome, damaged, empty } = journal;
  if (damaged || (!intent && !empty)) return 'its journal is damaged, too';
  if (outcome) return outcome.remembered === false ? undefined : 'its journal does not say that there was nothing';
  if (done) return 'the step was done, and its journal does not say so any more';
  if (intent) return undefined;
  if (log.begun.some((place) => samePlace(place, deed))) return 'the step had begun, and its journal is gone, too';
  return log.unread;
}
