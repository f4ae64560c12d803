import { expect, test } from '@jest/globals';
import { anytime } from '../../../model/expression/anytime.js';
import { wilson } from '../../../model/expression/statistics.js';
import { boundName, statisticOf } from '../../../model/judge/share.js';

const of = { successes: 17, n: 20 };

test.each([
  [wilson(17, 20).lower, 'wilsonLower', 'Wilson 95 % lower'],
  [anytime(17, 20).lower, 'anytimeLower', 'lower for any number of looks'],
  [17 / 20, 'ratio', undefined],
  [0.5, undefined, undefined],
])('%d of 17 in 20 is %s', (value, statistic, name) => {
  const found = statisticOf(value, of);
  expect([found, boundName(found)]).toEqual([statistic, name]);
});

test('without a sample it is nothing', () => expect(statisticOf(0.85, { n: 20 })).toBeUndefined());
