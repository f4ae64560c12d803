import { describe, expect, test } from '@jest/globals';
import { asId, type PhaseId, type StepId } from '../../../model/plan/address.js';
import {
  againWith,
  asRegistered,
  letsOn,
  mayBegin,
  nextDue,
  phaseTakenAgain,
  phaseTakenUp,
} from '../../../model/state/due.js';
import type { PhaseState, UndoEntry } from '../../../model/state/state.js';

const AT = '2026-01-01T00:00:00Z';
const PASSED = { status: 'passed', endedAt: AT } as const;
const OMITTED = { by: 'Ada', role: 'cto', reason: 'so', at: AT };

function phase(id: string, needs: string[], more: Partial<PhaseState> = {}): PhaseState {
  return {
    id: asId(id),
    index: 0,
    title: id,
    owner: [],
    plannedMs: 0,
    needs: needs.map((need) => asId<PhaseId>(need)),
    status: 'pending',
    attempt: 0,
    steps: [],
    gates: [],
    history: [],
    ...more,
  };
}
const ids = (phases: readonly PhaseState[]): string => phases.map(({ id }) => id).join('');

describe('what waits for a phase may begin', () => {
  test.each<[string, Partial<PhaseState>, boolean]>([
    ['when it passed', PASSED, true],
    ['not before its results are accepted', { status: 'passed' }, false],
    ['when its condition leaves it out', { status: 'skipped' }, true],
    ['when a person omitted it', { status: 'skipped', omitted: OMITTED }, true],
    ['when it is given up', { status: 'failed', passedOver: true }, true],
    ['also when that was taken back since', { status: 'taken-back', passedOver: true }, true],
    ['not when it passed and is to be taken again', { ...PASSED, dueAgain: true }, false],
    ...(['pending', 'waiting', 'running', 'failed', 'cancelled', 'taken-back'] as const).map(
      (status): [string, Partial<PhaseState>, boolean] => [`not when it is ${status}`, { status, endedAt: AT }, false],
    ),
  ])('%s', (_, more, wanted) => {
    const need = phase('a', [], more);
    expect(letsOn(need)).toBe(wanted);
    expect(mayBegin([need, phase('b', ['a'])], asId('b'))).toBe(wanted);
  });

  test('only when all that it needs lets it, and none that is not there does', () => {
    const phases = [phase('a', [], PASSED), phase('b', []), phase('c', ['a', 'b']), phase('d', ['a', 'nowhere'])];
    expect(['a', 'b', 'c', 'd'].map((id) => mayBegin(phases, asId(id)))).toEqual([true, true, false, false]);
  });
});

describe('the next phase', () => {
  const next = (phases: PhaseState[], busy: string[] = []) => nextDue(phases, (id) => busy.includes(id))?.id;

  test('is the first that may begin and is not under way', () => {
    const phases = [phase('a', [], { status: 'running' }), phase('b', ['a']), phase('c', [])];
    expect(next(phases, ['a'])).toBe('c');
    expect(next(phases, ['a', 'c'])).toBeUndefined();
  });

  test('may be one that is taken again, and is none that is omitted or given up', () => {
    const again = phase('a', [], { ...PASSED, attempt: 1 });
    phaseTakenAgain(again);
    const omitted = phase('b', [], { omitted: OMITTED });
    const given = phase('c', [], { status: 'failed', passedOver: true });
    expect(next([omitted, given, again])).toBe('a');
    phaseTakenUp(again);
    expect(next([omitted, given, again])).toBeUndefined();
  });

  test('one that was never begun is due as it is', () => {
    const fresh = phase('a', []);
    phaseTakenAgain(fresh);
    expect(fresh.dueAgain).toBeUndefined();
  });
});

test('with a phase, all that was taken back is taken again, and all that rests on either; what was given up is not', () => {
  const phases = [
    phase('a', []),
    phase('b', [], { status: 'taken-back' }),
    phase('c', [], { status: 'taken-back', passedOver: true }),
    phase('d', ['a']),
    phase('e', ['b']),
    phase('f', ['c']),
  ];
  expect(ids(againWith(phases, [asId('a')]))).toBe('abde');
  expect(ids(againWith(phases, []))).toBe('be');
});

test('undos stand as they were registered, over all phases; those of a lost phase are the newest', () => {
  const undo = (step: string, at?: string): UndoEntry => ({
    phase: asId('p'),
    phaseAttempt: 1,
    step: asId<StepId>(step),
    epoch: 1,
    always: false,
    calls: [],
    status: 'registered',
    ...(at === undefined ? {} : { at: `2026-01-01T00:00:0${at}Z` }),
  });
  const order = asRegistered([undo('a', '1'), undo('c', '3')], [undo('x'), undo('y'), undo('b', '2'), undo('d', '3')]);
  expect(order.map(({ step }) => step).join('')).toBe('abcdxy');
});
