import { z } from 'zod';
import { READABLE } from '../../text/readable.js';
import { DURATION_PATTERN } from '../../duration.js';

// The fields that stand in many places of a runbook.

const ID = /^[a-z][a-z0-9-]*$/;
const idHint = 'an id is lower case: letters, digits and -, beginning with a letter';

/** What Windows keeps for devices: no folder of evidence can have it for a name, whatever follows a dot. */
export const DEVICE = /^(con|prn|aux|nul|com[0-9]|lpt[0-9])$/;

export const id = z
  .string()
  .min(1)
  .max(60)
  .regex(ID, idHint)
  .refine(
    (text) => !DEVICE.test(text),
    'Windows keeps this name for a device, and evidence has folders by ids; choose another',
  );
/** `<phase>.<step>`, as in `evidence.include`. */
export const stepAddress = z
  .string()
  .max(121)
  .regex(/^[a-z][a-z0-9-]*\.[a-z][a-z0-9-]*$/, 'a step is named <phase>.<step>');
export const rollbackId = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[A-Za-z][A-Za-z0-9-]*$/, 'letters, digits and -');
export const inputName = z
  .string()
  .min(1)
  .max(60)
  .regex(/^[a-zA-Z][a-zA-Z0-9]*$/, 'letters and digits, beginning with a letter');
export const title = z.string().min(1).max(200).regex(READABLE, 'no control characters');
export const sentence = z.string().min(1).max(1000).regex(READABLE, 'no control characters');
/** A file below the bundle: no folders above it, nothing hidden. */
export const fileName = z
  .string()
  .min(1)
  .max(120)
  .regex(/^[A-Za-z0-9_][A-Za-z0-9_.-]*$/, 'a plain file name');
export const cel = z.string().min(1).max(4000).describe('CEL expression, e.g. steps.run1.accuracy >= 0.7');
export const condition = z.union([cel, z.boolean()]).transform(String).describe('CEL condition.');
const settled = /^\$\{\{\s*inputs\.([a-zA-Z][a-zA-Z0-9]*)\s*\}\}$/;
/** The input that settles a field, where `${{ inputs.x }}` is all that stands there. */
export function settledBy(text: string | undefined): string | undefined {
  return settled.exec(text ?? '')?.[1];
}
export const span = z
  .string()
  .max(120)
  .refine(
    (text) => DURATION_PATTERN.test(text) || settled.test(text),
    'a duration is written like 500ms, 3s, 2m, 1h30m or 7d',
  )
  .describe('Duration: 500ms, 3s, 2m, 1h30m, 7d; or ${{ inputs.x }} of a duration input.');
