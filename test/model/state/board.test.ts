import { describe, expect, test } from '@jest/globals';
import { type AddressText, asId } from '../../../model/plan/address.js';
import { board, cell, clock, phaseBoard, planMarkdown } from '../../../model/state/board.js';
import { initialState } from '../../../model/state/initial-state.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { phase, plan } from '../../kits/plans.js';
import { gate, step } from '../../kits/state-parts.js';

const START = '2026-11-21T09:00:00.000Z';
const made = plan([phase('one', []), phase('two', [], { owner: ['sre', 'nobody'] })]);
function drawn(change: (state: GoLiveState) => void, afterMs = 0): string[] {
  const state = initialState(made, 'digest', 'w', 'Sam', START);
  change(state);
  return board(state, Date.parse(START) + afterMs).split('\n');
}

test.each([
  ['a | b', 'a \\| b'],
  ['# head\n- *item* `code`', '\\# head - \\*item\\* \\`code\\`'],
  ['[text](http://x) <b>', '\\[text\\](http://x) \\<b\\>'],
  ['\u001B[2Jleft\u202Eright ', '\\[2Jleft right'],
])('%j is safe in a cell of a table', (text, safe) => {
  expect(cell(text)).toBe(safe);
});

test.each([
  [0, '0:00:00'],
  [-5, '0:00:00'],
  [61_499, '0:01:01'],
  [2_467_500, '0:41:08'],
  [360_000_000, '100:00:00'],
])('%i ms are %s', (ms, text) => {
  expect(clock(ms)).toBe(text);
});

describe('the board', () => {
  test('has the clock of the workflow until the end, and then that of the end', () => {
    expect(drawn(() => undefined, 65_000)[2]).toContain('REHEARSAL ×1 · T+0:01:05 of planned 0:02:00');
    const ended = drawn((state) => {
      state.mode = 'live';
      state.endedAt = '2026-11-21T09:10:00.000Z';
    }, 99_000_000);
    expect(ended[2]).toContain(' · LIVE · T+0:10:00 of ');
  });

  test('has a line for each phase: sign, owners by their names, time, attempt, and what was found', () => {
    const lines = drawn((state) => {
      const [one] = state.phases;
      if (one) Object.assign(one, { status: 'passed', attempt: 2, startedAt: START, sentence: 'All of 3 hold.' });
    }, 30_000);
    // Its gates hold, and somebody is yet to accept it.
    expect(lines).toContain('| ● 0 | one | SRE | 0:00:30 / 0:01:00 | 2 | All of 3 hold. |');
    const over = drawn((state) => {
      const [one] = state.phases;
      if (one) Object.assign(one, { status: 'passed', attempt: 2, startedAt: START, endedAt: START });
    }, 30_000);
    expect(over.join('\n')).toContain('| ✓ 0 | one |');
    expect(lines.find((line) => line.includes('| two |'))).toMatch(
      /\| two \| SRE, nobody \| – \/ 0:01:00 \| – \| pending \|$/,
    );
  });

  test('says first what it came to, and who is waited for with the commands that answer', () => {
    const lines = drawn((state) => {
      state.verdict = 'no-go';
      state.sentence = 'one: 404';
      state.waiting = {
        kind: 'approval',
        id: 'two',
        text: 'Go on?',
        roles: ['cto', 'qa'],
        since: START,
        commands: ['golive approve two'],
      };
    });
    expect(lines.slice(4, 9)).toEqual([
      '**NO-GO** one: 404',
      '',
      '● **WAITING** for cto, qa: Go on?',
      '',
      '    golive approve two',
    ]);
  });

  test('shows steps and gates of phases that have some, and of rollbacks', () => {
    const lines = drawn((state) => {
      state.phases[1]?.steps.push(step('a', 'Deploy', { uses: 'wait', from: 0, to: 1 }));
      state.rollbacks.push({
        id: 'R1',
        title: 'Back',
        because: 'x',
        status: 'incomplete',
        startedAt: START,
        steps: [],
      });
    });
    expect(lines.filter((line) => line.startsWith('### '))).toEqual([
      '### 1 two',
      '### Rollback R1: Back (incomplete)',
    ]);
  });

  test('shows decisions once one is taken, and who waived what until when', () => {
    expect(drawn(() => undefined).join('\n')).not.toContain('| decision |');
    const lines = drawn((state) => {
      const [decision] = state.decisions;
      if (decision) Object.assign(decision, { verdict: 'waived', sentence: 'One waived.' });
      const until = '2026-11-22T00:00:00Z';
      state.waivers.push({ gate: asId('one'), role: 'cto', by: 'Ada', reason: 'known', at: START, until, used: true });
    });
    expect(lines).toContain('- one: known (Ada as cto, until 2026-11-22T00:00:00Z)');
    expect(lines.at(-1)).toMatch(/^\| GO \| .* waived \| One waived\. \|$/);
  });
});

