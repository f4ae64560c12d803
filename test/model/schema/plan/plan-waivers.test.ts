import { expect, test } from '@jest/globals';
import { planWaivers } from '../../../../model/schema/plan/plan-waivers.js';

const ms = (span: string | undefined, otherwise: number): number => (span === '8h' ? 28_800_000 : otherwise);

test('a runbook that does not say who may waive lets nobody', () => {
  expect(planWaivers({}, ms)).toEqual({ by: [], atMostMs: 0, distinct: false });
});

test('one role or several, for the time that is said', () => {
  const rule = { by: ['cto'], atMostMs: 28_800_000, distinct: false };
  expect(planWaivers({ waivers: { by: 'cto', atMost: '8h' } }, ms)).toEqual(rule);
  expect(planWaivers({ waivers: { by: ['cto', 'sre'], atMost: '8h', distinct: true } }, ms)).toEqual({
    by: ['cto', 'sre'],
    atMostMs: 28_800_000,
    distinct: true,
  });
});
