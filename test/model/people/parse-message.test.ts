import { expect, test } from '@jest/globals';
import { MESSAGE_TEXT_LIMIT, parseMessage } from '../../../model/people/parse-message.js';

const good = { approval: 'full', role: 'cto', by: 'Ada' };
test.each<[string, unknown, RegExp | true]>([
  ['good', good, true],
  ['no object', 'full', /one JSON object/],
  ['a list', [good], /one JSON object/],
  ['nothing', undefined, /one JSON object/],
  ['a field too few', { role: 'cto', by: 'Ada' }, /needs the text 'approval'/],
  ['a field too many', { ...good, rol: 'x' }, /no field 'rol'/],
  ['a number for a text', { ...good, by: 7 }, /needs the text 'by'/],
  ['too long', { ...good, reason: 'x'.repeat(MESSAGE_TEXT_LIMIT + 1) }, /longer/],
  ['terminal escapes', { ...good, reason: '\u001b[31mred' }, /control/],
  ['a bidi override', { ...good, by: 'Ada\u202e' }, /control/],
  ['a prototype key', JSON.parse('{"__proto__":{"approval":"full"},"role":"cto","by":"Ada"}'), /no field '__proto__'/],
])('%s', (_name, raw, expected) => {
  const parsed = parseMessage('approve', raw);
  if (expected === true) expect(parsed.ok).toBe(true);
  else expect(parsed).toMatchObject({ ok: false, problem: expect.stringMatching(expected) });
});

test('a choice is one of the known', () => {
  expect(parseMessage('choose', { choice: 'panic', role: 'cto', by: 'Ada' })).toMatchObject({ ok: false });
});