test('a phase’s own board says of a step what failed before what it said', () => {
  const failure = { code: 'CHECK_FAILED' as const, message: 'not | ready', hint: 'Look.' };
  const record = step('a', 'Deploy', { uses: 'wait', from: 0, to: 1, summary: 'fine', failure });
  const lines = phaseBoard('One', [record], [gate('g', 'Accuracy', { value: 1, op: 'atLeast', threshold: 1 })]).split(
    '\n',
  );
  expect(lines[0]).toBe('### One');
  expect(lines[4]).toMatch(/^\| ✗ failed \| Deploy \| wait \| not \\\| ready \|$/);
  expect(lines).toContain('| verdict | gate | value against threshold |');
  expect(phaseBoard('One', [record], [])).not.toContain('| gate |');
});

test('the plan tells when each phase begins, one after the other', () => {
  const rows = planMarkdown([
    { id: 'one', title: 'one', owner: ['sre'], plannedMs: 60_000 },
    { id: 'two', title: 'two', owner: ['sre', 'cto'], plannedMs: 5000 },
  ]).split('\n');
  expect(rows.slice(2)).toEqual([
    '| 0 | one | sre | T+0:00:00 | 0:01:00 |',
    '| 1 | two | sre, cto | T+0:01:00 | 0:00:05 |',
  ]);
});

test('where phases run beside each other, the plan tells what each needs and how much time it has to spare', () => {
  const rows = planMarkdown([
    { id: 'one', title: 'one', owner: ['sre'], plannedMs: 60_000, needs: [] },
    { id: 'two', title: 'two', owner: ['sre'], plannedMs: 5000, needs: [] },
    { id: 'three', title: 'three', owner: ['sre'], plannedMs: 1000, needs: ['one', 'two'] },
  ]).split('\n');
  expect(rows).toEqual([
    '| # | phase | owner | planned start | planned | slack | needs |',
    '|---|---|---|---|---|---|---|',
    '| 0 | one | sre | T+0:00:00 | 0:01:00 | critical | – |',
    '| 1 | two | sre | T+0:00:00 | 0:00:05 | 0:00:55 | – |',
    '| 2 | three | sre | T+0:01:00 | 0:00:01 | critical | 0, 1 |',
  ]);
});

describe('what an abort does', () => {
  const many = Array.from({ length: 22 }, (_, nth) => asId<AddressText>(`a.s${nth}`));
  test.each<[string, (state: GoLiveState) => void, string]>([
    ['when nothing was done', () => undefined, 'there is nothing to undo'],
    ['newest first', (s) => (s.toUndo = [asId('b.y'), asId('a.x')]), 'undone, newest first: b.y, a.x.'],
    ['of very many, how many more', (s) => (s.toUndo = many), 's19, 2 more.'],
    [
      'while a phase runs whose steps are not known yet',
      (s) => Object.assign(s.phases[0] ?? {}, { status: 'running' }),
      "what 'one' has done by now",
    ],
  ])('%s', (_name, change, text) => {
    const lines = drawn((state) => {
      change(state);
      state.aborted = { by: 'Ada', reason: 'enough', at: START };
    });
    expect(lines.join('\n')).toContain(cell(text));
  });
});
