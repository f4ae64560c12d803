import { describe, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { asId } from '../../../model/plan/address.js';
import { decide, hasFallen } from '../../../model/state/decision.js';
import { initialState } from '../../../model/state/initial-state.js';
import {
  didNotPass,
  fallenBy,
  goesOnAt,
  shownAs,
  takenBackSoFar,
  undoTakesBack,
} from '../../../model/state/standing.js';
import type { GoLiveState, PhaseState, PhaseStatus } from '../../../model/state/state.js';
import {
  decisionJudged,
  phaseBegun,
  phaseEnded,
  phaseJudged,
  phasePassed,
  phaseTakenBack,
} from '../../../model/state/transitions.js';
import { mayGoOn } from '../../../model/verdict.js';
import { phase, plan } from '../../kits/plans.js';

const AT = '2026-01-01T00:00:00.000Z';
const phaseState = (id: string, status: PhaseStatus, more: Partial<PhaseState> = {}): PhaseState => ({
  id: asId(id),
  index: 0,
  title: id,
  owner: [],
  plannedMs: 0,
  status,
  attempt: status === 'pending' ? 0 : 1,
  steps: [],
  gates: [],
  history: [],
  ...more,
});
const three = [phaseState('one', 'passed'), phaseState('two', 'failed'), phaseState('three', 'pending')];
const undo = (of: string, always = false) => ({ phase: asId<PhaseState['id']>(of), always });

describe('a way back takes back', () => {
  test.each<[string, Partial<Parameters<typeof fallenBy>[0]>, string[]]>([
    ['what it undid', { undos: [undo('one')] }, ['one']],
    ['the phase that it was run for, also where nothing was undone', { failed: asId('two') }, ['two']],
    ['what its steps take back', { takesBack: [asId('one')] }, ['one']],
    ['nothing that never ran', { takesBack: [asId('three')], failed: asId('three') }, []],
    [
      'each once, in their order',
      { undos: [undo('two'), undo('one'), undo('one')], failed: asId('two') },
      ['one', 'two'],
    ],
    ['what was held, in the middle of a go-live', { undos: [undo('one', true)] }, ['one']],
    ['nothing that is released at its end', { rollback: 'release', undos: [undo('one', true)] }, []],
    [
      'at its end what was done, not what was held',
      { rollback: 'undo', undos: [undo('one', true), undo('two')] },
      ['two'],
    ],
  ])('%s', (_name, back, ids) => {
    expect(fallenBy({ rollback: 'R1', undos: [], ...back }, three).map(({ id }) => id)).toEqual(ids);
  });

  test('an undo at the end by its name and kind', () => {
    expect([undoTakesBack('release', true), undoTakesBack('undo', false), undoTakesBack('R1', true)]).toEqual([
      false,
      true,
      true,
    ]);
  });
});

describe('a go-live goes on', () => {
  const back = { takenBackBy: 'R1' };
  test.each<[string, PhaseState[], string, string]>([
    ['where it is told, when all before stands', three, 'two', 'two'],
    ['at the earliest that was taken back', [phaseState('one', 'taken-back', back), ...three.slice(1)], 'two', 'one'],
    [
      'where it is told, when that is earlier',
      [phaseState('one', 'passed'), phaseState('two', 'taken-back', back)],
      'one',
      'one',
    ],
    [
      'not at one that was passed over for good',
      [phaseState('one', 'taken-back', { ...back, passedOver: true }), phaseState('two', 'taken-back', back)],
      'two',
      'two',
    ],
  ])('%s', (_name, phases, target, at) => {
    expect(goesOnAt(phases, asId(target))).toBe(at);
  });
});

test('that a phase is undone is shown before what it was, and does not hide that it failed', () => {
  const passed = phaseState('one', 'taken-back', { verdict: 'go' });
  const failed = phaseState('one', 'taken-back', { verdict: 'inconclusive' });
  expect([
    shownAs(passed),
    shownAs(phaseState('one', 'passed', { verdict: 'go' })),
    shownAs(three[2] ?? passed),
  ]).toEqual(['taken-back', 'go', 'pending']);
  expect([didNotPass(passed), didNotPass(failed), didNotPass(phaseState('one', 'cancelled'))]).toEqual([
    false,
    true,
    true,
  ]);
});

describe('what was taken back up to now', () => {
  const rollback = (id: string, status: 'running' | 'done' = 'done') => ({
    id,
    title: id,
    because: '',
    status,
    startedAt: AT,
    steps: [],
  });
  const gone = phaseState('one', 'taken-back', { takenBackBy: 'R2' });
  test.each<[string, Parameters<typeof takenBackSoFar>[0], ReturnType<typeof takenBackSoFar>]>([
    ['is nothing', { rollbacks: [], phases: three }, { ways: [], running: undefined, phases: [] }],
    [
      'is nothing of what was held',
      { rollbacks: [rollback('release', 'running')], phases: three },
      { ways: [], running: undefined, phases: [] },
    ],
    [
      'is what a rollback takes that is under way, also before a phase fell',
      { rollbacks: [rollback('R1', 'running')], phases: three },
      { ways: ['R1'], running: 'R1', phases: [] },
    ],
    [
      'is what fell, also by a rollback that is not remembered',
      { rollbacks: [rollback('R1')], phases: [gone] },
      { ways: ['R1', 'R2'], running: undefined, phases: ['one by R2'] },
    ],
  ])('%s', (_name, state, soFar) => {
    expect(takenBackSoFar(state)).toEqual(soFar);
  });
});

const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
const IDS = ['a', 'b', 'c'];
const made = plan(
  IDS.map((id) => phase(id, [])),
  {
    decisions: [
      { id: 'first', title: 'First', requires: ['a', 'b'] },
      { id: 'later', title: 'Later', requires: ['first', 'c'] },
    ],
  },
);
/** What may happen, in any order, whether a workflow would do so or not. */
const happening = fc.oneof(
  fc.record({ what: fc.constantFrom('pass', 'fail', 'waive'), id: fc.constantFrom(...IDS) }),
  fc.record({
    what: fc.constant('back'),
    undone: fc.subarray(IDS),
    failed: fc.option(fc.constantFrom(...IDS), { nil: undefined }),
  }),
  fc.record({ what: fc.constant('decide'), id: fc.constantFrom('first', 'later') }),
);
type Happening = typeof happening extends fc.Arbitrary<infer T> ? T : never;

function judgeAgain(state: GoLiveState): void {
  for (const decision of made.decisions) {
    const record = state.decisions.find(({ id }) => id === decision.id);
    if (record?.verdict && mayGoOn(record.verdict) && hasFallen(decision, state))
      decisionJudged(record, decide(decision, state, Date.parse(AT)));
  }
}

function happen(state: GoLiveState, deeds: Set<string>, one: Happening): void {
  if ('undone' in one) {
    for (const id of one.undone) deeds.delete(id);
    const undos = one.undone.map((id) => undo(id));
    const failed = one.failed === undefined ? undefined : asId<PhaseState['id']>(one.failed);
    for (const fallen of fallenBy({ rollback: 'R1', undos, failed }, state.phases)) phaseTakenBack(fallen, 'R1');
    return judgeAgain(state);
  }
  const phaseOf = state.phases.find(({ id }) => id === one.id);
  const decision = made.decisions.find(({ id }) => id === one.id);
  const record = state.decisions.find(({ id }) => id === one.id);
  if (decision && record) decisionJudged(record, decide(decision, state, Date.parse(AT)));
  if (!phaseOf) return judgeAgain(state);
  if (one.what === 'waive') {
    const given = { role: 'cto', by: 'Ada', reason: 'known', at: AT, until: '2026-02-01T00:00:00Z', used: false };
    state.waivers.push({ ...given, gate: asId(one.id) });
    return undefined;
  }
  phaseBegun(phaseOf, AT);
  deeds.add(one.id);
  const verdict = one.what === 'pass' ? 'go' : 'no-go';
  const sentence = 'So it is.';
  phaseJudged(phaseOf, { status: one.what === 'pass' ? 'passed' : 'failed', verdict, sentence, gates: [] });
  if (one.what === 'pass') phasePassed(phaseOf, AT);
  else phaseEnded(phaseOf, { status: 'failed', verdict, sentence }, AT);
  return undefined;
}

test('in whatever order it happens: no decision is GO over a deed that is not in the world', () => {
  console.log(`GOLIVE_SEED=${SEED}`);
  fc.assert(
    fc.property(fc.array(happening, { maxLength: 30, size: 'max' }), (list) => {
      const state = initialState(made, 'd', 'w', 'Sam', AT);
      const deeds = new Set<string>();
      for (const one of list) {
        happen(state, deeds, one);
        const go = state.decisions.filter(({ verdict }) => verdict && mayGoOn(verdict)).map(({ id }) => id);
        const ran = (id: string) => state.phases.some((of) => of.id === id && of.attempt > 0);
        const needed = go.flatMap((id) => (id === 'first' ? ['a', 'b'] : IDS)).filter(ran);
        const missing = needed.filter((id) => !deeds.has(id));
        if (missing.length > 0) throw new Error(`after ${JSON.stringify(one)} ${go.join()} rest on ${missing.join()}`);
      }
    }),
    { seed: SEED, numRuns: 10_000 },
  );
}, 120_000);
