import { expect, test } from '@jest/globals';
import { impossibleTimes } from '../../../../model/schema/plan/plan-times.js';
import { phase, plan, step } from '../../../kits/plans.js';

const window = { everyMs: 1000, withinMs: 5000, lateMs: 1000, consecutive: 3, green: 'true' };
const messages = (made: Parameters<typeof impossibleTimes>[0]): string[] =>
  impossibleTimes(made).map(({ message }) => message);
const withStep = (more: object): string[] => messages(plan([phase('one', [{ ...step('s'), ...more }])]));

test('what can be done is in order', () => {
  expect(withStep({ window })).toEqual([]);
});

test.each<[string, object, string]>([
  [
    'an interval of nothing',
    { window: { ...window, everyMs: 0 } },
    "`every` of the window of step 'one.s': 0s is too short",
  ],
  [
    'an end before the first sample',
    { window: { ...window, withinMs: 500 } },
    "The window of step 'one.s' is over after 500ms",
  ],
  ['no time', { timeoutMs: 0 }, "`timeout` of step 'one.s': 0s is too short"],
  [
    'no time to look again',
    { until: { everyMs: 0, withinMs: 0, consecutive: 1 } },
    "`within` of step 'one.s': 0s is too short",
  ],
])('%s, as an input may have it, is refused', (_, more, message) => {
  expect(withStep(more)).toEqual([expect.stringContaining(message)]);
});

test('so are a question that nobody could answer in time, and waivers without an end', () => {
  const one = phase('one', [step('s')]);
  one.onFail = { ...one.onFail, ask: { role: 'sre', expiresMs: 0 } };
  const made = { ...plan([one]), waivers: { by: ['sre'], atMostMs: 31 * 86_400_000, distinct: false } };
  expect(messages(made)).toEqual([
    "`expires` of the question of phase 'one': 0s is too short: 1s is the least.",
    '`atMost` of the waivers: 31d is too long: 30d is the most.',
  ]);
});
