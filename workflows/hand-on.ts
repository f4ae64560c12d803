import { allHandlersFinished, condition, continueAsNew, workflowInfo } from '@temporalio/workflow';
import type { GoLiveResult } from '../model/state/state.js';
import { changed } from './changes.js';
import type { Asking, Carried, GoLiveStart } from './inputs.js';
import type { Session } from './session.js';

/** Longest result of a phase or a way back, in UTF-16 units, that is handed on with an open question about a part of it. */
const LARGEST_RESULT = 500_000;
/**
 * Bytes that messages may add to the history of one open question. The server suggests to go on at 4 MiB: a flood of
 * messages of 2 MiB each, as large as a server takes them, is quicker than that to its limit of 50 MiB.
 */
const CROWDED_BYTES = 1024 * 1024;
/**
 * Bytes of a history at which a question that cannot be handed on ends without an answer: half of the least limit of a
 * server, 50 MiB. The other half is for what comes before that is seen, since what waits while a worker looks at earlier
 * messages is bounded (8 MiB on golive's servers, `maximumBufferedEventsSizeInBytes`) and what comes between two looks is
 * not, and for the way back.
 */
const FULL_BYTES = 25 * 1024 * 1024;

/**
 * Goes on in a new execution when messages have made the history long: between two phases, or while people are asked,
 * where all that the go-live holds is in its session. Does nothing when an abort or an answer comes meanwhile.
 */
export async function handOn(session: Session, answered: () => boolean = () => session.aborted): Promise<void> {
  // Signatures under check are waited for, so that none is lost; a flood of new ones must not make that endless.
  session.handsOn = changed('goes-on-while-asked');
  await condition(allHandlersFinished);
  // A round trip to the event log is time in which a flood goes on: what is not written yet travels.
  if (!changed('hands-on-at-once')) await session.flush();
  session.handsOn = false;
  if (answered()) return;
  const { state, phases, undos, refused, start, next, asking, unwritten, broken } = session;
  state.events += workflowInfo().historyLength;
  const carried: Carried = {
    state: { ...state },
    phases,
    undos,
    next,
    refused,
    ...(asking ? { asking } : {}),
    unwritten,
    ...(broken ? { broken } : {}),
  };
  // Who asks this execution is told to ask the next one.
  state.continued = true;
  await continueAsNew<(start: GoLiveStart, carried: Carried) => Promise<GoLiveResult>>(start, carried);
}

/** A question is broken off, since something beside it failed; it stays open, and is taken up again. */
export class BrokenOff extends Error {}

/**
 * Waits for an answer of people. A flood of messages ends nothing: the question goes on in the next execution, with
 * its votes, its nonce and its end.
 *
 * @param asking where the next execution takes it up
 * @param ms how long at most; without it for ever
 * @returns whether it ends without an answer since the history is full and the question cannot be handed on
 * @throws BrokenOff when something beside it failed
 */
export async function untilAnswered(
  session: Session,
  asking: Asking,
  answered: () => boolean,
  ms?: number,
): Promise<boolean> {
  const fits = changed('goes-on-while-asked') && !isTooLarge(asking);
  // What runs beside the question would be cut off.
  const mayHandOn = (): boolean => fits && session.alone;
  session.asking = asking;
  const begunAt = workflowInfo().historySize;
  const countsBytes = changed('hands-on-at-once');
  const crowded = (): boolean => {
    const { continueAsNewSuggested, historySize } = workflowInfo();
    return mayHandOn() && (continueAsNewSuggested || (countsBytes && historySize - begunAt > CROWDED_BYTES));
  };
  const ends = ms === undefined ? undefined : Date.now() + ms;
  // What cannot be handed on ends while there is room for what follows: the server would end the go-live with all of it.
  const full = (): boolean =>
    !mayHandOn() && workflowInfo().historySize > FULL_BYTES && changed('goes-on-while-asked-about-an-undo');
  const pressed = (): boolean => session.pressed && asking.stage !== 'undo';
  const holds = (): boolean => answered() || pressed() || crowded() || full();
  if (ends === undefined) await condition(holds);
  else await condition(holds, ends - Date.now());
  if (!answered() && pressed()) throw new BrokenOff();
  if (!answered() && crowded() && (ends === undefined || Date.now() < ends)) await handOn(session, answered);
  delete session.asking;
  return !answered() && full();
}

function isTooLarge(asking: Asking): boolean {
  const result = asking.stage === 'step' ? asking.result : asking.stage === 'undo' ? asking.settling.result : undefined;
  return result !== undefined && JSON.stringify(result).length > LARGEST_RESULT;
}
