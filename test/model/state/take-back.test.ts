import { expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { StandingUndo } from '../../../model/plan/taking-back.js';
import type { RollbackState, UndoEntry } from '../../../model/state/state.js';
import { registeredAgain, takenBack, undosStand } from '../../../model/state/take-back.js';

function entry(step: string, more: Partial<UndoEntry> = {}): UndoEntry {
  return {
    phase: asId('deploy'),
    phaseAttempt: 1,
    step: asId(step),
    epoch: 1,
    always: false,
    calls: [{ activity: 'undo file.write', title: step, input: { path: 'x' } }],
    status: 'registered',
    ...more,
  };
}

const OF_FIRST = '/evidence/shop/c1';
const OWN = '/evidence/shop/c1-rollback-1';

/** What stands after these; of one that takes back, in a folder of its own. */
function standing(undos: UndoEntry[], first?: string, before: StandingUndo[] = []): StandingUndo[] {
  const state = { undos: before, evidenceDir: first === undefined ? OF_FIRST : OWN };
  undosStand(state, undos, first);
  return state.undos;
}

const failure = { code: 'COMMAND_FAILED' as const, message: 'exit 1' };
const way = (more: Partial<RollbackState>): RollbackState => ({
  id: 'undo',
  title: 'Undo',
  because: '',
  status: 'done',
  startedAt: 'T1',
  steps: [],
  ...more,
});

test('what was not carried out stands, without the inputs that its journals have', () => {
  const undos = [entry('a', { status: 'done' }), entry('b'), entry('c', { status: 'failed', failure, again: 2 })];
  const left = standing(undos);
  expect(left.map(({ step }) => step)).toEqual(['b', 'c']);
  expect(left[1]).toEqual({
    phase: 'deploy',
    phaseAttempt: 1,
    step: 'c',
    epoch: 1,
    always: false,
    calls: [{ activity: 'undo file.write', title: 'c' }],
  });
});

test('is registered again with the folder of the journals of the first', () => {
  const [again] = registeredAgain({ undos: standing([entry('b')]), evidenceDir: '/e/c1', bundle: 'd1' });
  expect(again).toMatchObject({ step: 'b', status: 'registered', evidenceDir: '/e/c1', bundle: 'd1' });
});

test('what is known of the deed, and where a journal lies that is not of the first, goes on from rollback to rollback', () => {
  const held = entry('freeze', { phase: asId('rollback-R1'), always: true, deedDone: true });
  const left = standing([entry('b', { deedDone: true, evidenceDir: OF_FIRST, bundle: 'd1' }), held], OF_FIRST);
  expect(left).toMatchObject([
    { step: 'b', deedDone: true },
    { step: 'freeze', deedDone: true, evidenceDir: OWN },
  ]);
  expect(left[0]).not.toHaveProperty('evidenceDir');
  expect(left[0]).not.toHaveProperty('bundle');
  // The bundle of the first lies elsewhere by now; that of the rollback was sealed.
  const named = left.map((undo) => (undo.evidenceDir === undefined ? undo : { ...undo, bundle: 'd2' }));
  const again = registeredAgain({ undos: named, evidenceDir: '/moved/c1', bundle: 'd1' });
  expect(again).toMatchObject([
    { deedDone: true, evidenceDir: '/moved/c1', bundle: 'd1', status: 'registered' },
    { deedDone: true, evidenceDir: OWN, bundle: 'd2', status: 'registered' },
  ]);
  expect(standing(again, '/moved/c1')).toEqual(named);
});

test('what stood before and was not come to stands; a step of another rollback is another step', () => {
  const freeze = entry('freeze', { phase: asId('rollback-R1'), always: true });
  const ofFirst = { evidenceDir: OF_FIRST };
  const before = standing([entry('a', ofFirst), entry('b', ofFirst), { ...freeze, evidenceDir: '/before' }], OF_FIRST);
  const left = standing([entry('b', { ...ofFirst, status: 'done' }), freeze], OF_FIRST, before);
  expect(left.map(({ step, evidenceDir }) => [step, evidenceDir])).toEqual([
    ['a', undefined],
    ['freeze', '/before'],
    ['freeze', OWN],
  ]);
});

test.each<[string, RollbackState | undefined, string[], string, string]>([
  ['all', way({}), [], 'passed', 'Of shop/c1, 2 of 2 undos carried out.'],
  [
    'a part of it by a rollback',
    way({ id: 'R1' }),
    ['a'],
    'passed',
    'Of shop/c1, 1 of 2 undos carried out. Still stands: deploy.a.',
  ],
  [
    'one that failed',
    way({
      status: 'incomplete',
      steps: [{ id: asId('u'), title: 'Undo b', uses: '', status: 'undo-failed', epoch: 1, failure }],
    }),
    ['b'],
    'failed',
    'Of shop/c1, 1 of 2 undos carried out. Undo b: exit 1 Still stands: deploy.b.',
  ],
  [
    'nothing ran',
    undefined,
    ['a', 'b'],
    'failed',
    'Of shop/c1, 0 of 2 undos carried out. Still stands: deploy.a, deploy.b.',
  ],
])('%s: %#', (_what, rollback, left, status, sentence) => {
  const undos = standing([entry('a'), entry('b')]);
  const stand = undos.filter(({ step }) => left.includes(step));
  expect(takenBack({ goLive: 'shop/c1', undos }, rollback, stand, 'T2')).toMatchObject({ status, sentence });
});
