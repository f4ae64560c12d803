import { asId, type PhaseId } from '../model/plan/address.js';
import type { StepNode } from '../model/plan/plan.js';
import { fallenBy } from '../model/state/standing.js';
import type { UndoEntry } from '../model/state/state.js';
import { sameEntry } from '../model/state/take-back.js';
import { phaseTakenBack, rollbackBegun, rollbackEnded } from '../model/state/transitions.js';
import { changed } from './changes.js';
import { runChild } from './child.js';
import { now, type Session } from './session.js';
import { settleUndos } from './settle-undo.js';

/** What a rollback takes back and does. `which` picks registered undos that still stand. */
interface Way {
  id: string;
  title: string;
  because: string;
  which: (entry: UndoEntry) => boolean;
  steps: StepNode[];
  /** The phase that failed, where it is run for one. */
  failed?: PhaseId | undefined;
  /** Phases that the steps take back. */
  takesBack?: readonly PhaseId[] | undefined;
}

/** Runs one way back to its end. It cannot be cancelled; what fails makes the go-live's rollback incomplete, loudly. */
async function runRollback(session: Session, way: Way): Promise<void> {
  const undos = session.undos.filter((entry) => entry.status !== 'done' && way.which(entry));
  const names = (way.takesBack ?? []).length > 0;
  if (undos.length === 0 && way.steps.length === 0 && !(names && changed('what-a-rollback-names-falls'))) return;
  // Whoever stops and keeps was told that nothing more is taken back. What is held is released all the same.
  if (session.state.aborted?.keep && way.id !== 'release' && changed('keep-takes-nothing-more-back')) return;
  const number = session.state.rollbacks.length + 1;
  const record = rollbackBegun(way, now());
  session.state.rollbacks.push(record);
  session.note('rollback.started', { rollback: way.id, because: way.because, undos: undos.length });
  session.show();
  await session.flush();
  const run = (entries: UndoEntry[], steps: StepNode[], nth = '') =>
    runChild(
      {
        goLive: session.ref,
        id: asId(`rollback-${way.id}`),
        title: `Rollback ${way.id}: ${way.title}`,
        attempt: number,
        steps,
        gates: [],
        values: session.values(number),
        undos: entries,
        bestEffort: true,
      },
      `${session.ref.id}/rollback-${way.id}.${number}${nth}`,
      `Rollback ${way.id} · ${way.title}`,
    );
  const first = await run(undos, way.steps);
  const asks = first.undos.some(({ status }) => status === 'failed') && changed('failed-undos-are-asked-about');
  const result = asks ? await settleUndos(session, first, (entry, nth) => run([entry], [], `+${nth}`)) : first;
  session.keepUndos(session.undos.map((entry) => result.undos.find((done) => sameEntry(done, entry)) ?? entry));
  // What its own steps hold is released at the end; else they are the way back, and nothing takes them back.
  const held = result.undos.filter((entry) => entry.always && !undos.some((known) => sameEntry(known, entry)));
  if (held.length > 0 && changed('a-rollback-releases-what-it-held')) session.keepUndos([...session.undos, ...held]);
  const status = rollbackEnded(record, result, now());
  session.state.events += result.events;
  if (status === 'incomplete') session.state.rollbackIncomplete = true;
  session.note('rollback.ended', { rollback: way.id, status, sentence: result.sentence });
  const { failed, takesBack } = way;
  for (const phase of fallenBy({ rollback: way.id, undos, failed, takesBack }, session.state.phases)) {
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
): Promise<void> {
  const rollback = session.plan.rollbacks[id];
  if (!rollback) throw new Error(`no rollback '${id}'`);
  const { title, undo, steps, takesBack } = rollback;
  const which = (entry: UndoEntry) => undo === 'all' || (undo === 'phase' && entry.phase === failed);
  await runRollback(session, { id, title, because, which, steps, failed, takesBack });
}

/** Everything that was done and not yet undone, newest first. */
export async function undoAll(session: Session, because: string): Promise<void> {
  await runRollback(session, {
    id: 'undo',
    title: 'Undo what was done, newest first',
    because,
    which: () => true,
    steps: [],
  });
}

/** What must be released at the end whatever the verdict: frozen agents are thawed. */
export async function release(session: Session): Promise<void> {
  await runRollback(session, {
    id: 'release',
    title: 'Release what was held for the go-live',
    because: 'The go-live ends.',
    which: (entry) => entry.always && entry.status === 'registered',
    steps: [],
  });
}
