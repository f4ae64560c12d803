import { describe, expect, test } from '@jest/globals';
import { agreement, likeness } from '../../../lab/lc/rules/text.js';
import { day, paperDate, paperMoney, showDay, swiftDate, swiftMoney } from '../../../lab/lc/rules/values.js';

describe('dates', () => {
  test.each([
    ['10 MAR 2026', '2026-03-10'],
    ['MARCH 10, 2026', '2026-03-10'],
    ['2026-03-10', '2026-03-10'],
    ['lO MAR 2O26', '2026-03-10'],
    ['10 M4R 2026', '2026-03-10'],
    ['29 FEB 2028', '2028-02-29'],
  ])('%s', (text, expected) => {
    const found = paperDate(text);
    expect(found === undefined ? undefined : showDay(found)).toBe(expected);
  });
  test.each(['', 'soon', '31 FEB 2026', '?? MAR 2026', '10 JUX 2026', '10/03/2026'])('%j is not a date', (text) => {
    expect(paperDate(text)).toBeUndefined();
  });
  test('MT700', () => {
    expect(swiftDate('260412HAMBURG')).toBe(day(2026, 4, 12));
    expect(swiftDate('261312')).toBeUndefined();
  });
});

describe('money', () => {
  test.each([
    ['USD 125,000.00', { currency: 'USD', cents: 12_500_000 }],
    ['EUR 9.50', { currency: 'EUR', cents: 950 }],
    ['USD l25,0OO.00', { currency: 'USD', cents: 12_500_000 }],
    ['U5D 1.00', { currency: 'USD', cents: 100 }],
  ])('%s', (text, expected) => {
    expect(paperMoney(text)).toEqual(expected);
  });
  test.each(['', 'USD', 'USD 12,50.00', 'USD 1?5,000.00', 'XXX 1.00', 'USD 125000'])('%j is not an amount', (text) => {
    expect(paperMoney(text)).toBeUndefined();
  });
  test('MT700', () => {
    expect(swiftMoney('USD125000,5')).toEqual({ currency: 'USD', cents: 12_500_050 });
    expect(swiftMoney('USD125000.50')).toBeUndefined();
  });
});

test('wording', () => {
  expect(agreement('ACME CO. LTD', 'Acme Company Limited', false)).toBe('same');
  expect(agreement('B0LT', 'BOLT', true)).toBe('same');
  expect(agreement('NORTHSTAR MACHINERY', 'NORTHSTAR MACHINREY', false)).toBe('typo');
  expect(agreement('NORTHSTAR MACHINERY', 'JADE HARBOUR TEXTILES', false)).toBe('different');
  expect(likeness('', '')).toBe(1);
});
