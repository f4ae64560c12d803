import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { beginsAgainAt, takenAgain } from '../../../model/plan/begins-again.js';
import { planMermaid } from '../../../model/plan/mermaid.js';
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

describe('where phases run beside each other', () => {
  /** `ship` fails; `watch` runs beside all, `docs` beside `check`, and `last` waits for `ship`. */
  function network(rollback: Partial<RollbackPlan>, then: 'stop' | 'continue' = 'stop', attempts = 2) {
    const made = book(rollback, then, attempts);
    const needs: Record<string, string[]> = {
      see: [],
      deploy: ['see'],
      check: ['deploy'],
      docs: ['see'],
      last: ['check'],
    };
    made.phases.push(phase('docs', [looks]), phase('last', [looks]));
    for (const one of made.phases) one.needs = (needs[one.id] ?? []).map((id) => asId(id));
    made.phases.forEach((one, at) => (one.plannedMs = (at + 1) * 60_000));
    return made;
  }

  test.each<[string, Partial<RollbackPlan>, string]>([
    ['the phase itself', {}, 'check'],
    ['with all that was taken back, and what rests on it', { takesBack: [asId('see')] }, 'see deploy check docs'],
    ['with all that has an undo', { undo: 'all' }, 'deploy check'],
  ])('is taken again: %s', (_, rollback, again) => {
    const made = network(rollback);
    const check = made.phases.find(({ id }) => id === 'check');
    expect(check && takenAgain(made, check, check.id)).toEqual(again.split(' '));
    expect(planText(made)).toContain(`rollback R1, then again ${again.replaceAll(' ', ', ')}, 2 attempts in all`);
  });

  test('the plan says what each needs, what may run beside it, and how much time it has to spare', () => {
    const text = planText(network({}, 'continue', 1));
    expect(text).toContain('planned 11m, critical path see → deploy → check → last.');
    expect(text).toContain('     needs nothing · on the critical path');
    expect(text).toContain('     needs see · beside deploy, check, last · slack 6m');
    expect(text).toContain('rollback R1, then go on with what waits for it');
    expect(text).toMatch(/docs {2}\[docs\].*T\+0:01:00/);
  });

  test('the drawing has an arrow from each phase to all that wait for it', () => {
    const drawn = planMermaid(network({}));
    for (const arrow of [
      'p_see -->|go| p_deploy',
      'p_see -->|go| p_docs',
      'p_docs -->|go| decide',
      'p_last -->|go| decide',
    ])
      expect(drawn).toContain(arrow);
    expect(drawn).not.toContain('p_check -->|go| p_docs');
  });
});
