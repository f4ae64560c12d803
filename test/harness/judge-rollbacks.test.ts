import { describe, expect, test } from '@jest/globals';
import { asId, type StepId } from '../../model/plan/address.js';
import type { StepStatus } from '../../model/state/state.js';
import type { Act, Happening } from '../kits/fake-world.js';
import { judgeRollbacks } from '../kits/judge-rollbacks.js';
import { happened } from './happened.js';

describe('what is told of it', () => {
  const rolledBack = (id: string, more: Partial<Act['task']> = {}): Happening[] =>
    happened(`undo one.${id}`).map((one) =>
      one.what === 'told' ? one : { ...one, task: { ...one.task, phase: 'rollback-R1', ...more } },
    );
  const failing = rolledBack('a').map((one) => (one.what === 'done' ? { ...one, what: 'failed' as const } : one));
  const told = (
    status: 'done' | 'incomplete',
    statuses: StepStatus[],
    incomplete: boolean,
  ): Parameters<typeof judgeRollbacks>[1] => {
    const steps = statuses.map((one) => ({ id: asId<StepId>('x'), title: 'x', uses: 'x', status: one, epoch: 1 }));
    return {
      rollbacks: [{ id: 'R1', title: 'R1', because: '', status, startedAt: '', steps }],
      rollbackIncomplete: incomplete,
      sentence: incomplete ? 'ROLLBACK INCOMPLETE. NO-GO.' : 'NO-GO.',
    };
  };
  test.each<[string, Happening[], Parameters<typeof judgeRollbacks>[1], string[]]>([
    ['all is undone', [...rolledBack('b'), ...rolledBack('a')], told('done', ['undone', 'undone'], false), []],
    ['one failed', [...rolledBack('b'), ...failing], told('incomplete', ['undone', 'undo-failed'], true), []],
    [
      'one failed, and is told as undone',
      [...rolledBack('b'), ...failing],
      told('incomplete', ['undone', 'undone'], true),
      ['the undos of R1: ["undone","undone"] instead of ["undone","undo-failed"]'],
    ],
    [
      'one failed, and all is well',
      failing,
      told('done', ['undo-failed'], false),
      [
        'the end of R1: "done" instead of "incomplete"',
        'ROLLBACK INCOMPLETE in the state: false instead of true',
        'ROLLBACK INCOMPLETE in the sentence: false instead of true',
      ],
    ],
    ['of another way back', rolledBack('a', { phaseAttempt: 2 }), told('done', [], false), []],
  ])('%s', (_, record, state, faults) => {
    expect(judgeRollbacks(record, state)).toEqual(faults);
  });
});
