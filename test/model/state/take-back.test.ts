import { expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { RollbackState, UndoEntry } from '../../../model/state/state.js';
import { registeredAgain, standingUndos, takenBack } from '../../../model/state/take-back.js';

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
  const left = standingUndos(undos);
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
  const [again] = registeredAgain({ undos: standingUndos([entry('b')]), evidenceDir: '/e/c1', bundle: 'd1' });
  expect(again).toMatchObject({ step: 'b', status: 'registered', evidenceDir: '/e/c1', bundle: 'd1' });
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
  const undos = standingUndos([entry('a'), entry('b')]);
  const stand = undos.filter(({ step }) => left.includes(step));
  expect(takenBack({ goLive: 'shop/c1', undos }, rollback, stand, 'T2')).toMatchObject({ status, sentence });
});
