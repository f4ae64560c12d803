import type { Client } from '@temporalio/client';
import { CliError, messageOf } from '../errors.js';
import { findGoLive } from './find.js';
import { finalState, readView } from './read-state.js';
import type { View } from '../render/view.js';

/**
 * The newest go-live of a target as it stands now.
 * @throws CliError: exit 2 when there is none, 4 when it runs and no worker answers
 */
export async function readOnce(client: Client, target: string): Promise<View> {
  const found = await findGoLive(client, target);
  if (!found.running) return { state: await finalState(client, found), live: [] };
  try {
    return await readView(client, found);
  } catch (error) {
    throw new CliError(`The go-live of '${target}' runs, but no worker answers for it.`, {
      exitCode: 4,
      where: messageOf(error),
      hint: 'Start one with `golive up --detach`, or look with `golive doctor`. Nothing is lost: it goes on where it was.',
    });
  }
}
