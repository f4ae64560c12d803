import { expect, test } from '@jest/globals';
import { stepKinds } from '../../../../kinds/catalog.js';
import { planSchedule, scheduledRunbook, VALID_MS } from '../../../../model/schema/plan/plan-schedule.js';
import { loadRunbook } from '../../../../model/schema/load.js';
import { plan } from '../../../kits/plans.js';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const STEPS = 'steps: [{ id: rest, uses: wait, with: { for: 1s } }]';
const { runbook } = loadRunbook(
  `schema: 1
id: shop
title: Shop
roles: { sre: SRE }
phases:
  - { id: one, ${STEPS} }
  - { id: two, approval: { role: sre, question: Now? }, ${STEPS} }
decisions: [{ id: go, title: GO, requires: [one, two] }]
schedules:
  - { id: nightly, phases: [one], cron: "0 3 * * *" }
  - { id: look, preflight: true, every: 24h }
`,
  'shop.yaml',
  stepKinds,
);
const [nightly, look] = runbook?.schedules ?? [];
if (!runbook || !nightly || !look) throw new Error('The runbook is not in order.');

test.each([
  ['that runs phases takes these alone, with a decision of its own', nightly, ['one'], ['scheduled-nightly']],
  ['that looks only takes all of the runbook, also what asks people', look, ['one', 'two'], ['go']],
])('a schedule %s', (_name, schedule, phases, decisions) => {
  const made = scheduledRunbook(runbook, schedule);
  expect([made.phases.map(({ id }) => id), made.decisions?.map(({ id }) => id), made.schedules]).toEqual([
    phases,
    decisions,
    [],
  ]);
});

test.each([
  ['a schedule of phases', nightly, { id: 'nightly', times: { cron: '0 3 * * *', timezone: 'UTC' } }],
  ['one that looks only', look, { id: 'look', times: { everyMs: 86_400_000, timezone: 'UTC' }, preflight: true }],
])('what is signed of %s says what it may', (_name, schedule, right) => {
  const signing = { level: 'signed' as const, signers: '', principals: {} };
  const made = planSchedule(schedule, plan([], { signing }), NOW);
  const endsAt = new Date(NOW + VALID_MS).toISOString();
  expect(made.plan.schedule).toEqual({ ...right, catchUpMs: 60_000, blackouts: [], endsAt });
});

test('an input settles when it runs', () => {
  const inputs = { when: '30 * * * *' };
  const made = planSchedule({ ...nightly, cron: '${{ inputs.when }}' }, plan([], { inputs }), NOW);
  expect([made.times, made.plan.schedule?.times]).toEqual([1, 2].map(() => ({ cron: '30 * * * *', timezone: 'UTC' })));
});

test.each([
  ['1s', 10_000],
  ['5m', 300_000],
  ['2h', 600_000],
])('a catch-up of %s is %i ms, as far as Temporal and people go along', (catchUp, ms) => {
  expect(planSchedule({ ...nightly, catchUp }, plan([]), NOW)).toMatchObject({ catchUpMs: ms, pauseOnFailure: false });
});
