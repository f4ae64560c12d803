import { expect, test } from '@jest/globals';
import type { ScheduleRight } from '../../../model/plan/calendar.js';
import { addressText, readAddress } from '../../../model/plan/address.js';
import {
  blackoutAt,
  changeOf,
  dueOf,
  dueProblem,
  overrideProblem,
  SCHEDULED,
  scheduledTarget,
  scheduleId,
  unattendedProblem,
  withChange,
} from '../../../model/plan/schedule.js';
import { approval, phase, plan } from '../../kits/plans.js';

test('a schedule has its name in Temporal, and its runs a target of their own', () => {
  expect([scheduleId('shop', 'nightly'), scheduledTarget('shop', 'nightly')]).toEqual([
    'golive.shop.nightly',
    'shop.nightly',
  ]);
});

test('the change of a run is when it is due', () => {
  expect(changeOf(new Date('2026-11-21T03:15:00.250Z'))).toBe('20261121T031500Z');
});

test('with another change, only what is named after it differs, and the template comes back', () => {
  const template = plan([], {
    goLiveId: 'shop/scheduled',
    change: SCHEDULED,
    target: { id: 'shop', variables: {} },
    evidence: { directory: '/srv/evidence/shop/scheduled', signoff: 'SIGNOFF.md', include: [] },
  });
  const run = withChange(template, '20261121T031500Z');
  expect(run).toEqual({
    ...template,
    change: '20261121T031500Z',
    goLiveId: 'shop/20261121T031500Z',
    evidence: { ...template.evidence, directory: '/srv/evidence/shop/20261121T031500Z' },
  });
  expect(withChange(run, SCHEDULED)).toEqual(template);
});

const HOLIDAYS = { from: '2026-12-24T00:00:00Z', to: '2026-12-27T00:00:00Z', why: 'Holidays' };
test.each([
  ['2026-12-23T23:59:59Z', undefined],
  ['2026-12-24T00:00:00Z', HOLIDAYS],
  ['2026-12-26T23:59:59Z', HOLIDAYS],
  ['2026-12-27T00:00:00Z', undefined],
])('a blackout counts from its beginning and no more at its end: %s', (time, found) => {
  expect(blackoutAt([HOLIDAYS], new Date(time))).toEqual(found);
});

test.each([
  ['20261121T031500Z', '2026-11-21T03:15:00.000Z'],
  ['20261131T031500Z', undefined],
  ['20261121T251500Z', undefined],
  ['now', undefined],
  ['20261121T031500Z\n', undefined],
])('a change %j names when its run is due, or nothing', (change, due) => {
  expect(dueOf(change)?.toISOString()).toBe(due);
});

const RIGHT: ScheduleRight & { endsAt: string } = {
  id: 'nightly',
  times: { cron: '0 3 * * *', timezone: 'UTC' },
  catchUpMs: 60_000,
  blackouts: [HOLIDAYS],
  endsAt: '2027-02-01T00:00:00Z',
};
const NIGHT = '20261121T030000Z';
test.each<[string, { [K in keyof ScheduleRight]?: ScheduleRight[K] | undefined }, string, string, RegExp | undefined]>([
  ['in time', {}, NIGHT, '2026-11-21T03:00:01Z', undefined],
  ['late, within what may be caught up', {}, NIGHT, '2026-11-21T03:01:59Z', undefined],
  ['too late', {}, NIGHT, '2026-11-21T03:02:01Z', /too late/],
  ['before it is due', {}, NIGHT, '2026-11-21T02:59:50Z', /not due yet/],
  ['at a time that is none of its own', {}, '20261121T040000Z', '2026-11-21T04:00:00Z', /no run of 'nightly' is due/],
  ['in a blackout', {}, '20261225T030000Z', '2026-12-25T03:00:00Z', /blackout until .* \(Holidays\)/],
  ['after its end', { endsAt: '2026-11-21T03:00:00Z' }, NIGHT, '2026-11-21T03:00:00Z', /ended at/],
  ['with an end that is no time', { endsAt: 'never' }, NIGHT, '2026-11-21T03:00:00Z', /ended at/],
  ['without an end', { endsAt: undefined }, NIGHT, '2026-11-21T03:00:00Z', /apply it anew/],
  ['without blackouts', { blackouts: undefined }, NIGHT, '2026-11-21T03:00:00Z', /apply it anew/],
  ['without a calendar', { times: undefined }, NIGHT, '2026-11-21T03:00:00Z', /apply it anew/],
])('the right of a signed schedule %s', (_name, more, change, began, why) => {
  const given = Object.fromEntries(Object.entries({ ...RIGHT, ...more }).filter(([, value]) => value !== undefined));
  const problem = dueProblem({ ...given, id: RIGHT.id }, change, new Date(began));
  if (why === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(why);
});

test('in a blackout a person gives the reason', () => {
  const made = { ...plan([], { change: '20261225T030000Z' }), schedule: RIGHT };
  expect(overrideProblem(made, undefined)).toMatch(/nobody overrides it/);
  expect(overrideProblem(made, ' ')).toMatch(/nobody overrides it/);
  expect(overrideProblem(made, 'drill')).toBeUndefined();
  expect(overrideProblem({ ...made, change: NIGHT }, undefined)).toBeUndefined();
});

test('a plan whose schedule looks only is no go-live, though it asks nobody', () => {
  expect(unattendedProblem({ ...plan([]), schedule: RIGHT })).toBeUndefined();
  expect(unattendedProblem({ ...plan([]), schedule: { ...RIGHT, preflight: true } })).toMatch(/begin nothing/);
});

test.each([
  ['a question', { approvals: [approval('p')] }, /'p'/],
  ['a checklist', { checklist: [{ id: addressText(readAddress('p.x')), text: 'x', role: 'sre' }] }, /'p.x'/],
  ['a rule alone', { approvals: [approval('p', { auto: { rule: 'true', reads: [] } })] }, undefined],
])('a plan that comes from a schedule with %s', (_name, more, why) => {
  const problem = unattendedProblem(plan([phase('p', [], more)]));
  if (why === undefined) expect(problem).toBeUndefined();
  else expect(problem).toMatch(why);
});
