import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import type { Json } from '../../../model/json.js';
import { isExact, numberIn } from '../../../kinds/shared/numbers.js';
import { runs } from '../../kits/hostile-bytes.js';

test.each<[Json | undefined, number | undefined]>([
  [0, 0],
  [-1.5, -1.5],
  ['0', 0],
  ['-0.5', -0.5],
  ['1.10', 1.1],
  ['1e3', 1000],
  ['2.5E-3', 0.0025],
  ['9007199254740992', 9007199254740992],
  ['9007199254740993', undefined],
  ['12345678901234567890', undefined],
  ['0.10000000000000001', 0.1],
  ['0.30000000000000004', 0.30000000000000004],
  ['-1.0000000000000001e-05', -1e-5],
  ['4.9406564584124654e-324', 5e-324],
  ['1.0000000000000003', undefined],
  ['0.100000000000000005', undefined],
  ['90071992547409936', undefined],
  ['0.12345678901234567890123', undefined],
  ['1e400', undefined],
  ['1e999', undefined],
  ['1e-400', undefined],
  ['007', undefined],
  ['+5', undefined],
  ['.5', undefined],
  ['5.', undefined],
  ['', undefined],
  [' ', undefined],
  [' 5', undefined],
  ['5\n', undefined],
  ['0x10', undefined],
  ['0b1', undefined],
  ['1_000', undefined],
  ['1,5', undefined],
  ['1 000', undefined],
  ['٣', undefined],
  ['５', undefined],
  ['NaN', undefined],
  ['Infinity', undefined],
  ['-Infinity', undefined],
  ['12345e7', 123450000000],
  [Number.NaN, undefined],
  [Number.POSITIVE_INFINITY, undefined],
  [[], undefined],
  [[5], undefined],
  [{}, undefined],
  [true, undefined],
  [false, undefined],
  [null, undefined],
  [undefined, undefined],
  ['9'.repeat(5000), undefined],
])('the number of %j is %j', (value, number) => {
  expect(numberIn(value)).toBe(number);
});

/** A number as its digits without zeros around them, and the power of ten: slow and simple. */
function plain(text: string): string {
  const [, sign = '', whole = '', part = '', power = '0'] =
    /^(-?)(\d+)(?:\.(\d+))?(?:[eE]([+-]?\d+))?$/.exec(text) ?? [];
  const digits = (whole + part).replace(/^0+/, '');
  const kept = digits.replace(/0+$/, '');
  return whole === ''
    ? text
    : kept === ''
      ? '0'
      : `${sign}${kept}e${Number(power) - part.length + digits.length - kept.length}`;
}

test('a text of a number is taken exactly when the double has the same digits, or as many of them', () => {
  const digits = fc.stringMatching(/^-?(0|[1-9]\d{0,20})(\.\d{1,20})?([eE][+-]?\d{1,3})?$/);
  fc.assert(
    fc.property(digits, (text) => {
      const number = numberIn(text);
      expect(isExact(text)).toBe(number !== undefined);
      const double = Number(text);
      const many = /^-?(\d+)e/.exec(plain(text))?.[1]?.length ?? 1;
      const printed = Math.abs(double) < 2 ** 53 && double !== 0 && many <= 17 ? double.toPrecision(many) : '';
      const same = [String(double), printed].map(plain).includes(plain(text));
      expect(number).toBe(same && Number.isFinite(double) ? double : undefined);
    }),
    runs(),
  );
});

test('any other text is none', () => {
  const text = fc.string({
    unit: fc.constantFrom('0', '1', '-', '+', '.', 'e', 'E', ' ', ',', '_', 'x', 'n', '\n', '٣'),
  });
  fc.assert(
    fc.property(text, (value) => {
      let json: unknown;
      try {
        json = JSON.parse(value);
      } catch {
        // It is no JSON.
      }
      const is = typeof json === 'number' && value.trim() === value;
      expect(numberIn(value) !== undefined).toBe(is && isExact(value));
    }),
    runs(),
  );
});
