import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { Sample } from '../../../kinds/record/sample.js';
import { percentile } from '../../../model/expression/statistics.js';
import { runs } from '../../kits/hostile-bytes.js';

const sampleOf = (values: readonly number[], keeps = true): Sample => {
  const sample = new Sample(keeps);
  for (const value of values) sample.add(value);
  return sample;
};

test('quantiles are those of the whole list, whatever the numbers', () => {
  const number = fc.oneof(fc.double({ noNaN: true, noDefaultInfinity: true }), fc.integer({ min: -5, max: 5 }));
  const list = fc.array(number, { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(list, fc.constantFrom(0, 0.5, 0.95, 0.99, 1), (values, p) => {
      expect(JSON.stringify(sampleOf(values).quantile(p))).toBe(JSON.stringify(percentile(values, p)));
    }),
    runs(2000),
  );
});

test('also of more than are put in order at once', () => {
  const values = Array.from({ length: 200_000 }, (_, index) => Math.sin(index) * 1e6);
  for (const p of [0, 0.01, 0.5, 0.999, 1]) expect(sampleOf(values).quantile(p)).toBe(percentile(values, p));
});

test('sums and ends need none of them', () => {
  const { count, sum, least, most } = sampleOf([2, -1, 5], false);
  expect([count, sum, least, most]).toEqual([3, 6, -1, 5]);
});
