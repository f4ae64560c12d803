import { z } from 'zod';
import { DURATION_PATTERN, parseDuration } from '../../model/duration.js';
import { patternProblem, patternSentence } from '../../model/text/pattern.js';

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

/** A regular expression of at most so many characters; one with an expression in it is checked when it is known. */
export const regularExpression = (most: number) =>
  z
    .string()
    .max(most)
    .superRefine((source, context) => {
      const problem = source.includes('${{') ? undefined : patternProblem(source);
      if (!problem) return;
      const { offset, length } = problem;
      const message = `this is no pattern: ${patternSentence(problem)}`;
      context.addIssue({ code: 'custom', message, params: { offset, length } });
    });
