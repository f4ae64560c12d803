import { expect, test } from '@jest/globals';
import { tripOf } from '../../../model/judge/guard.js';

const guard = (trips: string) => [{ id: 'many', title: 'Many errors', trips }];

test('a guard that holds says with which numbers; the first of several counts', () => {
  expect(tripOf(guard('it.part > 3'), { part: 3 })).toBeUndefined();
  expect(tripOf([...guard('it.part > 3'), { id: 'b', title: 'B', trips: 'true' }], { part: 4, whole: 9 })).toEqual({
    code: 'GUARD_TRIPPED',
    message: 'Guard "Many errors" tripped: it.part > 3 holds with part = 4.',
    facts: { guard: 'many', part: 4 },
  });
});

test('one that cannot be computed stops as well', () => {
  expect(tripOf(guard('it.nothing > 3'), {})).toMatchObject({
    code: 'EXPRESSION_FAILED',
    message: expect.stringContaining('Guard "Many errors" could not be computed'),
  });
});
