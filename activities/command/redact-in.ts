import type { Json } from '../../model/json.js';
import { REDACTED } from './redact.js';

/** Takes secrets out of a value, however deep: out of texts and names, and numbers that are one. Its shape stays. */
export function redactIn(value: Json, redact: (text: string) => string): Json {
  const [clean = null] = redactedIn([value], redact);
  return clean;
}

/**
 * A look takes as long at one word as at thousands of letters: all texts are looked at together, and those among which a
 * secret stands by halves.
 */
function redactedIn(values: Json[], redact: (text: string) => string): Json[] {
  const texts: string[] = [];
  for (const value of values) collectTexts(value, texts);
  const all = texts.join('\n');
  if (redact(all) === all) return values;
  const [only = null] = values;
  if (values.length === 1) return [redactedOne(only, redact)];
  const middle = Math.floor(values.length / 2);
  return redactedIn(values.slice(0, middle), redact).concat(redactedIn(values.slice(middle), redact));
}

function collectTexts(value: Json, texts: string[]): void {
  if (typeof value === 'string') texts.push(value);
  else if (typeof value === 'number') texts.push(String(value));
  else if (Array.isArray(value)) for (const item of value) collectTexts(item, texts);
  else if (value !== null && typeof value === 'object') {
    for (const [name, item] of Object.entries(value)) {
      texts.push(name);
      collectTexts(item, texts);
    }
  }
}

function redactedOne(value: Json, redact: (text: string) => string): Json {
  if (typeof value === 'string') return redact(value);
  if (typeof value === 'number') return redact(String(value)) === REDACTED ? REDACTED : value;
  if (Array.isArray(value)) return redactedIn(value, redact);
  if (value === null || typeof value !== 'object') return value;
  const items = redactedIn(Object.values(value), redact);
  const members = new Map<string, Json>();
  for (const [at, name] of Object.keys(value).entries()) {
    const shown = redact(name);
    let free = shown;
    for (let again = 2; members.has(free); again += 1) free = `${shown} ${again}`;
    members.set(free, items[at] ?? null);
  }
  return Object.fromEntries(members);
}
