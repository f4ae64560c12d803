import type { GoLiveState } from '../../model/state/state.js';
import { readOnce } from '../go-live/read-once.js';
import { clean } from '../render/text.js';
import { connect } from '../server/connection.js';
import { confirmLive } from '../terminal/confirm.js';
import { talk } from '../terminal/tell.js';

/** Steps that were done, or may have been, newest first; a phase that was rolled back shows its undos beside them. */
function deedsOf({ phases, rollbacks }: GoLiveState): string[] {
  const undone = rollbacks.flatMap(({ steps }) =>
    steps.filter(({ status }) => status === 'undone').map(({ id }) => id),
  );
  return phases
    .flatMap((phase) =>
      phase.steps
        .filter(
          ({ status, id }) =>
            status !== 'pending' &&
            status !== 'skipped' &&
            !undone.some((one) => one.startsWith(`undo.${phase.id}.${id}`)),
        )
        .map((step) => `${phase.title}: ${step.title}`),
    )
    .toReversed();
}

/**
 * Before a live go-live is aborted, it is said what that takes back, and asked for.
 * @throws CliError (exit 4) when nobody confirms it
 */
export async function confirmAbort(
  target: string,
  { keep, yes }: { keep?: boolean | undefined; yes?: boolean | undefined },
): Promise<void> {
  const connection = await connect();
  try {
    const { state } = await readOnce(connection.client, target);
    if (state.mode !== 'live' || state.endedAt !== undefined) return;
    const deeds = deedsOf(state);
    talk(
      keep ? 'It stops, and what it did stays:' : 'It stops, and what can be undone of this is undone, newest first:',
    );
    for (const deed of deeds.length > 0 ? deeds : ['nothing was done yet']) talk(`  ${clean(deed, 200)}`);
    await confirmLive(`Abort this LIVE go-live of ${target}?`, yes, {
      nothing: 'Nothing was aborted.',
      hint: 'It goes on.',
    });
  } finally {
    await connection.close();
  }
}
