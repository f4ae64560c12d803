import { describe, expect, test } from '@jest/globals';
import { retryAfterMs } from '../../../activities/step/retry-after.js';

/** Ten: longer is not told. */
const YEARS = 3650 * 86_400_000;

describe('Retry-After', () => {
  const now = new Date('2026-11-26T10:00:00Z');
  test.each<[Record<string, string>, number | undefined]>([
    [{}, undefined],
    [{ 'retry-after': '6' }, 6000],
    [{ 'retry-after': ' 0 ' }, undefined],
    [{ 'retry-after': '0.000' }, undefined],
    [{ 'retry-after': '9999999999' }, YEARS],
    [{ 'retry-after': '9'.repeat(400) }, YEARS],
    [{ 'retry-after': 'Fri, 31 Dec 9999 23:59:59 GMT' }, YEARS],
    [{ 'retry-after': '1.5' }, 1500],
    [{ 'retry-after': '-6' }, undefined],
    [{ 'retry-after': 'soon' }, undefined],
    [{ 'retry-after': '2026' }, 2_026_000],
    [{ 'retry-after': 'Thu, 26 Nov 2026 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Thursday, 26-Nov-26 10:00:30 GMT' }, 30_000],
    [{ 'retry-after': 'Thu, 26 Nov 2026 09:00:00 GMT' }, undefined],
    [{ 'retry-after': 'Thu, 26 Nov 2026 11:00:20 GMT', date: 'Thu, 26 Nov 2026 11:00:00 GMT' }, 20_000],
    [{ 'retry-after': 'Thu, 99 Nov 2026' }, undefined],
  ])('%j', (headers, ms) => expect(retryAfterMs(headers, now)).toBe(ms));
});
