import { expect, test } from '@jest/globals';
import { csvReader } from '../../../kinds/record/csv.js';
import type { Json } from '../../../model/json.js';

const read = async (text: string, size = 3, more: { separator?: string; before?: boolean } = {}) => {
  const rows: Json[] = [];
  let columns: string[] = [];
  const header = (names: ReadonlySet<string>): void => {
    columns = [...names];
  };
  const reader = csvReader({ separator: ',', header, ...more }, (row) => rows.push(row));
  const characters = size > 3 ? text.match(/.{1,65536}/gs) : [...text];
  for (let at = 0, rest = characters ?? []; at < rest.length; at += size) {
    await reader.push(rest.slice(at, at + size).join(''));
  }
  return { account: await reader.end(), rows, columns };
};

test.each([1, 2, 3, 1000])('rows are the same however they come: %d characters at once', async (size) => {
  const text = 'route,ms\r\n"/a\nb, ""c""",10\r\n\r\n /Ü👍 , 900\n';
  expect(await read(text, size)).toEqual({
    account: { looked: 0, unreadable: 0, leftOut: 0 },
    rows: [
      { route: '/a\nb, "c"', ms: '10' },
      { route: '/Ü👍', ms: '900' },
    ],
    columns: ['route', 'ms'],
  });
});

test.each([
  ['a last record without a line end', 'a,b\n1,2\n/b,9', 'record 2 has no line end: it may be half-written'],
  ['one in quotes', 'a,b\n1,2\n/b,"9"', 'record 2 has no line end'],
  ['a lone CR is no line end', 'a,b\n1,2\n/b,9\r', 'record 2 has no line end'],
  ['zero bytes', 'a,b\n1,2\n3,4\0\n', 'record 2 holds zero bytes'],
  ['zero bytes that it ends with', 'a\n1\n\0\0', 'record 2 has no line end'],
])('%s is unreadable', async (_, text, problem) => {
  const { account, rows } = await read(text);
  expect(rows).toHaveLength(1);
  expect(account).toMatchObject({ unreadable: 1, problem: expect.stringContaining(problem) as unknown });
});

test('what is read again of a bundle of before has its last record', async () => {
  expect(await read('a\n1\n2', 2, { before: true })).toMatchObject({
    rows: [{ a: '1' }, { a: '2' }],
    account: { unreadable: 0 },
  });
});

test('blanks behind the last line end are no record', async () => {
  expect(await read('a,b\n1,2\n  ', 2)).toMatchObject({ rows: [{ a: '1', b: '2' }], account: { unreadable: 0 } });
});

test.each([
  ['a header that is half-written', 'id,m', 'it ends within its header'],
  ['a header of zero bytes', '\0\0id,ms\n1,2\n', 'its header holds zero bytes'],
  ['a quote that is not closed', 'a,b\n"1,2\n3,4\n', 'Quote Not Closed'],
  ['a quote in the middle', 'a,b\n1"x,2\n', 'Invalid Opening Quote'],
])('%s is an error', async (_, text, message) => {
  await expect(read(text)).rejects.toThrow(message);
});

test('a quote that is not closed is found before the file is in memory', async () => {
  await expect(read(`a\n"${'x\n'.repeat(4_500_000)}`, 1 << 16)).rejects.toThrow('Max Record Size');
});
