import { describe, expect, test } from '@jest/globals';
import { oneSentence, readFailure } from '../../model/failure.js';

describe('a cause', () => {
  const log = 'it failed\nFATAL: password refused\n  at line 3';
  test.each([
    ['of one sentence stays as it is', 'The disk is full.', { message: 'The disk is full.' }],
    ['with a log behind it keeps its first line', log, { message: 'it failed', said: log }],
    ['with Windows line ends too', 'a\r\nb', { message: 'a', said: 'a\r\nb' }],
    ['with a line end only is one line', ' a \n', { message: 'a' }],
  ])('%s', (_, text, wanted) => {
    expect(oneSentence(text)).toEqual(wanted);
  });

  test('of a thousand characters is cut at a whole one, and nothing is lost', () => {
    const long = '😀'.repeat(1000);
    const { message, said } = oneSentence(long);
    expect([...message]).toHaveLength(300);
    expect(message).toMatch(/^(?:😀)+…$/u);
    expect(said).toBe(long);
  });
});

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
      'with a log that an older worker pasted',
      { type: 'COMMAND_FAILED', message: 'x', detail: { code: 'COMMAND_FAILED', message: 'a failed: 1\n2\n3' } },
      { code: 'COMMAND_FAILED', message: 'a failed: 1', said: 'a failed: 1\n2\n3' },
    ],
    [
      'of a worker without hands for the kind',
      { type: 'NotFoundError', message: 'Activity function x.y is not registered on this Worker' },
      {
        code: 'TOOL_MISSING',
        message: 'The worker does not know this kind of step.',
        hint: expect.stringContaining('golive up'),
      },
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
