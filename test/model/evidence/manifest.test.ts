import { describe, expect, test } from '@jest/globals';
import { formatManifest, parseManifest } from '../../../model/evidence/manifest.js';

const a = 'a'.repeat(64);
const b = 'b'.repeat(64);

describe('a manifest', () => {
  test('is written sorted by path, as sha256sum reads it', () => {
    const text = formatManifest([
      { sha256: a, path: 'data/z' },
      { sha256: b, path: 'data/B' },
    ]);
    expect(text).toBe(`${b}  data/B\n${a}  data/z\n`);
  });

  test.each(['data/plain', 'data/two  blanks', 'data/back\\slash', 'data/line\nbreak', 'data/cr\r', 'data/\\n'])(
    'with the path %j reads back as it was written',
    (path) => {
      const entries = [{ sha256: a, path }];
      const text = formatManifest(entries);
      expect(text.split('\n')).toHaveLength(2);
      expect(parseManifest(text)).toEqual({ entries });
    },
  );

  test('also takes the mark of binary files', () => {
    expect(parseManifest(`${a} *data/x\n`)).toEqual({ entries: [{ sha256: a, path: 'data/x' }] });
  });

  test.each([
    ['a hash that is too short', `${a}  ok\n${'b'.repeat(63)}  x\n`, 2],
    ['capital letters in a hash', `${'A'.repeat(64)}  x\n`, 1],
    ['no path', `${a}  \n`, 1],
    ['a blank line in the middle', `${a}  x\n\n${b}  y\n`, 2],
    ['one blank', `${a} x\n`, 1],
  ])('%s is told with its line', (_name, text, badLine) => {
    expect(parseManifest(text)).toEqual({ badLine });
  });

  test('may be empty', () => {
    expect(parseManifest(formatManifest([]))).toEqual({ entries: [] });
  });
});
