import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { beginsAgainAt } from '../../../model/plan/begins-again.js';
import type { RollbackPlan } from '../../../model/plan/plan.js';
import { planText } from '../../../model/plan/plan-text.js';
import { phase, plan, step } from '../../kits/plans.js';

const looks = step('look', { ownUndo: false });
function book(rollback: Partial<RollbackPlan>, then: 'stop' | 'ask' | 'continue' = 'stop', attempts = 2) {
  const onFail = { attempts, rollback: 'R1', then, ask: { role: 'cto', expiresMs: 3_600_000 } };
  return plan([phase('see', [looks]), phase('deploy', [step('a')]), phase('check', [looks], { onFail })], {
    rollbacks: { R1: { id: 'R1', title: 'Back', undo: 'none', steps: [], ...rollback } },
  });
}

describe('a second attempt begins', () => {
  test.each<[string, Partial<RollbackPlan>, string]>([
    ['at the phase itself when its rollback leaves the others', {}, 'check'],
    ['at the phase itself when only its own undos run', { undo: 'phase' }, 'check'],
    ['at the earliest with an undo, when all are undone', { undo: 'all' }, 'deploy'],
    ['at the earliest that the steps take back', { takesBack: [asId('see')] }, 'see'],
  ])('%s', (_name, rollback, at) => {
    const made = book(rollback);
    const [, , check] = made.phases;
    expect(check && beginsAgainAt(made, check, check.id)).toBe(at);
    expect(planText(made)).toContain(`rollback R1, then again from ${at}, 2 attempts in all, then stop`);
  });

  test('where `return` says, when that is earlier', () => {
    const made = book({ undo: 'all' });
    const [, , check] = made.phases;
    expect(check && beginsAgainAt(made, check, asId('see'))).toBe('see');
  });
});

test.each<[string, ReturnType<typeof book>, string]>([
  [
    'a person is asked before the rollback',
    book({ undo: 'all' }, 'ask', 1),
    'ask CTO (1h); unless it is waived: rollback R1, retry-phase again from deploy',
  ],
  [
    'what was taken back runs again before the next phase does',
    book({ undo: 'all' }, 'continue', 1),
    'rollback R1, then again from deploy up to it, then go on with the next phase',
  ],
  ['nothing runs again where nothing else was taken back', book({}, 'continue', 1), 'rollback R1, then go on'],
])('the plan says that %s', (_name, made, line) => {
  expect(planText(made)).toContain(`✗ on failure: ${line}`);
});
