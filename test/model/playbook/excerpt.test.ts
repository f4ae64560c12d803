import { expect, test } from '@jest/globals';
import { excerptOf } from '../../../model/playbook/excerpt.js';

const LINES = ['one', 'two', 'three', 'four'].join('\n');

test('of a log the end is shown, of anything else the beginning, and how much there is', () => {
  expect(excerptOf(`${LINES}\n`, 'output.log', 2)).toEqual({ lines: ['three', 'four'], of: 4, last: true });
  expect(excerptOf(LINES, 'files.csv', 2)).toEqual({ lines: ['one', 'two'], of: 4 });
  expect(excerptOf(LINES, 'output.log', 9)).toEqual({ lines: LINES.split('\n'), of: 4 });
});

test('JSON on one line is broken into lines; what only begins like it stays', () => {
  expect(excerptOf('{"failed":1,"rules":["a"]}', 'source.json').lines).toEqual([
    '{',
    '  "failed": 1,',
    '  "rules": [',
    '    "a"',
    '  ]',
    '}',
  ]);
  expect(excerptOf('[warn] one', 'x.txt').lines).toEqual(['[warn] one']);
});

test('a line that is too long is cut, and says so', () => {
  const [line = ''] = excerptOf('x'.repeat(5000), 'x.txt').lines;
  expect([line.length, line.at(-1)]).toEqual([300, '…']);
});
