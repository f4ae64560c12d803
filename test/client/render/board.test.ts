import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { board } from '../../../client/render/board.js';
import { ANSI, PLAIN } from '../../../client/render/style.js';
import { width } from '../../../client/render/text.js';
import type { Frame, View } from '../../../client/render/view.js';
import { at, ended, goLive, gate, phase, running, step, T0, waiting } from '../../kits/cli-state.js';

const frame = (more: Partial<Frame> = {}): Frame => ({ columns: 116, rows: 40, nowMs: T0 + 100_000, ...more });
const live = [
  {
    step: 'run2',
    attempt: 2,
    progress: { done: 13, total: 20, forecast: at(271), text: '429: 2, retried' },
    lastFailure: 'the worker died',
  },
];
const draw = (view: View, more: Partial<Frame> = {}) => board(view, frame(more), PLAIN);

describe('the board', () => {
  test('opens the running phase: steps, progress, gates', () => {
    const lines = draw(
      { state: running(), live },
      { uiUrl: 'http://localhost:8233/x', footer: 'q quits, the go-live goes on' },
    );
    expect(lines.join('\n')).toMatchSnapshot();
    const text = lines.join('\n');
    expect(text).toContain('run2 13/20 ━━━━━━━━━━━━╌╌╌╌╌╌ 0:02:51 left');
    expect(text).toContain('accuracy 0.90 ≥ 0.70 ✓');
    expect(text).toContain('wilson 0.699 > 0.60 ✓');
    expect(text).toContain('attempt 2; the last said: the worker died');
  });

  test('says who is waited for, and the command that answers', () => {
    const lines = draw({ state: waiting(), live: [] }, { nowMs: T0 + 300_000 });
    expect(lines.join('\n')).toMatchSnapshot();
    expect(lines.join('\n')).toContain('     CTO: 0 of 1, wanted: Ana or Bea.');
    expect(lines.join('\n')).toContain('WAITING 0:03:20 for CTO: "Start the full run?"');
  });

  test('is loud about a phase that was left out', () => {
    const state = waiting();
    const omitted = { by: 'Ana', role: 'cto', reason: 'run yesterday', at: at(10) };
    Object.assign(state.phases[1] ?? {}, { status: 'skipped', verdict: 'waived', omitted });
    expect(draw({ state, live: [] }).join('\n')).toContain('OMITTED by Ana');
  });

  test('shows the gates with their arithmetic while people are asked whether they are good', () => {
    const asked = { kind: 'approval' as const, text: 'Good?', roles: ['cto'], since: at(1), commands: [] };
    const measured = phase(0, 'one', { status: 'passed', verdict: 'go', attempt: 1, gates: [gate('share', 'go')] });
    const shown = (id: string) => draw({ state: goLive({ phases: [measured], waiting: { ...asked, id } }), live: [] });
    expect(shown('one.after').join('\n')).toContain('✓ share 0.90, needs ≥ 0.70.');
    expect(shown('other.after').join('\n')).not.toContain('share');
    // It has not passed before they said so.
    expect(shown('one.after').join('\n')).toMatch(/● 0 {2}one/);
  });

  test('says that a phase was taken back, what waits for people, and what an abort undoes', () => {
    const fallen = phase(0, 'one', { status: 'taken-back', takenBackBy: 'R1', verdict: 'waived', attempt: 1 });
    const decisions = [
      { id: 'd', title: 'Live', sentence: 'Holds; waiting for CTO.', waits: true as const },
      { id: 'e', title: 'Told', sentence: 'Not decided yet.' },
    ];
    const text = (state: Partial<View['state']>): string =>
      draw({ state: goLive({ phases: [fallen], ...state }), live: [] }).join('\n');
    expect(text({})).toMatch(/↶ 0 {2}one .*taken back by R1$/m);
    expect(text({ decisions })).toMatch(/● Live: Holds; waiting for CTO\.\n.*Told: Not decided yet\./);
    const aborted = { by: 'Ada', reason: 'enough', at: at(1) };
    expect(text({ aborted, toUndo: [asId('one.b'), asId('one.a')] })).toContain('undone, newest first: one.b, one.a.');
  });

  test('ends with the verdict', () => {
    expect(board({ state: ended(), live: [] }, frame(), PLAIN, 3).join('\n')).toMatchSnapshot();
  });

  test('takes the forecast of the step where it is later than the plan', () => {
    const state = running();
    const early = draw({ state, live: [] })[1];
    const late = draw({ state, live: [{ step: 'run2', attempt: 1, progress: { text: '', forecast: at(4000) } }] })[1];
    expect(early).toContain('early');
    expect(late).toContain('late');
  });

  test.each([
    [200, 50],
    [116, 40],
    [80, 24],
    [80, 12],
    [40, 30],
    [20, 8],
  ])('stays within %i × %i', (columns, rows) => {
    for (const state of [goLive(), running(), waiting(), ended()]) {
      const lines = draw(
        { state, live, note: 'worker not answering, still trying' },
        { columns, rows, uiUrl: 'http://127.0.0.1:8233/namespaces/default/workflows/lcopilot-lab' },
      );
      expect(lines.length).toBeLessThanOrEqual(rows);
      for (const line of lines) expect(width(line)).toBeLessThanOrEqual(columns);
    }
  });

  test('is the same text with and without colours', () => {
    const plain = draw({ state: running(), live });
    const coloured = board({ state: running(), live }, frame(), ANSI);
    expect(coloured.join('\n')).toContain('\u001B[');
    expect(coloured.map((line) => line.replaceAll(new RegExp('\u001B\\[\\d+m', 'g'), ''))).toEqual(plain);
  });

  test('lets no control character of foreign text through', () => {
    const evil = '\u001B[2J\u001B]0;title\u0007a\u202Eb\nc\r\u009B31m';
    const state = goLive({
      target: evil,
      change: evil,
      runbook: { id: 'x', title: evil, sha256: '' },
      roles: { qa: evil },
      verdict: 'no-go',
      endedAt: at(9),
      sentence: evil,
      phases: [
        phase(0, 'p', {
          title: evil,
          status: 'failed',
          startedAt: at(1),
          steps: [
            step('s', 'failed', {
              id: asId(evil),
              failure: { code: 'INTERNAL', message: evil, said: evil, hint: evil },
            }),
          ],
          gates: [gate(evil, 'no-go', { sentence: evil, threshold: evil, value: evil })],
        }),
      ],
      waiting: {
        kind: 'operator',
        id: evil,
        text: evil,
        roles: [evil],
        since: at(1),
        commands: [evil],
        about: asId(evil),
      },
    });
    const text = draw({ state, live: [], note: evil }).join('');
    expect(text).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  });
});
