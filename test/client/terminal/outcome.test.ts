import { describe, expect, test } from '@jest/globals';
import { board } from '../../../client/render/board.js';
import { PLAIN } from '../../../client/render/style.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { differences } from '../../../client/rehearse/expect.js';
import { exitCodeOf, outcomeOf } from '../../../client/terminal/outcome.js';
import { untilOf } from '../../../client/terminal/until.js';
import type { DecisionState, GoLiveState } from '../../../model/state/state.js';
import { at, ended, goLive, running, T0 } from '../../kits/cli-state.js';

const decision = (id: string, verdict: DecisionState['verdict']): DecisionState => ({
  id,
  title: id,
  verdict,
  sentence: '',
});
const over = (verdicts: DecisionState['verdict'][], more: Partial<GoLiveState> = {}): GoLiveState =>
  goLive({
    endedAt: at(9),
    verdict: 'go',
    decisions: verdicts.map((verdict, index) => decision(`d${index}`, verdict)),
    ...more,
  });

describe('the exit code', () => {
  test.each<[string, GoLiveState, number]>([
    ['not ended', running(), 4],
    ['all decisions go', over(['go', 'waived']), 0],
    ['one decision no-go', over(['go', 'no-go']), 3],
    ['one decision inconclusive', over(['go', 'inconclusive']), 3],
    ['one decision never taken', over(['go', undefined]), 3],
    ['no decisions, verdict go', over([]), 0],
    ['no decisions, verdict inconclusive', over([], { verdict: 'inconclusive' }), 3],
    ['rollback incomplete beats all', over(['no-go'], { rollbackIncomplete: true }), 5],
    ['aborted', over(['go'], { aborted: { by: 'a', reason: 'b', at: at(1) } }), 3],
  ])('%s', (_, state, code) => {
    expect(exitCodeOf(state)).toBe(code);
  });

  test('one decision alone, when asked so', () => {
    expect(exitCodeOf(over(['go', 'no-go']), 'd0')).toBe(0);
    expect(exitCodeOf(over(['go', 'no-go']), 'd1')).toBe(3);
    expect(() => exitCodeOf(over(['go']), 'x')).toThrow("no decision 'x'");
  });
});

test('the outcome names failed gates and rollbacks', () => {
  const outcome = outcomeOf(ended(), 3, 'http://ui');
  expect(outcome.failedGates.map(({ phase, gate }) => `${phase}.${gate}`)).toEqual(['smoke.run2.wilson']);
  expect(outcome.rollbacks).toEqual([
    { id: 'R1', status: 'done' },
    { id: 'R3', status: 'done' },
  ]);
  expect(outcome).toMatchObject({
    verdict: 'no-go',
    exitCode: 3,
    ui: 'http://ui',
    bundle: 'evidence/lcopilot-lab/2026-11-21',
  });
});

describe('a fault’s expectation', () => {
  const right = {
    verdict: 'no-go' as const,
    exit: 3,
    rollbacks: ['R1', 'R3'],
    phase: 'smoke',
    decisions: { 'local-go': 'no-go' as const },
    sentence: '0.584',
  };

  test('holds', () => {
    expect(differences(ended(), 3, right)).toEqual([]);
    const released = ended();
    released.rollbacks.push({ id: 'release', title: '', because: '', status: 'done', startedAt: at(1), steps: [] });
    expect(differences(released, 3, right)).toEqual([]);
  });

  test.each([
    [{ verdict: 'go' as const }, 'the verdict is no-go, expected go'],
    [{ exit: 0 }, 'the exit code is 3, expected 0'],
    [{ rollbacks: ['R3'] }, 'the rollbacks is R1, R3, expected R3'],
    [{ phase: 'full' }, 'the failing phase is smoke, expected full'],
    [{ decisions: { 'local-go': 'go' as const } }, 'decision local-go is no-go, expected go'],
    [{ sentence: 'recall' }, 'no sentence says “recall”'],
  ])('%j does not', (wrong, line) => {
    expect(differences(ended(), 3, { ...right, ...wrong })).toEqual([line]);
  });
});

describe('the end of a waiver', () => {
  test.each([
    ['8h', at(8 * 3600)],
    ['2026-11-21T02:00:00Z', '2026-11-21T02:00:00.000Z'],
    ['2026-11-21T03:00:00+01:00', '2026-11-21T02:00:00.000Z'],
  ])('%s', (text, expected) => {
    expect(untilOf(text, T0)).toBe(expected);
  });

  test.each(['soon', '', '0s', '2020-01-01T00:00:00Z', '2026-11-22', '2026-11-22T10:00', '-1h'])(
    '%j is refused',
    (text) => {
      expect(() => untilOf(text, T0)).toThrow();
    },
  );
});

test('a failed gate names the entry of the playbook that answers it', () => {
  const playbook = [{ entry: 'accuracy', when: [addressText({ phase: asId('smoke'), part: asId('run2.wilson') })] }];
  expect(outcomeOf({ ...ended(), playbook }, 3, undefined).failedGates).toMatchObject([{ playbook: 'accuracy' }]);
  expect(Object.keys(outcomeOf(ended(), 3, undefined).failedGates[0] ?? {})).not.toContain('playbook');
  const lines = board({ state: { ...ended(), playbook }, live: [] }, { columns: 116, rows: 40, nowMs: T0 }, PLAIN);
  expect(lines.join('\n')).toContain('playbook: accuracy, `golive playbook show accuracy`');
});
