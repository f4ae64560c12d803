import { isReadable, readable } from '../text/readable.js';
import type { Field } from './field.js';
import { MESSAGES, type MessageName, type Messages, SIGNED_FIELDS } from './message.js';

/** Longest text field of a message, in UTF-16 units. */
export const MESSAGE_TEXT_LIMIT = 2_000;
/** Longest statement or signature. */
const SIGNED_TEXT_LIMIT = 8_192;

export type Parsed<T> = { ok: true; message: T } | { ok: false; problem: string };

/**
 * Reads one message from outside. Unknown fields are refused, so that a misspelt one is not lost silently;
 * control characters and half characters are refused, since the text is printed on terminals and pages. Plain code, since it runs inside
 * the workflow.
 */
export function parseMessage<N extends MessageName>(name: N, raw: unknown): Parsed<Messages[N]> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return { ok: false, problem: `'${name}' takes one JSON object, e.g. ${exampleOf(name)}.` };
  }
  const { fields } = MESSAGES[name];
  const given = raw as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) {
    return { ok: false, problem: `'${name}' has no field '${readable(unknown, 60)}'. It takes ${exampleOf(name)}.` };
  }
  for (const [field, { needed }] of Object.entries(fields)) {
    const value = given[field];
    if (value === undefined && !needed) continue;
    if (typeof value !== 'string' || (needed && value.trim() === '')) {
      return { ok: false, problem: `'${name}' needs the text '${field}'. It takes ${exampleOf(name)}.` };
    }
    const limit = Object.hasOwn(SIGNED_FIELDS, field) ? SIGNED_TEXT_LIMIT : MESSAGE_TEXT_LIMIT;
    if (value.length > limit) return { ok: false, problem: `'${field}' is longer than ${limit} characters.` };
    if (!isReadable(value)) return { ok: false, problem: `'${field}' holds control characters or half characters.` };
  }
  const problem = Object.entries(fields)
    .map(([field, rule]) => valueProblem(field, rule, given[field]))
    .find((one) => one !== undefined);
  return problem === undefined ? { ok: true, message: given as unknown as Messages[N] } : { ok: false, problem };
}

/** Why a text is none of those that the field may be. */
function valueProblem(field: string, { needed, values }: Field, value: unknown): string | undefined {
  if (values === undefined || value === undefined || values.some((one) => one === value)) return undefined;
  return needed
    ? `'${field}' is one of: ${values.join(', ')}.`
    : `'${field}' is '${values.join("' or '")}' or left out.`;
}

function exampleOf(name: MessageName): string {
  return `{${Object.entries(MESSAGES[name].fields)
    .filter(([field]) => !Object.hasOwn(SIGNED_FIELDS, field))
    .map(([field, { needed }]) => `"${field}${needed ? '' : '?'}":"…"`)
    .join(',')}}`;
}
