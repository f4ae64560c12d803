import { expect, test } from '@jest/globals';
import { certificateOf } from '../../../model/judge/certificate.js';
import type { CertificatePlan } from '../../../model/plan/certificate-plan.js';
import type { GoLiveState, PhaseState, StepRecord } from '../../../model/state/state.js';
import { at, gate, goLive, phase, step } from '../../kits/cli-state.js';

const PLAN: CertificatePlan = {
  name: 'PROD-HARDENING',
  levels: [
    { title: 'SILVER', decision: 'silver', approvedFor: 'staging' },
    { title: 'GOLD', decision: 'gold', approvedFor: 'production' },
  ],
  commit: 'code.state.commit',
  branch: 'code.state.branch',
  gates: [
    { id: 'G1', title: 'Coverage', by: ['tests.overall', 'tests.critical'], ready: ['dry.tests'], mendMs: 7_200_000 },
    { id: 'G2', title: 'Latency', by: ['load.p99'], ready: ['dry.load'] },
  ],
  risks: [],
  handOver: [],
};

const COMMIT = 'c0ffee00'.repeat(5);
const HALF_HOUR = 1_800_000;

interface Parts {
  code?: Partial<PhaseState>;
  dry?: Partial<PhaseState>;
  tests?: Partial<PhaseState>;
  load?: Partial<PhaseState>;
  state?: Partial<GoLiveState>;
  verdicts?: [silver: 'go' | 'no-go' | 'waived' | undefined, gold: 'go' | 'no-go' | 'waived' | undefined];
}

/** All of it executed and good, but for what is given. */
function ended({ code, dry, tests, load, state, verdicts = ['go', 'go'] }: Parts = {}): GoLiveState {
  const passed = { status: 'passed' as const, verdict: 'go' as const };
  const read = step('state', 'done', { outputs: { commit: COMMIT, branch: 'main' } });
  const decision = (id: string, title: string, verdict: (typeof verdicts)[number]) => ({
    id,
    title,
    sentence: 'It says so.',
    ...(verdict ? { verdict } : {}),
  });
  return goLive({
    phases: [
      phase(0, 'code', { ...passed, steps: [read], ...code }),
      phase(1, 'dry', { ...passed, gates: [gate('tests', 'go'), gate('load', 'go')], ...dry }),
      phase(2, 'tests', { ...passed, gates: [gate('overall', 'go'), gate('critical', 'go')], ...tests }),
      phase(3, 'load', { ...passed, gates: [gate('p99', 'go')], ...load }),
    ],
    decisions: [decision('silver', 'Silver', verdicts[0]), decision('gold', 'Gold', verdicts[1])],
    mode: 'live',
    timeScale: 1,
    ...state,
  });
}

const skipped = { status: 'skipped' as const, gates: [], sentence: 'Left out.' };

test('everything executed and green is the last level, of the commit', () => {
  const certificate = certificateOf(ended(), PLAN);
  expect(certificate).toMatchObject({ level: 'GOLD', commit: COMMIT, branch: 'main' });
  expect(certificate.counts).toEqual({ pass: 2, ready: 0, fail: 0, 'not-run': 0 });
  expect(certificate.levels.map(({ holds, why }) => [holds, why])).toEqual([
    [true, []],
    [true, []],
  ]);
});

test('a rehearsal never has the plain level', () => {
  const rehearsed = ended({ state: { mode: 'rehearse', timeScale: 30 } });
  expect(certificateOf(rehearsed, PLAN).level).toBe('GOLD (rehearsal ×30, not a certificate)');
});

test('what was not executed and is ready keeps from gold, and not from silver', () => {
  const certificate = certificateOf(ended({ load: skipped, verdicts: ['go', 'no-go'] }), PLAN);
  expect(certificate).toMatchObject({ level: 'SILVER', counts: { pass: 1, ready: 1 } });
  expect(certificate.gates[1]).toMatchObject({
    standing: 'ready',
    toGoMs: HALF_HOUR,
    why: 'load was not judged: Left out.',
  });
});

test.each<[string, Parts, string, string, RegExp]>([
  [
    'a gate that was not executed, though its decision is GO',
    { load: skipped },
    'SILVER',
    'ready',
    /load was not judged/,
  ],
  [
    'one without a dry run',
    { load: skipped, dry: { gates: [gate('tests', 'go')] } },
    'none',
    'not-run',
    /load was not judged/,
  ],
  [
    'one whose dry run failed',
    { load: skipped, dry: { gates: [gate('tests', 'go'), gate('load', 'no-go')] } },
    'none',
    'not-run',
    /load was not judged/,
  ],
  [
    'one whose dry run was taken back',
    { load: skipped, dry: { takenBackBy: 'R1', gates: [gate('load', 'go')] } },
    'none',
    'not-run',
    /load was not judged/,
  ],
  [
    'one that failed, though its decision is GO',
    { load: { gates: [gate('p99', 'no-go')] } },
    'none',
    'fail',
    /p99 0\.90/,
  ],
  [
    'one that was let pass by a waiver',
    { load: { gates: [gate('p99', 'waived')] } },
    'none',
    'fail',
    /a waiver, which certifies nothing/,
  ],
  [
    'one without a value, which was tried',
    { load: { status: 'failed', gates: [gate('p99', 'inconclusive')] } },
    'none',
    'not-run',
    /p99 0\.90/,
  ],
  [
    'one whose step failed',
    { load: { status: 'failed', gates: [], sentence: 'The load is void.' } },
    'none',
    'not-run',
    /The load is void/,
  ],
  ['one that was taken back', { load: { takenBackBy: 'R1' } }, 'none', 'not-run', /taken back by R1/],
])('%s', (_name, parts, level, standing, why) => {
  const certificate = certificateOf(ended(parts), PLAN);
  expect(certificate.level).toBe(level);
  expect(certificate.gates[1]?.standing).toBe(standing);
  expect(certificate.gates[1]?.why).toMatch(why);
  expect(certificate.levels.at(-1)?.why.join(' ')).toMatch(/G2 Latency/);
});

