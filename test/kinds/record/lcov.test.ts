import { expect, test } from '@jest/globals';
import { lcovRows } from '../../../kinds/record/lcov.js';

const RECORD = 'TN:\nSF:src/a.ts\nFNF:2\nFNH:1\nDA:1,3\nDA:2,0,abc\nBRF:2\nBRH:1\nLF:2\nLH:1\nend_of_record\n';

test('a row for each source file, with Windows line ends, too', () => {
  const row = { lines: 2, covered: 1, functions: 2, coveredFunctions: 1, branches: 2, coveredBranches: 1 };
  expect(lcovRows(RECORD + RECORD.replace('a.ts', 'C:/b.ts'))).toEqual([
    { file: 'src/a.ts', ...row },
    { file: 'src/C:/b.ts', ...row },
  ]);
  expect(lcovRows(RECORD.replaceAll('\n', '\r\n'))).toEqual([{ file: 'src/a.ts', ...row }]);
});

test.each([
  ['nothing', '', 'it holds no source file'],
  ['a file that is half-written', RECORD.replace('end_of_record\n', ''), 'it ends within src/a.ts'],
  ['fewer lines than it says', RECORD.replace('DA:1,3\n', ''), 'src/a.ts holds 1 lines and says 2'],
  ['a count that is none', RECORD.replace('DA:1,3', 'DA:1,-1'), 'line 5 has no number'],
  ['a count that is missing', RECORD.replace('DA:1,3', 'DA:1'), 'line 5 has no number'],
  ['a file within another', RECORD.replace('end_of_record\n', RECORD), 'begins a file within another'],
  ['an end without a file', 'end_of_record\n', 'ends a file that was not begun'],
])('%s is an error', (_, text, message) => {
  expect(() => lcovRows(text)).toThrow(message);
});
