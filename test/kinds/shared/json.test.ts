import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { exactJson } from '../../../kinds/shared/json.js';
import { numberIn } from '../../../kinds/shared/numbers.js';
import { runs } from '../../kits/hostile-bytes.js';

test.each<[string, unknown]>([
  ['{"id":12345678901234567890,"n":1}', { id: '12345678901234567890', n: 1 }],
  ['[1e400,1e-400,0.1,1.10]', ['1e400', '1e-400', 0.1, 1.1]],
  ['{"a":1,"a":2}', { a: 2 }],
  ['{"a":12345678901234567890,"a":2}', { a: 2 }],
  ['{"text":"12345678901234567890"}', { text: '12345678901234567890' }],
  ['-0', -0],
])('%s', (text, value) => {
  expect(exactJson(text)).toEqual(value);
});

test('a member __proto__ is one like others, and reaches no prototype', () => {
  for (const more of ['1', '12345678901234567890']) {
    const value = exactJson(`{"__proto__":{"polluted":true},"n":${more}}`);
    expect(Object.hasOwn(Object(value), '__proto__')).toBe(true);
    expect(Object.getPrototypeOf(value)).toBe(Object.prototype);
    expect('polluted' in Object(value)).toBe(false);
  }
});

test('what is no JSON is refused, and what is nested too deep to be read, too', () => {
  expect(() => exactJson('{"a":')).toThrow(SyntaxError);
  const deep = `${'['.repeat(200_000)}12345678901234567890${']'.repeat(200_000)}`;
  expect(() => exactJson(deep)).toThrow(SyntaxError);
});

test('every number is the one that was written, or its digits', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,18})?([eE][+-]?\d{1,3})?$/);
  const document = fc.array(fc.tuple(fc.constantFrom('a', 'b', '__proto__', 'constructor'), digits), { maxLength: 6 });
  fc.assert(
    fc.property(document, (members) => {
      const value = exactJson(`[${members.map(([name, number]) => `{"${name}":[${number}]}`).join(',')}]`);
      const wanted = members.map(([name, number]) => ({ [name]: [numberIn(number) ?? number] }));
      expect(JSON.stringify(value)).toBe(JSON.stringify(wanted));
    }),
    runs(),
  );
});
