import { expect, test } from '@jest/globals';
import { gateDetail, stepDetail, undoOrder, undoText } from '../../../model/plan/plan-detail.js';
import { planText } from '../../../model/plan/plan-text.js';
import { gate, phase, plan, step } from '../../kits/plans.js';

const known = plan([], { inputs: { url: 'http://127.0.0.1:1' } });
const full = step('move', {
  uses: 'command.run',
  with: { argv: ['psql', '-c', 'alter\ntable'], env: { URL: '${{ inputs.url }}' }, cwd: '${{ run.stamp }}\u001B[2J' },
  until: { everyMs: 1000, withinMs: 5000, consecutive: 1, condition: 'it.exitCode == 0' },
  guards: [{ id: 'slow', title: 'Slow', trips: 'it.ms > 5.0' }],
  probe: { uses: 'http.check', with: { url: '${{ inputs.url }}/v' }, done: 'it.status == 200', notDone: 'false' },
  undo: [{ uses: 'command.run', with: { argv: ['psql', '-f', 'back.sql'] }, title: 'Back' }],
  retry: { attempts: 3, backoffMs: 1 },
});

test('a step in full: what it is given, its conditions, its undo', () => {
  expect(stepDetail(full, known)).toEqual([
    'argv: ["psql","-c","alter\\ntable"]',
    'env: {"URL":"http://127.0.0.1:1"}',
    'cwd: ${{ run.stamp }}[2J',
    'holds when it.exitCode == 0',
    'guard slow trips when it.ms > 5.0',
    'probe http.check: done when it.status == 200; not done when false',
    '  url: http://127.0.0.1:1/v',
    'within 10s, tried 3 times at most',
    'undo by command.run',
    '  argv: ["psql","-f","back.sql"]',
  ]);
});

test('a gate says what it reads', () => {
  const made = gate('g', 'ratio(it.ok, it.all)', 1, { it: full.id, n: 'it.all', successes: 'it.ok' });
  expect(gateDetail(made)).toEqual([
    'value: ratio(it.ok, it.all)   (it = steps.move)',
    'n: it.all',
    'successes: it.ok',
  ]);
});

test('undos stand in the order in which they would be done', () => {
  const made = plan([
    phase('one', [step('a'), step('look', { ownUndo: false })]),
    phase('two', [full, step('freeze', { undoOn: 'always' })]),
  ]);
  expect(undoOrder(made)).toEqual([
    '',
    'way back, newest first',
    '  1. two.freeze: its own undo, at the end, always',
    '  2. two.move: Back, on the way back',
    '  3. one.a: its own undo, on the way back',
  ]);
  expect(undoOrder(plan([phase('one', [step('look', { ownUndo: false })])]))).toEqual([]);
  expect(undoText(step('x', { undo: [] }))).toBeUndefined();
});

test('a plan shows all that only when it is asked for', () => {
  const made = plan([phase('one', [full], { gates: [gate('g', 'steps.move.exitCode', 0)] })]);
  expect(planText(made)).not.toContain('argv');
  const text = planText(made, [], true);
  for (const part of ['argv: ["psql"', 'value: steps.move.exitCode', '1. one.move: Back']) expect(text).toContain(part);
});
