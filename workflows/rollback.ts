import { asId, type PhaseId } from '../model/plan/address.js';
import type { StepNode } from '../model/plan/plan.js';
import { fallenBy } from '../model/state/standing.js';
import type { PhaseResult, UndoEntry } from '../model/state/state.js';
import { sameEntry } from '../model/state/take-back.js';
import { phaseTakenBack, rollbackBegun, rollbackEnded } from '../model/state/transitions.js';
import { stopBeside } from './beside.js';
import { changed } from './changes.js';
import { runChild } from './child.js';
import type { BegunWay, Cause, Settling } from './inputs.js';
import { now, type Session } from './session.js';
import { settleUndos, settlingOf } from './settle-undo.js';

/** What a rollback takes back and does. `which` picks registered undos that still stand. */
interface Way extends Omit<BegunWay, 'undos'> {
  because: string;
  which: (entry: UndoEntry) => boolean;
  steps: StepNode[];
}

/** Runs one way back to its end. It cannot be cancelled; what fails makes the go-live's rollback incomplete, loudly. */
async function runRollback(session: Session, way: Way): Promise<void> {
  // What still acts beside it is stopped first, so that its undos are due, too.
  if (session.beside.size > 0) await stopBeside(session, stoppedFor(session, way));
  const undos = stillDue(session.undos.filter((entry) => entry.status !== 'done' && way.which(entry)));
  const names = (way.takesBack ?? []).length > 0;
  if (undos.length === 0 && way.steps.length === 0 && !(names && changed('what-a-rollback-names-falls'))) return;
  // Whoever stops and keeps was told that nothing more is taken back. What is held is released all the same.
  if (session.state.aborted?.keep && way.id !== 'release' && changed('keep-takes-nothing-more-back')) return;
  const { because, which: _which, steps, ...rest } = way;
  const begun: BegunWay = {
    ...rest,
    undos: undos.map(({ phase, phaseAttempt, step, epoch, always, evidenceDir }) => ({
      phase,
      phaseAttempt,
      step,
      epoch,
      always,
      ...(evidenceDir === undefined ? {} : { evidenceDir }),
    })),
  };
  session.state.rollbacks.push(rollbackBegun(way, now()));
  session.note('rollback.started', { rollback: way.id, because, undos: undos.length });
  session.show();
  await session.flush();
  const result = await runPart(session, begun, undos, steps);
  await settleRollback(session, begun, settlingOf(result));
}

/** What a phase is told that is stopped for a way back. */
function stoppedFor({ plan }: Session, { id, failed }: Way): string {
  const phase = plan.phases.find((one) => one.id === failed);
  return phase ? `Stopped since ${phase.title} failed.` : `Stopped for rollback ${id}.`;
}

/** Without those that a person gave up on an earlier way back. */
function stillDue(undos: UndoEntry[]): UndoEntry[] {
  const some = undos.some(({ givenUp }) => givenUp) && changed('an-undo-given-up-stays-so');
  return some ? undos.filter(({ givenUp }) => !givenUp) : undos;
}

/** Runs undos and steps of the way back that began last. @param nth tells this part of it from others */
function runPart(
  session: Session,
  way: BegunWay,
  undos: UndoEntry[],
  steps: StepNode[],
  nth = '',
): Promise<PhaseResult> {
  const { id, title } = way;
  const number = session.state.rollbacks.length;
  return runChild(
    {
      goLive: session.ref,
      id: asId(`rollback-${id}`),
      title: `Rollback ${id}: ${title}`,
      attempt: number,
      steps,
      gates: [],
      values: session.values(number),
      undos,
      bestEffort: true,
    },
    `${session.ref.id}/rollback-${id}.${number}${nth}`,
    `Rollback ${id} · ${title}`,
  );
}

/** Takes the way back to its end on which the execution before was asked about an undo, and handed that on. */
export async function resumeRollback(session: Session): Promise<void> {
  const { asking } = session;
  if (asking?.stage !== 'undo') throw new Error('no way back is under way');
  await settleRollback(session, asking.way, asking.settling);
}

/** Has people settle what failed of the way back that began last, and ends it. */
async function settleRollback(session: Session, way: BegunWay, settling: Settling): Promise<void> {
  const asks =
    settling.result.undos.some(({ status }) => status === 'failed') && changed('failed-undos-are-asked-about');
  const result = asks
    ? await settleUndos(session, way, settling, (entry, nth) => runPart(session, way, [entry], [], `+${nth}`))
    : settling.result;
  session.keepUndos(session.undos.map((entry) => result.undos.find((done) => sameEntry(done, entry)) ?? entry));
  // What its own steps hold is released at the end; else they are the way back, and nothing takes them back.
  const held = result.undos.filter((entry) => entry.always && !way.undos.some((known) => sameEntry(known, entry)));
  if (held.length > 0 && changed('a-rollback-releases-what-it-held')) session.keepUndos([...session.undos, ...held]);
  const record = session.state.rollbacks.at(-1);
  if (!record) throw new Error('no way back has begun');
  const status = rollbackEnded(record, result, now());
  session.state.events += result.events;
  if (status === 'incomplete') session.state.rollbackIncomplete = true;
  session.note('rollback.ended', { rollback: way.id, status, sentence: result.sentence });
  for (const phase of fallenBy({ ...way, rollback: way.id }, session.state.phases)) {
    phaseTakenBack(phase, way.id);
    session.note('phase.taken-back', { phase: phase.id, attempt: phase.attempt, rollback: way.id });
  }
  session.show();
  await session.flush();
}

/**
 * A rollback named in the runbook (R1…), after the undos that it asks for.
 *
 * @param failed the phase that it is run for; none when it is run for a decision
 */
export async function namedRollback(
  session: Session,
  id: string,
  failed: PhaseId | undefined,
  because: string,
  cause: Cause,
): Promise<void> {
  const rollback = session.plan.rollbacks[id];
  if (!rollback) throw new Error(`no rollback '${id}'`);
  const { title, undo, steps, takesBack } = rollback;
  const which = (entry: UndoEntry) => undo === 'all' || (undo === 'phase' && entry.phase === failed);
  await runRollback(session, { id, title, cause, because, which, steps, failed, takesBack });
}

/** Everything that was done and not yet undone, newest first. */
export async function undoAll(session: Session, because: string, cause: Cause): Promise<void> {
  await runRollback(session, {
    id: 'undo',
    title: 'Undo what was done, newest first',
    cause,
    because,
    which: () => true,
    steps: [],
  });
}

/** What must be released at the end whatever the verdict: frozen agents are thawed. */
export async function release(session: Session, cause: Cause): Promise<void> {
  await runRollback(session, {
    id: 'release',
    title: 'Release what was held for the go-live',
    cause,
    because: 'The go-live ends.',
    which: (entry) => entry.always && entry.status === 'registered',
    steps: [],
  });
}
