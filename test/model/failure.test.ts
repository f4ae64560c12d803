import { describe, expect, test } from '@jest/globals';
import { readFailure } from '../../model/failure.js';

describe('a failure that comes from Temporal', () => {
  test('is the one that the activity sent', () => {
    const detail = { code: 'CHECK_FAILED', message: '503', hint: 'Look.', facts: { status: 503 } };
    expect(readFailure({ type: 'CHECK_FAILED', message: 'cut', detail })).toEqual(detail);
  });

  test.each([
    ['without details', { type: 'TIMED_OUT', message: 'late' }, { code: 'TIMED_OUT', message: 'late' }],
    ['without a type', { message: 'odd' }, { code: 'INTERNAL', message: 'odd' }],
    [
      'of another type',
      { type: 'TypeError', message: 'x is not a function' },
      { code: 'INTERNAL', message: 'TypeError: x is not a function' },
    ],
    [
      'with details that are none',
      { type: 'BAD_INPUT', message: 'm', detail: 'text' },
      { code: 'BAD_INPUT', message: 'm' },
    ],
    [
      'with a code of another version',
      { type: 'NEW', message: 'm', detail: { code: 'NEW', message: 'found', hint: 'Do.' } },
      { code: 'INTERNAL', message: 'NEW: found', hint: 'Do.' },
    ],
  ])('%s', (_, sent, wanted) => {
    expect(readFailure(sent)).toEqual(wanted);
  });
});
