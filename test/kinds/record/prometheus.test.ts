import { expect, test } from '@jest/globals';
import { prometheusReader } from '../../../kinds/record/prometheus.js';
import type { Json } from '../../../model/json.js';

function prometheusRows(text: string) {
  const rows: Json[] = [];
  const reader = prometheusReader('utf-8', (row) => rows.push(row));
  reader.push(Buffer.from(text));
  return { rows, account: reader.end() };
}

test('samples, labels with escapes, time stamps, comments and what is no finite number', () => {
  const text = [
    '# HELP x A "thing".',
    '# TYPE x counter',
    'x 1',
    'x_total{path="/a b",why="a \\"quote\\", a \\\\ and a\\nline"} 1.5e+09 1700000000000',
    'x{b="2", a="1",} 0',
    'x{c="}"} NaN',
    'x{c="inf"}\t+Inf',
    'x_bucket{le="0.5"} 3 # {trace="t"} 0.2',
    '',
    '# EOF',
    '',
  ].join('\n');
  const { rows, account } = prometheusRows(text);
  expect(account).toMatchObject({ unreadable: 0 });
  expect(rows).toEqual([
    { name: 'x', labels: {}, value: 1 },
    { name: 'x_total', labels: { path: '/a b', why: 'a "quote", a \\ and a\nline' }, value: 1.5e9 },
    { name: 'x', labels: { a: '1', b: '2' }, value: 0 },
    { name: 'x', labels: { c: '}' }, value: 'NaN' },
    { name: 'x', labels: { c: 'inf' }, value: '+Inf' },
    { name: 'x_bucket', labels: { le: '0.5' }, value: 3 },
  ]);
});

test.each([
  ['a name alone', 'x\n', 'is no sample'],
  ['a value that touches its name', 'x5\n', 'is no sample'],
  ['labels that are not closed', 'x{a="1" 5\n', 'is no sample'],
  ['a label twice', 'x{a="1",a="2"} 5\n', 'is no sample'],
  ['a label without quotes', 'x{a=1} 5\n', 'is no sample'],
  ['an escape that is none', 'x{a="\\t"} 5\n', 'is no sample'],
  ['an HTML page', '<html>\n', 'is no sample'],
  ['a series twice', 'x{a="1",b="2"} 5\nx{b="2",a="1"} 6\n', 'has the series of x once more'],
  ['a last line without an end', 'x 1\nx{a="1"} 12', 'it may be half-written'],
  ['a last comment without an end', 'x 1\n# HELP', 'it may be half-written'],
  ['a series behind the end', 'x 1\n# EOF\nx{a="1"} 0\n', 'line 3 stands behind the # EOF'],
  ['a comment behind the end', 'x 1\n# EOF\n# TYPE y counter\n', 'line 3 stands behind the # EOF'],
  ['labels without number', `x{${'a="",'.repeat(400_000)}} 1\n`, 'line 1 has 2000005 bytes'],
  ['zero bytes alone', '\0\0\0', 'line 1 holds zero bytes'],
])('%s is unreadable', (_, text, problem) => {
  expect(prometheusRows(text).account).toMatchObject({
    unreadable: 1,
    problem: expect.stringContaining(problem) as unknown,
  });
});

test('the end is one without a line end, too', () => {
  expect(prometheusRows('x 0.10000000000000001\n# EOF')).toMatchObject({
    rows: [{ value: 0.1 }],
    account: { unreadable: 0 },
  });
});

test('no sample at all is an error', () => {
  expect(() => prometheusRows('# TYPE x counter\n')).toThrow('it holds no sample');
  expect(() => prometheusRows('')).toThrow('it holds no sample');
});
