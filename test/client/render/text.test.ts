import { describe, expect, test } from '@jest/globals';
import { ANSI } from '../../../client/render/style.js';
import { clean, fit, flow, pad, spread, width, wrap } from '../../../client/render/text.js';
import { styleFor } from '../../../client/render/style.js';

describe('text for a terminal', () => {
  test.each([
    ['plain', 'plain'],
    ['\u001B[31mred\u001B[0m', 'red'],
    ['\u001B]8;;http://evil\u0007link\u001B]8;;\u0007', 'link'],
    ['a\r\nb\tc', 'a b c'],
    ['a\u202Eb\u200Bc\u2066d', 'abcd'],
    ['\u0000\u0007\u009Bx', 'x'],
    ['人 e\u0301', '人 e\u0301'],
  ])('clean(%j)', (text, expected) => {
    expect(clean(text)).toBe(expected);
  });

  test('clean cuts at its limit', () => {
    expect(clean('x'.repeat(50), 10)).toBe(`${'x'.repeat(9)}…`);
  });

  test.each([
    ['abc', 3],
    ['人口', 4],
    ['✓ ━╌', 4],
    ['e\u0301', 1],
    ['🚀', 2],
    [ANSI.bad('abc'), 3],
  ])('width(%j) = %i', (text, expected) => {
    expect(width(text)).toBe(expected);
  });

  test('fit cuts by columns and closes its colours', () => {
    expect(fit(ANSI.bad('abcdef'), 4)).toBe('\u001B[31mabc…\u001B[39m');
    expect(fit('人口人口', 5)).toBe('人口…');
    expect(fit('abc', 3)).toBe('abc');
    expect(fit('abc', 0)).toBe('');
  });

  test('pad, spread, flow and wrap keep their width', () => {
    expect(pad('ab', 4)).toBe('ab  ');
    expect(spread('left', 'right', 20)).toBe('left           right');
    expect(flow(['aaa', 'bbb', 'ccc'], 9)).toEqual(['aaa   bbb', 'ccc']);
    for (const line of wrap('one two three four five six seven', 12)) expect(width(line)).toBeLessThanOrEqual(12);
  });

  test('colours need a terminal, and NO_COLOR turns them off', () => {
    expect(styleFor({ isTTY: true }, {}).bad('x')).not.toBe('x');
    expect(styleFor({ isTTY: true }, { NO_COLOR: '1' }).bad('x')).toBe('x');
    expect(styleFor({ isTTY: true }, { TERM: 'dumb' }).bad('x')).toBe('x');
    expect(styleFor({}, {}).bad('x')).toBe('x');
  });
});
