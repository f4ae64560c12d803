import { compile } from 'json-p3';
import { z } from 'zod';

/** Whether a text is a JSONPath query of RFC 9535. */
export function isJsonPath(text: string): boolean {
  try {
    compile(text);
    return true;
  } catch {
    return false;
  }
}

/** A JSONPath query; one with an expression in it is checked when it is known. */
export const jsonPath = z
  .string()
  .max(500)
  .refine((text) => text.includes('${{') || isJsonPath(text), 'must be a JSONPath (RFC 9535), for example $.status')
  .describe('JSONPath (RFC 9535), e.g. $.checks.postgres.ok');
