import { expect, test } from '@jest/globals';
import { folderOf, glob, globMatcher } from '../../../kinds/shared/glob.js';

test.each<[string, string[], string[]]>([
  ['src/*.ts', ['src/a.ts', 'src/.a.ts'], ['src/b/a.ts', 'src/a.tsx', 'xsrc/a.ts']],
  ['src/**', ['src/a', 'src/b/c/d.ts', 'src/.x/y'], ['src', 'src2/a', 'a/src/b']],
  ['**/a.ts', ['a.ts', 'x/a.ts', 'x/y/a.ts'], ['ba.ts', 'x/a.tsx']],
  ['src/**/test/*.ts', ['src/test/a.ts', 'src/b/c/test/a.ts'], ['src/xtest/a.ts']],
  ['**', ['a', 'a/b'], []],
  ['a?c', ['abc'], ['ac', 'a/c']],
  ['{src,lib}/*.{ts,js}', ['src/a.ts', 'lib/b.js'], ['bin/a.ts']],
  ['app/[id]/page(1)+.ts', ['app/[id]/page(1)+.ts'], ['app/i/page1.ts']],
  ['./src/a.ts', ['src/a.ts'], []],
  ['a**b', ['ab', 'axb'], ['a/b']],
  ['x{', ['x{'], ['x']],
])('%s', (source, good, bad) => {
  const matches = globMatcher(source);
  expect(good.filter((path) => !matches(path))).toEqual([]);
  expect(bad.filter(matches)).toEqual([]);
});

test('the folder of a pattern is what it names before its first sign', () => {
  expect(['src/a/*.ts', '*.xml', '/out/**/x.xml', 'a/b.xml', '/*'].map(folderOf)).toEqual([
    'src/a',
    '.',
    '/out',
    'a',
    '/',
  ]);
});

test('a pattern takes linear time, and none of Windows is taken', () => {
  const begun = performance.now();
  expect(globMatcher('**/*a*a*a*a*a*a*b')('a'.repeat(10_000))).toBe(false);
  // What goes back in its text takes years; a slow machine does not count.
  expect(performance.now() - begun).toBeLessThan(20_000);
  expect(glob.safeParse(String.raw`src\a`).success).toBe(false);
});
