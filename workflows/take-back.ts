import { doubtsText, type TakesBack } from '../model/plan/taking-back.js';
import type { PhaseResult } from '../model/state/state.js';
import { withStop } from '../model/text/with-stop.js';
import { registeredAgain, takenBack, undosStand } from '../model/state/take-back.js';
import { changed } from './changes.js';
import { namedRollback, resumeRollback, undoAll } from './rollback.js';
import { now, type Session } from './session.js';

/** Whence the values of a rollback's steps are: what the first go-live's steps had given. */
function takeOver({ phases }: Session, first: TakesBack): void {
  for (const [id, outputs] of Object.entries(first.phases)) phases[id] = outputs;
}

async function begin(session: Session, first: TakesBack): Promise<void> {
  const why = `${session.state.startedBy} takes back ${first.goLive}${first.reason === undefined ? '.' : `: ${first.reason}`}`;
  const because = first.doubts ? `${withStop(why)}${doubtsText(first)}` : why;
  takeOver(session, first);
  session.keepUndos(registeredAgain(first));
  if (first.rollback === undefined) await undoAll(session, because, { of: 'taking-back' });
  else await namedRollback(session, first.rollback, undefined, because, { of: 'taking-back' });
}

/**
 * Takes back a go-live that has ended, by the undos that it left standing or a rollback of its runbook. What fails is
 * asked about as on any way back; only when all that it carries out is done has it passed.
 */
export async function rollBackFirst(session: Session, first: TakesBack): Promise<PhaseResult> {
  if (session.asking?.stage === 'undo') await resumeRollback(session);
  else await begin(session, first);
  const ofFirst = session.undos.filter(({ evidenceDir }) => evidenceDir !== undefined);
  const held = session.undos.filter(({ evidenceDir }) => evidenceDir === undefined);
  undosStand(session.state, ofFirst, first.evidenceDir);
  const left = session.state.undos ?? [];
  // What is of the first an abort of this go-live does not take back; what the rollback's own steps hold is released.
  session.keepUndos(held.length > 0 && changed('a-take-back-releases-what-it-held') ? held : []);
  return takenBack(first, session.state.rollbacks.at(-1), left, now());
}
