import { CHOICES, type MessageName, type Messages } from './message.js';

/** Fields of each message: required (`!`) or optional text. Plain code, since it runs inside the workflow. */
const FIELDS: Record<MessageName, Record<string, '!' | '?'>> = {
  approve: { approval: '!', role: '!', by: '!', reason: '?' },
  reject: { approval: '!', role: '!', by: '!', reason: '!' },
  tick: { item: '!', role: '!', by: '!', note: '?' },
  choose: { choice: '!', role: '!', by: '!', reason: '?', step: '?', rollback: '?' },
  waive: { gate: '!', role: '!', by: '!', reason: '!', until: '!' },
  abort: { by: '!', reason: '!' },
};

/** Longest text field of a message, in UTF-16 units. */
export const MESSAGE_TEXT_LIMIT = 2_000;

export type Parsed<T> = { ok: true; message: T } | { ok: false; problem: string };

/**
 * Reads one message from outside. Unknown fields are refused, so that a misspelt one is not lost silently;
 * control characters are refused, since the text is printed on terminals and pages.
 */
export function parseMessage<N extends MessageName>(name: N, raw: unknown): Parsed<Messages[N]> {
  if (raw === null || typeof raw !== 'object' || Array.isArray(raw)) {
    return { ok: false, problem: `'${name}' takes one JSON object, e.g. ${exampleOf(name)}.` };
  }
  const fields = FIELDS[name];
  const given = raw as Record<string, unknown>;
  const unknown = Object.keys(given).find((key) => !Object.hasOwn(fields, key));
  if (unknown !== undefined) {
    return { ok: false, problem: `'${name}' has no field '${unknown.slice(0, 60)}'. It takes ${exampleOf(name)}.` };
  }
  for (const [field, need] of Object.entries(fields)) {
    const value = given[field];
    if (value === undefined && need === '?') continue;
    if (typeof value !== 'string' || (need === '!' && value.trim() === '')) {
      return { ok: false, problem: `'${name}' needs the text '${field}'. It takes ${exampleOf(name)}.` };
    }
    if (value.length > MESSAGE_TEXT_LIMIT)
      return { ok: false, problem: `'${field}' is longer than ${MESSAGE_TEXT_LIMIT} characters.` };
    if (/[\p{Cc}\p{Cf}]/u.test(value)) return { ok: false, problem: `'${field}' holds control characters.` };
  }
  if (name === 'choose' && !CHOICES.some((choice) => choice === given.choice)) {
    return { ok: false, problem: `'choice' is one of: ${CHOICES.join(', ')}.` };
  }
  return { ok: true, message: given as unknown as Messages[N] };
}

function exampleOf(name: MessageName): string {
  return `{${Object.entries(FIELDS[name])
    .map(([field, need]) => `"${field}${need === '?' ? '?' : ''}":"…"`)
    .join(',')}}`;
}
