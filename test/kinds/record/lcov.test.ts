import { expect, test } from '@jest/globals';
import { lcovReader } from '../../../kinds/record/lcov.js';
import type { Json } from '../../../model/json.js';

function lcovRows(text: string): Json[] {
  const rows: Json[] = [];
  const reader = lcovReader('utf-8', (row) => rows.push(row));
  reader.push(Buffer.from(text));
  reader.end();
  return rows;
}

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
  ['fewer lines than it says', RECORD.replace('DA:1,3\n', ''), 'src/a.ts holds 1 line and says 2'],
  ['a count that is none', RECORD.replace('DA:1,3', 'DA:1,-1'), 'line 5 has no number'],
  ['a count that is missing', RECORD.replace('DA:1,3', 'DA:1'), 'line 5 has no number'],
  ['a file within another', RECORD.replace('end_of_record\n', RECORD), 'begins a file within another'],
  ['an end without a file', 'end_of_record\n', 'ends a file that was not begun'],
  ['a line outside of a file', `DA:1,1\n${RECORD}`, 'line 1 stands outside of a file'],
  ['a line behind the last file', `${RECORD}DA:1,1\n`, 'line 12 stands outside of a file'],
  ['fewer lines hit than it holds', RECORD.replace('LH:1', 'LH:0'), 'holds 1 lines that were hit and says 0'],
  ['more hit than there are', RECORD.replace('BRH:1', 'BRH:9'), 'says that 9 of 2 branches were hit'],
  ['more branches hit than it holds', RECORD.replace('BRF:2', 'BRDA:1,0,0,-\nBRF:2'), 'holds 0 branches that were hit'],
  ['a line that is moved in', RECORD.replace('DA:2', ' DA:2'), 'line 6 is no line of lcov'],
  ['zero bytes before a line', RECORD.replace('DA:2', '\0DA:2'), 'line 6 is no text, or holds zero bytes'],
  ['a merge that is not done', RECORD.replace('DA:2', '<<<<<<< HEAD\nDA:2'), 'line 6 is no line of lcov'],
  ['a line of small letters', RECORD.replace('DA:2', 'da:2'), 'line 6 is no line of lcov'],
  ['a line without a number', RECORD.replace('DA:2', 'DA:x'), 'line 6 has no number'],
  ['a second total that says less', RECORD.replace('LF:2', 'LF:9\nLF:2'), 'holds 2 lines and says 9'],
  ['an end that is cut', RECORD.replace('end_of_record\n', 'end_of_rec'), 'is no line of lcov'],
])('%s is an error', (_, text, message) => {
  expect(() => lcovRows(text)).toThrow(message);
});

const counted = (text: string): unknown => lcovRows(text)[0];

test('a line that stands twice counts once', () => {
  const doubled = RECORD.replace('DA:1,3\n', 'DA:1,3\n'.repeat(8));
  expect(counted(doubled)).toMatchObject({ lines: 2, covered: 1 });
  expect(counted('SF:a\nDA:1,0\nDA:1,1\nend_of_record\n')).toMatchObject({ lines: 1, covered: 1 });
});

test('sections of one file are one row: what was hit in some of them was hit', () => {
  const other = RECORD.replace('DA:1,3', 'DA:1,0').replace('DA:2,0', 'DA:2,1');
  expect(lcovRows(RECORD + RECORD + RECORD + other)).toEqual([
    { file: 'src/a.ts', lines: 2, covered: 2, functions: 2, coveredFunctions: 1, branches: 2, coveredBranches: 1 },
  ]);
});

test('functions and branches are counted where no total is said', () => {
  const text = 'SF:a\nDA:1,1\nFN:1,f\nFNDA:0,f\nFNDA:2,g\nBRDA:1,0,0,0\nBRDA:1,0,1,-\nBRDA:2,0,0,1\nend_of_record\n';
  const functions = { functions: 2, coveredFunctions: 1 };
  expect(counted(text)).toMatchObject({ ...functions, branches: 3, coveredBranches: 1 });
});