test.each<[string, Parts, string, RegExp]>([
  ['its decision is not GO', { verdicts: ['go', 'no-go'] }, 'SILVER', /“Gold” is NO-GO: It says so/],
  ['its decision was not taken', { verdicts: ['go', undefined] }, 'SILVER', /“Gold” is NOT TAKEN/],
  ['its decision is waived', { verdicts: ['go', 'waived'] }, 'SILVER', /“Gold” is WAIVED/],
  ['the level below does not hold', { verdicts: ['no-go', 'go'] }, 'none', /SILVER does not hold/],
  ['no step read the commit', { code: { steps: [] } }, 'none', /No step read the commit/],
  [
    'the step that read the commit failed',
    { code: { steps: [step('state', 'failed')] } },
    'none',
    /No step read the commit/,
  ],
  [
    'the folder has no commit',
    { code: { steps: [step('state', 'done', { outputs: { commit: 'none' } })] } },
    'none',
    /No step read the commit/,
  ],
  ['it was aborted', { state: { aborted: { by: 'Ada', reason: 'Enough', at: at(5) } } }, 'none', /It was aborted/],
])('gates alone are no gold where %s', (_name, parts, level, why) => {
  const certificate = certificateOf(ended(parts), PLAN);
  expect(certificate.counts.pass).toBe(2);
  expect(certificate.level).toBe(level);
  expect(certificate.levels.at(-1)?.why.join(' ')).toMatch(why);
});

test('a gate of several fails by the worst, and its time is to mend and to run again', () => {
  const certificate = certificateOf(
    ended({ tests: { gates: [gate('overall', 'go'), gate('critical', 'no-go')] } }),
    PLAN,
  );
  expect(certificate.gates[0]).toMatchObject({ standing: 'fail', toGoMs: HALF_HOUR + 7_200_000 });
  expect(certificate.gates[0]?.why).not.toMatch(/overall/);
  // What is mended is another commit, of which all four phases are executed.
  expect(certificate.toGoMs).toBe(4 * HALF_HOUR + 7_200_000);
});

test('a phase that two gates wait for is executed once', () => {
  const two: CertificatePlan = {
    ...PLAN,
    gates: [...PLAN.gates, { id: 'G3', title: 'Errors', by: ['load.errors'], ready: [] }],
  };
  const certificate = certificateOf(ended({ load: skipped }), two);
  expect(certificate.gates.map(({ toGoMs }) => toGoMs)).toEqual([undefined, HALF_HOUR, HALF_HOUR]);
  // With the phase that reads the commit.
  expect(certificate.toGoMs).toBe(2 * HALF_HOUR);
});

test('a value that is not there is told with what its step failed of', () => {
  const failure: NonNullable<StepRecord['failure']> = { code: 'CHECK_FAILED', message: 'The load is void.' };
  const spike = { ...step('p-3', 'failed'), failure };
  const other = { ...step('p-4', 'failed'), failure: { ...failure, message: 'Another.' } };
  const missing = gate('p99', 'inconclusive', { sentence: 'No value for steps.p_3.p99; needs ≤ 1.' });
  const certificate = certificateOf(
    ended({ load: { status: 'failed', steps: [spike, other], gates: [missing] } }),
    PLAN,
  );
  expect(certificate.gates[1]?.why).toBe('No value for steps.p_3.p99; needs ≤ 1. Step p-3: The load is void.');
});

test('a gate that is ready shows its dry runs, and no other one does', () => {
  const { gates } = certificateOf(ended({ load: skipped }), PLAN);
  expect(gates.map(({ dryRuns }) => dryRuns?.map(({ gate: of, verdict }) => [of, verdict]))).toEqual([
    undefined,
    [['dry.load', 'go']],
  ]);
});

const EARLIER = {
  bundles: [],
  phases: [{ id: 'load', goLive: 'shop/c0', digest: '', endedAt: '', gates: [gate('p99', 'go')] }],
};

test('a phase of an earlier go-live counts where this one left it out, and says of which it is', () => {
  const certificate = certificateOf(ended({ load: skipped }), PLAN, EARLIER);
  expect(certificate).toMatchObject({ level: 'GOLD', counts: { pass: 2 }, toGoMs: 0 });
  expect(certificate.gates[1]?.readings).toMatchObject([{ verdict: 'go', from: 'shop/c0' }]);
});

test.each<[string, string, Parts]>([
  ['was executed here and failed', 'none', { load: { gates: [gate('p99', 'no-go')] } }],
  ['did not come to its gates here', 'none', { load: { status: 'failed', gates: [] } }],
  [
    'was declared not required',
    'SILVER',
    { load: { ...skipped, omitted: { by: 'A', role: 'r', reason: 'x', at: at(1) } } },
  ],
])('it does not count where the phase %s', (_name, level, parts) => {
  expect(certificateOf(ended(parts), PLAN, EARLIER).level).toBe(level);
});
