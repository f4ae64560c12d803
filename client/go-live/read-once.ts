import type { Client } from '@temporalio/client';
import { CliError, messageOf } from '../errors.js';
import { type Found, findGoLive } from './find.js';
import { finalState, readView } from './read-state.js';
import type { View } from '../render/view.js';

/** What to do where no worker answers. */
export const START_ONE =
  'Start one with `golive up --detach`, or look with `golive doctor`. Nothing is lost: it goes on where it was.';

/**
 * The newest go-live of a target as it stands now.
 *
 * @param unanswered gives what is known where it runs and no worker answers; by default that is refused
 * @throws CliError: exit 2 when there is none, 4 when it runs and no worker answers
 */
export async function readOnce(client: Client, target: string, unanswered = refused): Promise<View> {
  const found = await findGoLive(client, target);
  if (!found.running) return { state: await finalState(client, found), live: [] };
  try {
    return await readView(client, found);
  } catch (error) {
    return unanswered(found, messageOf(error));
  }
}

function refused({ target }: Found, where: string): View {
  throw new CliError(`The go-live of '${target}' runs, but no worker answers for it.`, {
    exitCode: 4,
    where,
    hint: START_ONE,
  });
}
