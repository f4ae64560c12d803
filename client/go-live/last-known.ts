import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Client } from '@temporalio/client';
import { type Begun, isBegun } from '../../model/evidence/records.js';
import { parseJson } from '../../model/json.js';
import { stateFromLog } from '../../model/state/from-log.js';
import { CliError, messageOf } from '../errors.js';
import { readEvents } from '../evidence/ended.js';
import type { View } from '../render/view.js';
import { type Found, findGoLive } from './find.js';
import { finalState, readView } from './read-state.js';

/** What a reader is told who sees a go-live that nobody works at; and what to do about it. */
const NOBODY = 'No worker answers: this is what the event log of the go-live says.';
export const START_ONE =
  'Start one with `golive up --detach`, or look with `golive doctor`. Nothing is lost: it goes on where it was.';

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
  return { state: stateFromLog(begun, target, startedAt, readEvents(evidenceDir)), live: [], note: NOBODY };
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
export async function readKnown(client: Client, target: string): Promise<View> {
  const found = await findGoLive(client, target);
  if (!found.running) return { state: await finalState(client, found), live: [] };
  try {
    return await readView(client, found);
  } catch (error) {
    const known = lastKnown(found);
    if (known) return known;
    const { change = '?', runbook = '?', mode = '?', startedBy = '?', evidenceDir = '?' } = found.memo;
    throw new CliError(
      `The go-live of '${target}' runs, but no worker answers for it. Known of it: change ${change}, runbook ${runbook}, ${mode}, started by ${startedBy} at ${found.startedAt}${placeOf(found)}.`,
      {
        exitCode: 4,
        where: messageOf(error),
        hint: `${START_ONE} More stands in its evidence, on the worker's machine: ${evidenceDir}`,
      },
    );
  }
}

/** What its search attributes said last. */
function placeOf({ phase, waitingOn }: Found): string {
  const at = phase === undefined ? '' : `; last seen in '${phase}'`;
  return waitingOn === undefined || waitingOn === 'nobody' ? at : `${at}, waiting for ${waitingOn}`;
}
