import { expect, test } from '@jest/globals';
import {
  blackoutAt,
  changeOf,
  SCHEDULED,
  scheduledTarget,
  scheduleId,
  withChange,
} from '../../../model/plan/schedule.js';
import { plan } from '../../kits/plans.js';

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
