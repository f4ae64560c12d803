import { describe, expect, test } from '@jest/globals';
import { readEvent } from '../../../model/evidence/logged-event.js';
import type { JsonObject } from '../../../model/json.js';
import { recompute } from '../../../model/judge/recompute.js';
import type { Plan } from '../../../model/plan/plan.js';
import { approval, gate, phase, plan, step } from '../../kits/plans.js';

const STARTED = '2026-11-21T09:00:00Z';
const at = { phase: 'one', attempt: 1 };
const begun = { type: 'phase.started', ...at };
const passed = { type: 'phase.passed', ...at };
const done = (outputs: JsonObject, more: JsonObject = {}): JsonObject => ({
  type: 'step.done',
  phase: 'one',
  phaseAttempt: 1,
  step: 'a',
  outputs,
  ...more,
});
const again = (made: Plan, lines: readonly JsonObject[]) =>
  recompute(
    made,
    STARTED,
    lines.map((line, seq) => readEvent(seq, line)),
  );
const gated = plan([phase('one', [step('a')], { gates: [gate('rows', 'steps.a.rows', 3)] })]);

describe('gates are judged from the outputs in the log', () => {
  test.each<[string, JsonObject[], string[]]>([
    [
      'what holds is go, whatever the log calls it',
      [begun, done({ rows: 3 }), { ...passed, type: 'phase.failed' }],
      ['go'],
    ],
    ['what does not hold is no-go, whatever the log calls it', [begun, done({ rows: 2 }), passed], ['no-go']],
    ['a step that gave nothing is inconclusive', [begun, passed], ['inconclusive']],
    ['the last outputs of a step count', [begun, done({ rows: 2 }), done({ rows: 4 }), passed], ['go']],
    [
      'outputs of another attempt do not count',
      [begun, done({ rows: 4 }, { phaseAttempt: 2 }), passed],
      ['inconclusive'],
    ],
    ['an attempt that did not end is not judged', [begun, done({ rows: 4 })], []],
    ['the end of another attempt is not its end', [begun, done({ rows: 4 }), { ...passed, attempt: 2 }], []],
    ['what came before the phase began is not of it', [done({ rows: 4 }), begun, passed], ['inconclusive']],
    ['events of a phase that the plan does not have are passed over', [{ ...begun, phase: 'two' }, passed], []],
    [
      'each attempt has outputs of its own',
      [
        begun,
        done({ rows: 1 }),
        { ...passed, type: 'phase.failed' },
        { ...begun, attempt: 2 },
        done({ rows: 5 }, { phaseAttempt: 2 }),
        { ...passed, attempt: 2 },
      ],
      ['no-go', 'go'],
    ],
    [
      'of an attempt that a workflow sent back to its start said twice, the last counts',
      [begun, done({ rows: 2 }), { ...passed, type: 'phase.failed' }, begun, done({ rows: 5 }), passed],
      ['go'],
    ],
    [
      'one that was sent back to the middle of it says its end again',
      [begun, done({ rows: 2 }), { ...passed, type: 'phase.failed' }, done({ rows: 5 }), passed],
      ['go'],
    ],
    [
      'an attempt that is said again takes the place of those that came after it',
      [
        begun,
        done({ rows: 2 }),
        { ...passed, type: 'phase.failed' },
        { ...begun, attempt: 2 },
        done({ rows: 5 }, { phaseAttempt: 2 }),
        { ...passed, attempt: 2 },
        begun,
        done({ rows: 1 }),
        { ...passed, type: 'phase.failed' },
      ],
      ['no-go'],
    ],
    [
      'a step that ends late changes nothing of an attempt after its own',
      [
        begun,
        { ...passed, type: 'phase.failed' },
        { ...begun, attempt: 2 },
        done({ rows: 5 }, { phaseAttempt: 2 }),
        { ...passed, attempt: 2 },
        done({ rows: 1 }),
      ],
      ['inconclusive', 'go'],
    ],
    [
      'what is said after the end, and comes to no end again, changes nothing',
      [begun, done({ rows: 5 }), passed, done({ rows: 2 })],
      ['go'],
    ],
  ])('%s', (_name, lines, verdicts) => {
    const { attempts } = again(gated, lines);
    expect(attempts.map(({ verdict }) => verdict)).toEqual(verdicts);
    for (const { gates, verdict } of attempts) expect(gates.map((one) => one.verdict)).toEqual([verdict]);
  });

  test('a later phase reads what an earlier one gave', () => {
    const two = plan([
      phase('one', [step('a')]),
      phase('two', [], { gates: [gate('rows', 'phases.one.steps.a.rows', 3)] }),
    ]);
    const lines = [begun, done({ rows: 3 }), passed, { ...begun, phase: 'two' }, { ...passed, phase: 'two' }];
    expect(again(two, lines).attempts.map(({ verdict }) => verdict)).toEqual(['go', 'go']);
  });
});

describe('a step that was begun', () => {
  const reading = step('b', { with: { count: '${{ steps.a.rows }}' } });
  const made = plan([phase('one', [step('a'), reading])]);
  const start = { type: 'step.started', phase: 'one', phaseAttempt: 1, step: 'b', inputs: 'hash' };

  test('has the input that the plan gives it then', () => {
    expect(again(made, [begun, done({ rows: 7 }), start]).begun).toMatchObject([
      { seq: 2, phase: 'one', attempt: 1, input: { count: 7 }, logged: 'hash' },
    ]);
  });

  test('has none where the log does not tell it', () => {
    expect(again(made, [begun, start]).begun).toEqual([expect.not.objectContaining({ input: expect.anything() })]);
  });
});

test.each([
  ['low', true],
  ['high', false],
])('a rule is computed again, for risk %s', (risk, holds) => {
  const auto = { rule: 'inputs.risk == "low"', reads: [['inputs', 'risk']] };
  const made = plan([phase('one', [], { approvals: [approval('one', { auto })] })], { inputs: { risk } });
  const said = { type: 'approval.policy', ...at, approval: 'one', holds: true };
  expect(again(made, [begun, said]).policies).toEqual([{ seq: 1, approval: 'one', holds, logged: true }]);
});
