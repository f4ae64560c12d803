import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Begun, isBegun } from '../../model/evidence/records.js';
import { parseJson } from '../../model/json.js';
import { stateFromLog, takenAgain } from '../../model/state/from-log.js';
import { CliError } from '../errors.js';
import { readEvents } from '../evidence/ended.js';
import type { View } from '../render/view.js';
import type { Found } from './find.js';
import { readOnce, START_ONE } from './read-once.js';

/** What a reader is told who sees a go-live that nobody works at. */
const NOBODY = 'No worker answers: this is what the event log of the go-live says.';

/**
 * A running go-live as its event log tells, where its evidence lies on this machine: what is known when no worker answers.
 *
 * @returns undefined where the log does not lie here
 */
export function lastKnown({ target, memo, startedAt }: Found): View | undefined {
  const { evidenceDir = '', change } = memo;
  const begun = readBegun(join(evidenceDir, 'data', 'plan.json'));
  // The folder may be of another go-live, where this one did not come to open its own.
  if (!begun || begun.plan.change !== change || begun.plan.target.id !== target) return undefined;
  const events = readEvents(evidenceDir);
  const live = takenAgain(events).map(({ step, tries, message }) => ({
    step,
    attempt: tries + 1,
    lastFailure: message,
  }));
  return { state: stateFromLog(begun, target, startedAt, events), live, note: NOBODY };
}

function readBegun(path: string): Begun | undefined {
  try {
    const begun: unknown = existsSync(path) ? parseJson(readFileSync(path, 'utf8')) : undefined;
    return isBegun(begun) ? begun : undefined;
  } catch {
    return undefined;
  }
}

/**
 * The newest go-live of a target as it stands now; when no worker answers, as far as it is known without one, with a note
 * that says so.
 *
 * @throws CliError: exit 2 when there is none, 4 when no worker answers and its log does not lie here
 */
export function readKnown(client: Client, target: string): Promise<View> {
  return readOnce(client, target, (found, where) => lastKnown(found) ?? refused(found, where));
}

function refused(found: Found, where: string): never {
  const { change = '?', runbook = '?', mode = '?', startedBy = '?', evidenceDir = '?' } = found.memo;
  throw new CliError(
    `The go-live of '${found.target}' runs, but no worker answers for it. Known of it: change ${change}, runbook ${runbook}, ${mode}, started by ${startedBy} at ${found.startedAt}${placeOf(found)}.`,
    {
      exitCode: 4,
      where,
      hint: `${START_ONE} More stands in its evidence, on the worker's machine: ${evidenceDir}`,
    },
  );
}

/** What its search attributes said last. */
function placeOf({ phase, waitingOn }: Found): string {
  const at = phase === undefined ? '' : `; last seen in '${phase}'`;
  return waitingOn === undefined || waitingOn === 'nobody' ? at : `${at}, waiting for ${waitingOn}`;
}
