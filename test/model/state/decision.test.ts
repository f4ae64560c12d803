import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { decide, hasFallen, headline } from '../../../model/state/decision.js';
import { initialState } from '../../../model/state/initial-state.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { phase, plan } from '../../kits/plans.js';

const made = plan([phase('one', []), phase('two', [])], {
  decisions: [
    { id: 'local', title: 'Local GO', requires: ['one'] },
    { id: 'deploy', title: 'Deployment', requires: ['local', 'two'] },
  ],
});
function state(change: (state: GoLiveState) => void): GoLiveState {
  const opened = initialState(made, 'digest', 'w', 'Sam', '2026-01-01T00:00:00Z');
  change(opened);
  return opened;
}
const at = Date.parse('2026-01-01T00:00:00Z');
const rule = (index: number) => made.decisions[index] ?? { id: '', title: '', requires: [] };

describe('decide', () => {
  test.each<[string, (s: GoLiveState) => void, number, string, RegExp]>([
    [
      'all passed',
      (s) => Object.assign(s.phases[0] ?? {}, { status: 'passed', verdict: 'go' }),
      0,
      'go',
      /^Its one requirement holds\.$/,
    ],
    ['what did not run has not passed', () => undefined, 0, 'inconclusive', /did not run/],
    [
      'a failed phase',
      (s) => Object.assign(s.phases[0] ?? {}, { status: 'failed', verdict: 'no-go', sentence: 'bad' }),
      0,
      'no-go',
      /one: bad/,
    ],
    [
      'an inconclusive phase stays so',
      (s) => Object.assign(s.phases[0] ?? {}, { status: 'failed', verdict: 'inconclusive' }),
      0,
      'inconclusive',
      /./,
    ],
    ['left out by its own when', (s) => Object.assign(s.phases[0] ?? {}, { status: 'skipped' }), 0, 'go', /./],
    [
      'an earlier decision is asked too',
      (s) => Object.assign(s.phases[1] ?? {}, { status: 'passed', verdict: 'go' }),
      1,
      'inconclusive',
      /Local GO/,
    ],
    [
      'a phase waived for the decision',
      (s) => {
        Object.assign(s.phases[0] ?? {}, { status: 'failed', verdict: 'no-go' });
        s.waivers.push({
          gate: asId('one'),
          role: 'cto',
          by: 'Ada',
          reason: 'known',
          at: '',
          until: '2026-01-02T00:00:00Z',
          used: false,
        });
      },
      0,
      'waived',
      /WAIVED by Ada/,
    ],
    [
      'a phase that was taken back, whatever it was before',
      (s) => Object.assign(s.phases[0] ?? {}, { status: 'taken-back', verdict: 'go', takenBackBy: 'R1' }),
      0,
      'no-go',
      /^one: It was taken back by R1\.$/,
    ],
    [
      'a failed phase that was taken back: why it failed first',
      (s) =>
        Object.assign(s.phases[0] ?? {}, {
          status: 'taken-back',
          verdict: 'no-go',
          sentence: 'Too few.',
          takenBackBy: 'R1',
        }),
      0,
      'no-go',
      /^one: Too few\. Taken back by R1\.$/,
    ],
    [
      'a phase that was taken back, and is waived',
      (s) => {
        Object.assign(s.phases[0] ?? {}, { status: 'taken-back', verdict: 'waived', takenBackBy: 'R1' });
        const until = '2026-01-02T00:00:00Z';
        s.waivers.push({ gate: asId('one'), role: 'cto', by: 'Ada', reason: 'known', at: '', until, used: false });
      },
      0,
      'no-go',
      /taken back by R1/,
    ],
    [
      'a waiver that has ended',
      (s) => {
        Object.assign(s.phases[0] ?? {}, { status: 'failed', verdict: 'no-go' });
        s.waivers.push({
          gate: asId('one'),
          role: 'cto',
          by: 'Ada',
          reason: 'known',
          at: '',
          until: '2025-12-31T00:00:00Z',
          used: false,
        });
      },
      0,
      'no-go',
      /./,
    ],
  ])('%s', (_name, change, index, verdict, sentence) => {
    const before = state(change);
    const judged = decide(rule(index), before, at);
    expect(judged.verdict).toBe(verdict);
    expect(judged.sentence).toMatch(sentence);
    // A judgement is mute: it changes nothing of what it judges.
    expect(before).toEqual(state(change));
  });

  test('names the waivers that it rests on, also where something else does not hold', () => {
    const both = { id: 'both', title: 'Both', requires: ['one', 'two'] };
    const given = { role: 'cto', by: 'Ada', reason: 'known', at: '', until: '2026-01-02T00:00:00Z', used: false };
    const judged = state((s) => s.waivers.push({ ...given, gate: asId('two') }, { ...given, gate: asId('three') }));
    expect(decide(both, judged, at)).toMatchObject({ verdict: 'inconclusive', waivers: [{ gate: 'two' }] });
  });
});

