import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from '../../model/duration.js';

/** A duration as people write it (`500ms`, `3s`, `1h30m`) or a number of milliseconds; parsed to milliseconds. */
export const duration = z
  .union([
    z
      .number()
      .min(0)
      .max(366 * 86_400_000),
    z.string().max(40).regex(DURATION_PATTERN, 'a duration is written like 500ms, 3s, 2m, 1h30m or 7d'),
  ])
  .transform((value) => (typeof value === 'number' ? value : (parseDuration(value) ?? Number.NaN)))
  .describe('Duration: 500ms, 3s, 2m, 1h30m, 7d, or milliseconds.');
