import { needsOf, withDependents } from '../plan/needs.js';
import type { PhaseId } from '../plan/address.js';
import type { PhaseState, UndoEntry } from './state.js';

/** Whether what waits for a phase may begin: it passed and was accepted, or the runbook or a person goes on without it. */
export function letsOn({ status, endedAt, dueAgain, omitted, passedOver }: PhaseState): boolean {
  if (omitted || passedOver) return true;
  return !dueAgain && (status === 'skipped' || (status === 'passed' && endedAt !== undefined));
}

/** Whether all that a phase needs lets it begin. What is not known lets nothing begin. */
export function mayBegin(phases: readonly PhaseState[], id: PhaseId): boolean {
  return needsOf(phases, id).every((need) => phases.some((phase) => phase.id === need && letsOn(phase)));
}

/** The first phase that is to be taken and may begin. `busy` are those that are under way. */
export function nextDue(phases: readonly PhaseState[], busy: (id: PhaseId) => boolean): PhaseState | undefined {
  const isDue = ({ status, dueAgain, omitted, passedOver }: PhaseState): boolean =>
    !omitted && !passedOver && (status === 'pending' || dueAgain === true);
  return phases.find((phase) => isDue(phase) && !busy(phase.id) && mayBegin(phases, phase.id));
}

/** A phase that was taken back and that nobody goes on without. */
const hasFallen = ({ status, passedOver }: PhaseState): boolean => status === 'taken-back' && !passedOver;

/**
 * The phases that are to be taken again when these are: with them, all that was taken back, and all that waits for one of
 * these, since it would stand on nothing.
 */
export function againWith(phases: readonly PhaseState[], ids: readonly PhaseId[]): PhaseState[] {
  const fallen = phases.filter(hasFallen).map(({ id }) => id);
  const again = withDependents(phases, [...ids, ...fallen]);
  return phases.filter(({ id }) => again.includes(id));
}

/** It is to be taken again; one that was never begun is due as it is. */
export function phaseTakenAgain(phase: PhaseState): void {
  if (phase.status !== 'pending') phase.dueAgain = true;
}

/** It is taken now. */
export function phaseTakenUp(phase: PhaseState): void {
  delete phase.dueAgain;
}

/**
 * Undos of phases that ran beside each other, in the order in which they were registered. Those of which that is not
 * known, of a phase that was lost, are the newest: their deeds may still have been under way at the end.
 */
export function asRegistered(known: readonly UndoEntry[], more: readonly UndoEntry[]): UndoEntry[] {
  return [...known, ...more].toSorted((a, b) => (a.at ?? '9').localeCompare(b.at ?? '9', 'en'));
}
