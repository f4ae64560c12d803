import { CHOICES, type MessageName, type Messages } from './message.js';

/** What a signed message carries besides; a shape of its own that the signature's reader judges. */
const SIGNED = { statement: '?', signature: '?' } as const;

/** Fields of each message: required (`!`) or optional text. Plain code, since it runs inside the workflow. */
const FIELDS: Record<MessageName, Record<string, '!' | '?'>> = {
  approve: { approval: '!', role: '!', by: '!', reason: '?', breakGlass: '?', ...SIGNED },
  reject: { approval: '!', role: '!', by: '!', reason: '!', ...SIGNED },
  tick: { item: '!', role: '!', by: '!', note: '?', ...SIGNED },
  choose: { choice: '!', role: '!', by: '!', reason: '?', step: '?', rollback: '?', ...SIGNED },
  waive: { gate: '!', role: '!', by: '!', reason: '!', until: '!', ...SIGNED },
  abort: { by: '!', reason: '!' },
};

/** Longest text field of a message, in UTF-16 units. */
export const MESSAGE_TEXT_LIMIT = 2_000;
/** Longest statement or signature. */
const SIGNED_TEXT_LIMIT = 8_192;

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
    const limit = Object.hasOwn(SIGNED, field) ? SIGNED_TEXT_LIMIT : MESSAGE_TEXT_LIMIT;
    if (value.length > limit) return { ok: false, problem: `'${field}' is longer than ${limit} characters.` };
    if (/[\p{Cc}\p{Cf}]/u.test(value)) return { ok: false, problem: `'${field}' holds control characters.` };
  }
  if (name === 'choose' && !CHOICES.some((choice) => choice === given.choice)) {
    return { ok: false, problem: `'choice' is one of: ${CHOICES.join(', ')}.` };
  }
  if (name === 'approve' && given.breakGlass !== undefined && given.breakGlass !== 'yes') {
    return { ok: false, problem: `'breakGlass' is 'yes' or left out.` };
  }
  return { ok: true, message: given as unknown as Messages[N] };
}

function exampleOf(name: MessageName): string {
  return `{${Object.entries(FIELDS[name])
    .filter(([field]) => !Object.hasOwn(SIGNED, field))
    .map(([field, need]) => `"${field}${need === '?' ? '?' : ''}":"…"`)
    .join(',')}}`;
}
