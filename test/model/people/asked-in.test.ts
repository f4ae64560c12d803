import { expect, test } from '@jest/globals';
import { isAskedIn } from '../../../model/people/asked-in.js';

test('what is asked from the second attempt on is not asked in the first, and in each one after', () => {
  expect([1, 2, 3].map((attempt) => isAskedIn({ fromAttempt: 2 }, attempt))).toEqual([false, true, true]);
  expect(isAskedIn({}, 1)).toBe(true);
});
