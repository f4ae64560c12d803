import { z } from 'zod';
import { jsonPathProblem } from '../shared/json-path-query.js';

/** A JSONPath query; one with an expression in it is checked when it is known. */
export const jsonPath = z
  .string()
  .max(500)
  .superRefine((text, context) => {
    const problem = text.includes('${{') ? undefined : jsonPathProblem(text);
    if (problem !== undefined)
      context.addIssue({ code: 'custom', message: `must be a JSONPath, for example $.status: ${problem}` });
  })
  .describe('JSONPath (RFC 9535), e.g. $.checks.postgres.ok');
