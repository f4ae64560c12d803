import { expect, test } from '@jest/globals';
import { tailOf } from '../../../kinds/stack/compose-logs.js';

test.each([
  ['a bar of progress', '10%\r20%\r30%'],
  ['a separator of lines that is none here', 'a\u2028b'],
  ['nothing', ''],
  ['another bar', 'a | b'],
])('a line with %s is of the container before it', (_what, said) => {
  const lines = ['first', said];
  const text = lines.flatMap((line) => [`web-1  | ${line}`, `web-10 | ${line}`]).join('\n');
  expect(tailOf(text, 5, true, false)).toEqual({
    lines: [...lines, ...lines],
    shown: ['web-1', 'web-10'].flatMap((container) => lines.map((line) => `${container} | ${line}`)),
    cut: false,
  });
});
