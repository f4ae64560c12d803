import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../model/json.js';
import { jsonReader, matches, recordReader, sameValue, valueAt } from '../../../kinds/shared/jsonl.js';
import { cutAt, hostileBytes, plainLines, runs } from '../../kits/hostile-bytes.js';

const read = (bytes: string | Buffer) => {
  const values: Json[] = [];
  const reader = jsonReader((value) => {
    values.push(value);
    return undefined;
  });
  reader.push(typeof bytes === 'string' ? Buffer.from(bytes) : bytes);
  return { values, account: reader.end() };
};

describe('JSON lines', () => {
  test.each<[string, string | Buffer, Json[], { unreadable: number; problem?: string }]>([
    ['a byte order mark', '\ufeff{"a":1}\n{"a":2}\n', [{ a: 1 }, { a: 2 }], { unreadable: 0 }],
    ['UTF-16', Buffer.from('\ufeff{"a":"Ü"}\n', 'utf16le'), [{ a: 'Ü' }], { unreadable: 0 }],
    ['the last record without a line end', '{"a":1}\n{"a":2}', [{ a: 1 }, { a: 2 }], { unreadable: 0 }],
    [
      'a last record that is half-written',
      '{"a":1}\n{"a":',
      [{ a: 1 }],
      { unreadable: 1, problem: 'line 2 is no JSON, and has no line end: it may be half-written' },
    ],
    [
      'a last number may go on',
      '1\n2',
      [1],
      { unreadable: 1, problem: 'line 2 is a number, and has no line end: it may be half-written' },
    ],
    ['Windows line ends, blank lines', '{"a":1}\r\n\r\n \n{"a":2}\r\n', [{ a: 1 }, { a: 2 }], { unreadable: 0 }],
    ['zeros at the beginning', '\0\0\0{"a":1}\n', [{ a: 1 }], { unreadable: 0 }],
    ['zeros that a crash left', '{"a":1}\n{"a":\0\0\0\n{"a":3}\n', [{ a: 1 }, { a: 3 }], { unreadable: 1 }],
    ['two records in a line', '{"a":1}{"a":2}\n', [], { unreadable: 1, problem: 'line 1 is no JSON' }],
    ['what JSON does not know', '{\'a\':1}\n{a:1}\n{"a":NaN}\n{"a":1,}\n', [], { unreadable: 4 }],
    ['U+2028 in a text', '{"a":"x\u2028y"}\n', [{ a: 'x\u2028y' }], { unreadable: 0 }],
    [
      'a member with two values',
      '{"level":"error","level":"info"}\n{"a":1}\n',
      [{ a: 1 }],
      { unreadable: 1, problem: 'line 1 has "level" twice, with two values' },
    ],
    [
      'what is nested too deep to be walked through',
      `{"a":${'['.repeat(100_000)}${']'.repeat(100_000)}}\n`,
      [],
      { unreadable: 1, problem: 'line 1 is nested deeper than 1000' },
    ],
    ['nothing', '', [], { unreadable: 0 }],
  ])('%s', (_, bytes, values, account) => {
    const found = read(bytes);
    expect(found.values).toEqual(values);
    expect(found.account).toMatchObject({ looked: values.length, leftOut: 0, ...account });
  });

  test('a value that is no object is no record', () => {
    const reader = recordReader(() => undefined);
    reader.push(Buffer.from('{"a":1}\n[1]\nnull\n"x"\n'));
    expect(reader.end()).toMatchObject({ looked: 1, unreadable: 3, problem: 'line 2 is no JSON object' });
  });
});

describe('fields of a record', () => {
  const record = { 'a.b': 1, a: { b: 2, c: [{ d: 3 }] }, n: null, '': 0 };
  test.each<[string, Json | undefined]>([
    ['a.b', 1],
    ['a.c', [{ d: 3 }]],
    ['a.c.0', undefined],
    ['n', null],
    ['n.x', undefined],
    ['constructor', undefined],
    ['a.__proto__', undefined],
  ])('%s', (path, value) => {
    expect(valueAt(record, path)).toEqual(value);
  });
  test('a filter wants all of its fields, and of a list any value', () => {
    expect(matches({ a: 1, b: 'x' }, { a: [1, 2], b: 'x' })).toBe(true);
    expect(matches({ a: 1, b: 'y' }, { a: [1, 2], b: 'x' })).toBe(false);
    expect(matches({}, { a: null })).toBe(false);
  });
  test.each<[Json, Json, boolean]>([
    ['500', 500, true],
    ['500.0', 500, true],
    [500, '500', true],
    [true, 'true', true],
    ['0500', 500, false],
    ['', 0, false],
    [null, 'null', false],
    [[500], 500, false],
    [false, 0, false],
    ['12345678901234567890', '12345678901234567890', true],
  ])('%j is what %j asks for: %j', (found, wanted, same) => {
    expect(sameValue(found, wanted)).toBe(same);
  });
});

/** Texts of long digits or a large exponent as the numbers that JSON.parse makes of them: a double does not hold these. */
function rounded(json: string): string {
  return json.replace(/"(-?(?:0|[1-9]\d*)(?:\.\d+)?(?:[eE][+-]?\d+)?)"/g, (whole, digits) =>
    /\d{16}|[eE][+-]?\d{3}/.test(String(digits)) ? JSON.stringify(JSON.parse(String(digits))) : whole,
  );
}

test('of any bytes, every line is a value, a blank, or counted as unreadable', () => {
  fc.assert(
    fc.property(hostileBytes, fc.array(fc.nat(200), { maxLength: 4 }), (bytes, places) => {
      fc.pre(
        bytes.subarray(0, 4).toString('hex') !== 'fffe0000' && bytes.subarray(0, 4).toString('hex') !== '0000feff',
      );
      const values: Json[] = [];
      const reader = jsonReader((value) => {
        values.push(value);
        return undefined;
      });
      for (const piece of cutAt(bytes, places)) reader.push(piece);
      const account = reader.end();
      let unreadable = 0;
      const wanted: string[] = [];
      for (const { text, ended } of plainLines(bytes, 1e9).lines) {
        if (text !== undefined && text.replace(/[ \t\r]/g, '') === '') continue;
        let value: unknown;
        try {
          value = JSON.parse(text ?? '');
        } catch {
          unreadable += 1;
          continue;
        }
        if (!ended && typeof value === 'number') unreadable += 1;
        else wanted.push(JSON.stringify(value));
      }
      // Numbers that a double does not hold are texts of their digits: `json.test.ts` has them.
      const shown = values.map((value) => rounded(JSON.stringify(value)));
      expect(shown).toEqual(wanted.map(rounded));
      expect(account).toMatchObject({ looked: wanted.length, unreadable, leftOut: 0 });
    }),
    runs(),
  );
});
