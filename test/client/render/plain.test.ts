import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { changes } from '../../../client/render/plain.js';
import { PLAIN } from '../../../client/render/style.js';
import type { View } from '../../../client/render/view.js';
import { at, ended, goLive, running, T0, waiting } from '../../kits/cli-state.js';

const view = (state: View['state'], live: View['live'] = []): View => ({ state, live });
const now = T0 + 100_000;

describe('changes as lines', () => {
  test('nothing new, nothing said', () => {
    for (const state of [goLive(), running(), waiting(), ended()]) {
      expect(changes(view(state), view(structuredClone(state)), now, PLAIN)).toEqual([]);
    }
  });

  test('from the start to a running phase: attempts, rollback, steps, gates', () => {
    expect(changes(view(goLive()), view(running()), now, PLAIN).join('\n')).toMatchSnapshot();
  });

  test('a phase that is nobody’s begins without empty brackets', () => {
    const nobody = running();
    for (const phase of nobody.phases) phase.owner = [];
    const text = changes(undefined, view(nobody), now, PLAIN).join('\n');
    expect(text).toContain('▶ 0 Infrastructure recovery\n');
    expect(text).not.toContain('()');
  });

  test('the first view tells everything so far', () => {
    expect(changes(undefined, view(waiting()), now, PLAIN).join('\n')).toMatchSnapshot();
  });

  test('what one look finds is told in the order in which it happened, each with its own time', () => {
    const lines = changes(view(goLive()), view(running()), now, PLAIN);
    const failed = lines.findIndex((line) => line.includes('attempt 1: Postgres did not start.'));
    const back = lines.findIndex((line) => line.includes('Rollback R1 done'));
    const again = lines.findIndex((line) => line.includes('attempt 2'));
    expect([failed, back, again]).toEqual([failed, back, again].toSorted((a, b) => a - b));
    expect(lines[back]).toMatch(/^T\+0:00:30 /);
    expect(lines[again]).toMatch(/^T\+0:00:31 /);
    const clocks = lines.map((line) => line.slice(0, 10));
    expect(clocks).toEqual(clocks.toSorted());
  });

  test('a phase that the reader did not see begin is told with both its attempts', () => {
    const text = changes(undefined, view(running()), now, PLAIN).join('\n');
    expect(text).toMatch(/T\+0:00:00 {2}▶ 0 Infrastructure recovery[^,]*, CTO\)\n/);
  });

  test('what a program said stands line by line below its cause', () => {
    const state = running();
    const [first] = state.phases[0]?.history[0]?.steps ?? [];
    if (first?.failure) first.failure.said = 'a\nFATAL: no such role\u001B[2J';
    const lines = changes(view(goLive()), view(state), now, PLAIN);
    const from = lines.findIndex((line) => line.includes('✗ 0.up: Postgres did not start.'));
    expect(lines.slice(from + 1, from + 3)).toEqual(['T+0:00:19        │ a', 'T+0:00:19        │ FATAL: no such role']);
  });

  test('the end', () => {
    expect(changes(view(running()), view(ended()), now, PLAIN).join('\n')).toMatchSnapshot();
  });

  test('a phase that was taken back before anybody looked: what it came to, then that; a decision that waits', () => {
    const [first] = goLive().phases;
    if (!first) throw new Error('no phase');
    const begun = { ...first, startedAt: at(1), endedAt: at(2), attempt: 1, sentence: 'So.', verdict: 'go' as const };
    const phases = [{ ...begun, status: 'taken-back' as const, takenBackBy: 'R1' }];
    const decisions = [{ id: 'd', title: 'Live', sentence: 'Holds; waiting for CTO.', waits: true as const }];
    const said = changes(view(goLive()), view(goLive({ phases, decisions })), now, PLAIN).join('\n');
    expect(said).toMatch(/passed after .*: So\.\n.*taken back by R1\n.*● decision Live: Holds; waiting for CTO\./);
    const later = { ...view(goLive({ phases: [{ ...begun, status: 'passed' as const }] })) };
    expect(changes(later, view(goLive({ phases })), now, PLAIN)).toHaveLength(1);
  });

  test('what an abort stopped is told once, also when it is taken back; what waits to be accepted has not passed', () => {
    const [first] = goLive().phases;
    if (!first) throw new Error('no phase');
    const aborted = { by: 'Ada', reason: 'enough', at: at(2) };
    const begun = { ...first, startedAt: at(1), attempt: 1, sentence: 'It was stopped on request.' };
    const stopped = { ...begun, status: 'cancelled' as const, verdict: 'inconclusive' as const };
    const fallen = { ...stopped, endedAt: at(3), status: 'taken-back' as const, takenBackBy: 'undo' };
    const path = [
      goLive({ phases: [{ ...begun, status: 'passed', verdict: 'go', sentence: 'All hold.' }] }),
      goLive({ phases: [stopped], aborted }),
      goLive({ phases: [fallen], aborted }),
    ].map((state) => view(state));
    const ends = /[✓✗■↶] 0 .*/g;
    const lines = path.flatMap((state, index) => changes(path[index - 1], state, now, PLAIN)).join('\n');
    expect(lines.match(ends)?.map((line) => line.slice(0, 1))).toEqual(['■', '↶']);
    const late = changes(undefined, view(goLive({ phases: [fallen], aborted })), now, PLAIN).join('\n');
    expect(late.match(ends)?.map((line) => line.slice(0, 1))).toEqual(['■', '↶']);
  });

  test('each event is told once on the way', () => {
    const path = [goLive(), running(), waiting()];
    const lines: string[] = [];
    let before: View | undefined;
    for (const state of path) {
      lines.push(...changes(before, view(state), now, PLAIN));
      before = view(state);
    }
    expect(new Set(lines).size).toBe(lines.length);
    expect(lines.filter((line) => line.includes('WAITING'))).toHaveLength(1);
  });

  test('progress speaks at each quarter', () => {
    const state = running();
    const progress = (done: number): View =>
      view(state, [{ step: 'run2', attempt: 1, progress: { done, total: 20, text: 'going' } }]);
    expect(changes(progress(1), progress(4), now, PLAIN)).toEqual([]);
    expect(changes(progress(4), progress(5), now, PLAIN).join()).toContain('run2 5/20: going');
    expect(changes(progress(5), progress(6), now, PLAIN)).toEqual([]);
    expect(changes(undefined, progress(1), now, PLAIN).join('\n')).not.toContain('1/20');
  });

  test('votes, ticks, choices, waivers, refusals and the abort are told with name and reason', () => {
    const before = waiting();
    const after = structuredClone(before);
    const vote = {
      approval: 'full',
      role: 'cto',
      by: 'Ana',
      vote: 'approve' as const,
      reason: 'smoke is clean',
      at: at(101),
      via: 'update' as const,
      level: 'declared' as const,
      digest: 'ef',
      early: false,
      status: 'counted' as const,
    };
    after.approvals[0]?.votes.push(vote);
    Object.assign(after.checklist[0] ?? {}, { by: 'Ivo', at: at(102) });
    after.operator.push({ at: at(103), choice: 'retry', by: 'Ivo', role: 'infra', about: asId('infra.up') });
    after.waivers.push({
      gate: asId('full.x'),
      role: 'cto',
      by: 'Ana',
      reason: 'known',
      at: at(104),
      until: at(9000),
      used: false,
    });
    after.refusals.push({
      at: at(105),
      message: 'approve',
      by: 'Eve',
      reason: 'Eve does not hold the role.',
      hint: '',
    });
    after.aborted = { by: 'Ana', reason: 'incident', at: at(106) };
    expect(changes(view(before), view(after), now, PLAIN).map((line) => line.replace(/^T\+\S+ +/, ''))).toEqual([
      'Ana approved full as CTO: smoke is clean',
      'Ivo ticked infra.window: Maintenance window confirmed',
      'Ivo chose retry as Infra lead',
      `Ana waived full.x until ${at(9000)}: known`,
      'refused: approve by Eve. Eve does not hold the role.',
      'Ana aborted: incident',
    ]);
  });

  test('a waiver that takes the place of another is told, and what stays is not told again', () => {
    const before = waiting();
    const one = { role: 'cto', by: 'Ana', reason: 'known', until: at(9000), used: false };
    before.waivers = [
      { ...one, gate: asId('full.x'), at: at(101) },
      { ...one, gate: asId('full.y'), at: at(101) },
    ];
    const after = structuredClone(before);
    after.waivers = [
      { ...one, gate: asId('full.y'), at: at(101) },
      { ...one, gate: asId('full.x'), at: at(102), reason: 'measured again' },
    ];
    expect(changes(view(before), view(after), now, PLAIN).map((line) => line.replace(/^T\+\S+ +/, ''))).toEqual([
      `Ana waived full.x until ${at(9000)}: measured again`,
    ]);
  });
});
