import { abortText } from '../../model/state/board.js';
import { readOnce } from '../go-live/read-once.js';
import { clean } from '../render/text.js';
import { connect } from '../server/connection.js';
import { confirmLive } from '../terminal/confirm.js';
import { talk } from '../terminal/tell.js';

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
    talk(clean(wouldBe(abortText(keep ? { ...state, aborted: { keep } } : state))));
    await confirmLive(`Abort this LIVE go-live of ${target}?`, yes, {
      nothing: 'Nothing was aborted.',
      hint: 'It goes on.',
    });
  } finally {
    await connection.close();
  }
}

/** What an abort does, told before anybody accepted it. */
export function wouldBe(text: string): string {
  return `Nothing is stopped yet. If the abort is accepted: ${text.charAt(0).toLowerCase()}${text.slice(1)}`;
}
