import { expect, test } from '@jest/globals';
import { valueText } from '../../../model/judge/value-text.js';

test.each([
  [undefined, 'ratio', 'no value'],
  ['text', 'ratio', 'text'],
  [true, 'ratio', 'true'],
  [0.9, 'ratio', '0.90'],
  [0.69901, 'ratio', '0.699'],
  [1, 'ratio', '1'],
  [0.1234, 'percent', '12.3 %'],
  [1500, 'ms', '1.5s'],
  [12, 'count', '12'],
  [1 / 3, 'count', '0.333'],
] as const)('%p as %s is %s', (value, unit, text) => {
  expect(valueText(value, unit as never)).toBe(text);
});
