import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const section = (file: string, hits: readonly (readonly [number, number])[]): string =>
  `SF:${file}\n${hits.map(([line, hit]) => `DA:${line},${hit}\n`).join('')}end_of_record\n`;
const LCOV =
  section('src/pay/b.ts', [
    [1, 1],
    [3, 0],
    [7, 0],
    [8, 2],
    [9, 0],
  ]) + section('src/ui/a.ts', [[1, 1]]);

async function pageOf(text: string, critical: Record<string, string[]> = {}): Promise<string> {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'report'), text);
  const step = await runStep(
    'coverage.read',
    { file: 'report', root: '/w', critical },
    { goLive: { baseDir: folder } },
  );
  passed(step);
  return readFileSync(join(step.folder, 'index.html'), 'utf8');
}
/** What stands in the cells of the row that begins with this text. */
const row = (page: string, first: string): string[] | undefined =>
  [...page.matchAll(/<tr>(.*?)<\/tr>/gs)]
    .map(([, cells = '']) => [...cells.matchAll(/<td[^>]*>(.*?)<\/td>/gs)].map(([, cell = '']) => cell))
    .find((cells) => cells[0] === first);

describe('what it says', () => {
  test('lcov: paths, folders, files, and the lines that were not hit as ranges', async () => {
    const page = await pageOf(LCOV, { pay: ['src/pay/**'] });
    expect(row(page, 'pay')).toEqual(['pay', '1', '5', '2', '40 %', '', '']);
    expect(row(page, 'src/pay')).toEqual(['src/pay', '1', '5', '2', '40 %', '', '', '0']);
    expect(row(page, 'b.ts')).toEqual(['b.ts', '5', '2', '40 %', '', '', '3–7, 9']);
    expect(row(page, 'a.ts')).toEqual(['a.ts', '1', '1', '100 %', '', '', '']);
  });

  test('Cobertura and istanbul: the same lines', async () => {
    const cobertura = `<coverage><packages><package name="p"><classes><class name="A" filename="a.py"><methods/><lines><line number="1" hits="1"/><line number="2" hits="0"/><line number="4" hits="0"/></lines></class></classes></package></packages></coverage>`;
    expect(row(await pageOf(cobertura), 'a.py')?.at(-1)).toBe('2–4');
    const place = (line: number) => ({ start: { line, column: 0 }, end: { line, column: 9 } });
    const one = {
      statementMap: { 0: place(1), 1: place(5) },
      fnMap: {},
      branchMap: {},
      s: { 0: 1, 1: 0 },
      f: {},
      b: {},
    };
    expect(row(await pageOf(JSON.stringify({ x: { path: '/w/x.ts', ...one } })), 'x.ts')?.at(-1)).toBe('5');
  });

  test('a summary knows no lines, and says so', async () => {
    const part = (total: number, covered: number) => ({ total, covered, skipped: 0, pct: 1 });
    const figures = { lines: part(4, 1), statements: part(4, 1), functions: part(0, 0), branches: part(0, 0) };
    expect(row(await pageOf(JSON.stringify({ '/w/x.ts': figures })), 'x.ts')?.at(-1)).toBe(
      'the report tells totals alone',
    );
  });
});

test('no name of a file becomes markup, and nothing is asked of elsewhere', async () => {
  const page = await pageOf(section('src/<img src=x onerror=alert(1)>"&.ts', [[1, 1]]));
  expect(page).toContain('&lt;img src=x onerror=alert(1)&gt;&quot;&amp;.ts');
  expect(page).not.toMatch(/<img|<script|<link|https?:|url\(|@import/);
  expect(page).toContain(`content="default-src 'none'`);
});

test('the same report gives the same page', async () => {
  expect(await pageOf(LCOV)).toBe(await pageOf(LCOV));
  const [first = '', second = ''] = LCOV.split(/(?<=end_of_record\n)/);
  expect(await pageOf(second + first)).toBe(await pageOf(LCOV));
});

test('a page of many files is bounded, and says what was left out', async () => {
  const many = Array.from({ length: 2003 }, (_, at) => section(`src/f${at}.ts`, [[1, 1]])).join('');
  const page = await pageOf(many);
  expect(page).toContain('3 files left out');
  expect(page.match(/<td data-title="file">/g)).toHaveLength(2000);
  const folders = await pageOf(Array.from({ length: 2003 }, (_, at) => section(`src/f${at}/a.ts`, [[1, 1]])).join(''));
  expect(folders).toContain('3 folders left out');
  expect(folders.match(/<td data-title="folder">/g)).toHaveLength(2000);
  const ranges = Array.from({ length: 500 }, (_, at) => [at + 1, at % 2] as const);
  expect(row(await pageOf(section('src/x.ts', ranges)), 'x.ts')?.at(-1)).toMatch(/^1, 3, .*399 and 50 more$/);
});