describe('a decision falls', () => {
  test.each<[string, number, (s: GoLiveState) => void, boolean]>([
    ['not while all stands', 0, () => undefined, false],
    ['with a phase that it requires', 0, (s) => Object.assign(s.phases[0] ?? {}, { status: 'taken-back' }), true],
    ['not with another', 0, (s) => Object.assign(s.phases[1] ?? {}, { status: 'taken-back' }), false],
    ['with a decision that it requires', 1, (s) => Object.assign(s.decisions[0] ?? {}, { verdict: 'no-go' }), true],
    ['not with one that is not taken', 1, () => undefined, false],
  ])('%s', (_name, index, change, fallen) => {
    expect(hasFallen(rule(index), state(change))).toBe(fallen);
  });
});

test('the headline says what stands and what does not, and shouts an incomplete rollback', () => {
  const mixed = state((s) => {
    Object.assign(s.decisions[0] ?? {}, { verdict: 'go' });
    Object.assign(s.decisions[1] ?? {}, { verdict: 'no-go', sentence: 'two: 404' });
    s.rollbackIncomplete = true;
  });
  expect(headline(mixed)).toBe('ROLLBACK INCOMPLETE. Local GO: GO. Deployment: NO-GO. two: 404');
});

describe('the headline of a go-live that was stopped to keep what it did', () => {
  const rollback = (id: string) => ({ id, title: id, because: '', status: 'done' as const, startedAt: '', steps: [] });
  const kept = (change: (s: GoLiveState) => void) =>
    headline(
      state((s) => {
        s.aborted = { by: 'Ada', reason: 'enough.', at: '', keep: true };
        change(s);
      }),
    );
  test.each<[string, (s: GoLiveState) => void, string]>([
    ['nothing was taken back', () => undefined, 'NOTHING WAS TAKEN BACK (--keep).'],
    ['what was held is released', (s) => s.rollbacks.push(rollback('release')), 'NOTHING WAS TAKEN BACK (--keep).'],
    [
      'a rollback had taken a phase back',
      (s) => {
        s.rollbacks.push(rollback('R1'));
        Object.assign(s.phases[0] ?? {}, { status: 'taken-back', takenBackBy: 'R1' });
      },
      'TAKEN BACK ALL THE SAME: one by R1; the rest stays (--keep).',
    ],
    [
      'what a rollback took back was done again',
      (s) => s.rollbacks.push(rollback('R1')),
      'R1 HAD BEGUN; what stood then stays (--keep).',
    ],
  ])('%s', (_name, change, sentence) => {
    expect(kept(change)).toBe(`Aborted by Ada: enough. ${sentence}`);
  });
});

test('a decision says of what there is more than the worst', () => {
  const nothing = decide(
    rule(1),
    state(() => undefined),
    at,
  );
  expect(nothing.sentence).toMatch(/ \(of its 2 requirements 1 more: (two|Local GO)\)$/);
});
