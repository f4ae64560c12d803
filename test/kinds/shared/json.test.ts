import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { DEEPEST, exactJson, jsonElements, jsonIn } from '../../../kinds/shared/json.js';
import { numberIn } from '../../../kinds/shared/numbers.js';
import { runs } from '../../kits/hostile-bytes.js';

test.each<[string, unknown]>([
  ['{"id":12345678901234567890,"n":1}', { id: '12345678901234567890', n: 1 }],
  ['[1e400,1e-400,0.1,1.10]', ['1e400', '1e-400', 0.1, 1.1]],
  ['{"a":[1,{"b":2}],"a":[1,{"b":2}]}', { a: [1, { b: 2 }] }],
  ['0.10000000000000001', 0.1],
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

test.each([
  ['{"a":', 'it ends before its value does'],
  ['', 'it ends before its value does'],
  ['{"a":1,}', 'it is no JSON at character 8'],
  ['[1 2]', 'it is no JSON at character 4'],
  ['"a\nb"', 'it is no JSON at character 1'],
  ['"\\x"', 'it is no JSON at character 1'],
  ['{"level":"error","level":"info"}', 'it has "level" twice, with two values'],
  ['{"a":12345678901234567890,"a":2}', 'it has "a" twice, with two values'],
  ['{"a":{"b":1,"\\u0062":2}}', 'it has "b" twice, with two values'],
  ['{"__proto__":1,"__proto__":2}', 'it has "__proto__" twice, with two values'],
  [`${'['.repeat(DEEPEST + 1)}1`, 'it is nested deeper than 1000'],
  ['['.repeat(200_000), 'it is nested deeper than 1000'],
  ['{"a":'.repeat(200_000), 'it is nested deeper than 1000'],
])('%.40s is refused, with its reason', (text, why) => {
  expect(() => exactJson(text)).toThrow(new SyntaxError(why));
});

test('the last of two values is taken where that is said', () => {
  expect(exactJson('{"a":1,"b":0,"a":2}', 'last')).toEqual({ a: 2, b: 0 });
});

test('what is nested as deep as is read can be walked through', () => {
  const text = '['.repeat(DEEPEST) + ']'.repeat(DEEPEST);
  expect(JSON.stringify(exactJson(text))).toBe(text);
});

test('the elements of an array come one by one, with pauses; a value that is no array at the end', () => {
  const all = (text: string): unknown[] => {
    const steps = jsonElements(text);
    const found: unknown[] = [];
    for (;;) {
      const { done, value } = steps.next();
      if (done) return [...found, { end: value }];
      found.push(value);
    }
  };
  expect(all('[1,[2],{"a":[3]}]')).toEqual([
    { element: 1 },
    { element: [2] },
    { element: { a: [3] } },
    { end: undefined },
  ]);
  expect(all('[]')).toEqual([{ end: undefined }]);
  expect(all('{"a":[1]}')).toEqual([{ end: { a: [1] } }]);
  expect(all(`{"a":[${'1,'.repeat(25_000)}1]}`)).toHaveLength(3);
  expect(() => all('[1,2')).toThrow(SyntaxError);
});

test('it reads what programs read as JSON, and nothing else', () => {
  const part = fc.constantFrom(
    '{',
    '}',
    '[',
    ']',
    ',',
    ':',
    '"',
    '"a"',
    '"b":',
    '\\',
    '\\u00',
    '1',
    '-',
    '0',
    '.5',
    'e1',
  );
  const more = fc.constantFrom(
    'true',
    'null',
    'fals',
    ' ',
    '\t',
    '\n',
    '\u00a0',
    '\0',
    '"__proto__":',
    '{}',
    '[]',
    'Ü',
  );
  const broken = fc.array(fc.oneof(part, more), { maxLength: 12 }).map((parts) => parts.join(''));
  const whole = fc.json().map((text) => ` ${text.replaceAll(',', ' ,\n')}`);
  fc.assert(
    fc.property(fc.oneof(broken, whole, fc.json()), (text) => {
      const found = jsonIn(text, (one) => exactJson(one, 'last'));
      // Digits that a double does not hold are text: their own test is below.
      fc.pre(!/\d{16}|[eE][+-]?\d{3}/.test(text));
      expect(JSON.stringify(found)).toBe(JSON.stringify(jsonIn(text)));
    }),
    runs(),
  );
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
