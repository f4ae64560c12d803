import { expect, test } from '@jest/globals';
import { Secrets } from '../../../activities/deed/capabilities.js';
import { jsonIn } from '../../../kinds/shared/json.js';
import { keptText } from '../../../kinds/shared/kept.js';

/** A text as it is kept by whom has read these secrets. */
function kept(text: string, ...read: string[]): Promise<string> {
  const secrets = new Secrets();
  for (const secret of read) secrets.add(secret);
  return keptText(text, secrets);
}

test.each<[what: string, text: string, secret: string, as: string]>([
  ['a text', 'says canary', 'canary', 'says [redacted]'],
  ['a value', '{ "a": "canary" }', 'canary', '{"a":"[redacted]"}'],
  ['a name', '{"canary":[{"canary":1}]}', 'canary', '{"[redacted]":[{"[redacted]":1}]}'],
  ['a number that is one', '{"n":2000,"m":20001}', '2000', '{"n":"[redacted]","m":20001}'],
  ['a number in another spelling', '{"n":2e3}', '2000', '{"n":"[redacted]"}'],
  [
    'a number that a double does not hold',
    '{"id":12345678901234567890}',
    '12345678901234567890',
    '{"id":"[redacted]"}',
  ],
  [
    'such a number beside it',
    '{"id":12345678901234567890,"a":"canary"}',
    'canary',
    '{"id":"12345678901234567890","a":"[redacted]"}',
  ],
  ['a word of JSON', '{"ok":true,"is":null}', 'true', '{"ok":true,"is":null}'],
  ['an escape', String.raw`{"a":"\u0063anary"}`, 'canary', '{"a":"[redacted]"}'],
  ['an escaped one that is replaced', String.raw`{"a":"\u0063anary","a":1}`, 'canary', '{"a":1}'],
  ['an escaped stroke', String.raw`{"a":"of\/canary"}`, 'of/canary', '{"a":"[redacted]"}'],
  ['JSON that is torn', '{"a":"canary', 'canary', '{"a":"[redacted]'],
])('%s', async (_, text, secret, as) => {
  expect(await kept(text, secret)).toBe(as);
});

test.each(['{ "n": 1.50, "big": 12345678901234567890 }', String.raw`{"a":"\u00fc"}`, 'no JSON', ''])(
  '%s stays as it is where nothing was read',
  async (text) => {
    expect(await kept(text)).toBe(text);
  },
);

test('what stands in none is kept to the letter', async () => {
  expect(await kept('{ "n": 1.50 }', 'canary')).toBe('{ "n": 1.50 }');
  expect(jsonIn('')).toBeUndefined();
});
