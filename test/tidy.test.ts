import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse } from '@babel/parser';
import { describe, expect, test } from '@jest/globals';
import { TYPES_ONLY, WITHOUT_TEST } from './tidy-list.js';

const root = new URL('../', import.meta.url).pathname;
const WAY_OUT =
  'Write the test at this path. If another test covers it, name that one in test/tidy-list.ts, with its path.';

const sources = ['model', 'workflows', 'kinds'].flatMap((room) =>
  readdirSync(join(root, room), { recursive: true, encoding: 'utf8' })
    .filter((name) => name.endsWith('.ts'))
    .map((name) => `${room}/${name}`)
    .toSorted(),
);

/** The test of a file: at the same path below `test/`; one for all files of a kind. */
function testOf(file: string): string {
  return `test/${file.replace(/(\.kind|\.recompute)?\.ts$/, '.test.ts')}`;
}

/** Whether nothing of a file is left when its types are taken away. */
function holdsOnlyTypes(file: string): boolean {
  const { program } = parse(readFileSync(join(root, file), 'utf8'), { sourceType: 'module', plugins: ['typescript'] });
  return program.body.every(
    (one) =>
      one.type === 'TSInterfaceDeclaration' ||
      one.type === 'TSTypeAliasDeclaration' ||
      (one.type === 'ImportDeclaration' && one.importKind === 'type') ||
      (one.type === 'ExportNamedDeclaration' && one.exportKind === 'type'),
  );
}

const isThere = (file: string): boolean => existsSync(join(root, file));
const excused = new Set([...TYPES_ONLY, ...Object.keys(WITHOUT_TEST)]);

test('each file of model/, workflows/ and kinds/ has its test, or stands in the list', () => {
  const missing = sources.filter((file) => !excused.has(file) && !isThere(testOf(file)));
  expect(missing.map((file) => `${testOf(file)} is missing. ${WAY_OUT}`)).toEqual([]);
});

describe('the list of files without a test of their own', () => {
  test('names files that are there, once', () => {
    const all = [...TYPES_ONLY, ...Object.keys(WITHOUT_TEST)];
    expect(all.filter((file) => !sources.includes(file))).toEqual([]);
    expect(all.filter((file, index) => all.indexOf(file) !== index)).toEqual([]);
  });

  test('names none that has a test by now', () => {
    expect([...excused].filter((file) => isThere(testOf(file)))).toEqual([]);
  });

  test('names files of types that hold nothing else', () => {
    expect(TYPES_ONLY.filter((file) => isThere(file) && !holdsOnlyTypes(file))).toEqual([]);
  });

  test('says of the others which test covers them, and that one is there', () => {
    const gone = Object.entries(WITHOUT_TEST).filter(([, { by }]) => !by.endsWith('.test.ts') || !isThere(by));
    expect(gone).toEqual([]);
  });
});
