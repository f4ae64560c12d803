import type { OpenConnection } from '../server/connection.js';
import { reachOf } from '../server/reach.js';
import type { Found } from './find.js';
import { follow } from './follow.js';
import { type Keys, watchKeys } from '../terminal/keyboard.js';
import { EXIT, exitCodeOf } from '../terminal/outcome.js';
import type { View } from '../render/view.js';
import { openScreen, type Screen } from '../terminal/screen.js';
import { talk } from '../terminal/tell.js';
import { uiUrlOf } from './ui-url.js';
import type { GoLiveState } from '../../model/state/state.js';

export interface AttendOptions {
  connection: OpenConnection;
  found: Pick<Found, 'target' | 'runId'>;
  /** What is known of it while nobody has answered yet. */
  known?: (() => View | undefined) | undefined;
  json?: 'state' | 'outcome' | undefined;
  /** The one decision that the exit code is about. */
  require?: string | undefined;
  /** Called with each view after it is shown: who answers questions does it here. */
  answer?: ((view: View, screen: Screen, keys: Keys) => Promise<void>) | undefined;
  /** Called at each Ctrl-C instead of leaving; the following goes on to the end of the go-live. */
  onInterrupt?: ((screen: Screen) => void) | undefined;
  /** Called when Ctrl-C is heard here: whoever heard it before may let go. */
  onReady?: (() => void) | undefined;
}

/** Interrupted by Ctrl-C: 128 + SIGINT. */
const INTERRUPTED = 130;

/**
 * Shows a go-live until it ends, or until the reader leaves; sets the exit code of the process.
 * @returns the final state; undefined when the reader left
 */
export async function attend(options: AttendOptions): Promise<GoLiveState | undefined> {
  const { connection, found, known, json, require, answer, onInterrupt } = options;
  const stays = onInterrupt !== undefined;
  const uiUrl = await uiUrlOf(connection, found.target, json === 'outcome' ? found.runId : undefined);
  const footer = stays ? 'Ctrl-C aborts the rehearsal' : 'q quits, the go-live goes on';
  const screen = await openScreen({ json, uiUrl, footer: process.stdin.isTTY ? footer : undefined });
  const leave = new AbortController();
  let left: number | undefined;
  const quit = (code: number): void => {
    left = code;
    leave.abort();
  };
  const keys =
    json === undefined && process.stdout.isTTY ? watchKeys(() => stays || quit(EXIT.waiting)) : watchNothing();
  let isInterrupted = false;
  const onSignal = (): void => {
    isInterrupted = true;
    if (onInterrupt === undefined) quit(INTERRUPTED);
    else onInterrupt(screen);
  };
  process.on('SIGINT', onSignal);
  process.on('SIGTERM', onSignal);
  options.onReady?.();
  const server = reachOf(connection);
  try {
    const state = await follow({
      server,
      found,
      known,
      signal: leave.signal,
      onView: async (view) => {
        screen.show(view);
        await answer?.(view, screen, keys);
      },
    });
    if (state === undefined) {
      screen.pause();
      process.exitCode = left ?? EXIT.waiting;
      talk(`The go-live of '${found.target}' goes on: golive watch ${found.target}`);
      return undefined;
    }
    const exitCode = isInterrupted ? INTERRUPTED : exitCodeOf(state, require);
    screen.end(state, exitCode);
    process.exitCode = exitCode;
    return state;
  } catch (error) {
    screen.pause();
    throw error;
  } finally {
    process.off('SIGINT', onSignal);
    process.off('SIGTERM', onSignal);
    keys.close();
    await server.close();
  }
}

function watchNothing(): Keys {
  return { pause: () => undefined, resume: () => undefined, close: () => undefined };
}
