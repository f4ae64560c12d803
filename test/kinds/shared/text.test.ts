import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { brokenAt, decoded, openingOf, textIn, textOf } from '../../../kinds/shared/text.js';
import { hostileBytes, plainLines, runs } from '../../kits/hostile-bytes.js';

const utf16 = (text: string): Buffer => Buffer.from(text, 'utf16le');

describe('the door from bytes to text', () => {
  test.each<[string, Buffer, string]>([
    ['nothing', Buffer.from(''), ''],
    ['UTF-8', Buffer.from('Ü👍'), 'Ü👍'],
    ['a byte order mark is taken once', Buffer.from('\ufeff\ufeffa'), '\ufeffa'],
    ['UTF-16 by its mark', utf16('\ufeffÜ👍'), 'Ü👍'],
    ['UTF-16, big-endian', utf16('\ufeffÜ👍').swap16(), 'Ü👍'],
    ['zeros are characters of a text', Buffer.from('a\0b'), 'a\0b'],
  ])('%s', (_, bytes, text) => {
    expect(textOf(bytes, 'The file')).toBe(text);
  });

  test.each<[string, Buffer, string]>([
    ['a byte of Latin-1', Buffer.from([0x61, 0xfc, 0x62]), 'is no UTF-8: byte 1 '],
    ['behind a byte order mark', Buffer.from([0xef, 0xbb, 0xbf, 0x61, 0xfc]), 'byte 4 '],
    ['a character in the middle that is broken off', Buffer.from([0x61, 0xe2, 0x82, 0x62]), 'byte 1 '],
    ['a file that ends within a character', Buffer.from([0x61, 0xe2, 0x82]), 'byte 1 '],
    ['an overlong slash', Buffer.from([0xc0, 0xaf]), 'byte 0 '],
    ['half a character of UTF-16', Buffer.concat([utf16('\ufeffa'), Buffer.from([0x3d, 0xd8, 0x61, 0])]), 'byte 4 '],
    ['an odd byte', Buffer.concat([utf16('\ufeffa'), Buffer.from([0x61])]), 'UTF-16 (little-endian): byte 4 '],
    ['UTF-32', Buffer.from([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0]), 'is UTF-32'],
    ['far behind', Buffer.concat([Buffer.from('ü'.repeat(70_000)), Buffer.from([0xff])]), 'byte 140000 '],
  ])('%s is refused with its place', (_, bytes, message) => {
    expect(() => textOf(bytes, 'The file')).toThrow(message);
  });

  test('another encoding where it is said, and a mark before that', () => {
    expect(textOf(Buffer.from([0xfc]), 'The file', 'windows-1252')).toBe('ü');
    expect(textOf(Buffer.from('\ufeffü'), 'The file', 'windows-1252')).toBe('ü');
    expect(openingOf(Buffer.from('ab'), 'utf-16be')).toEqual({ encoding: 'utf-16be', mark: 0 });
  });

  test('what is sought besides figures is read as far as it is text', () => {
    expect(textIn(Buffer.from([0x61, 0xff, 0x62]), 'utf-8')).toBe('a\ufffdb');
  });
});

test('of any bytes it gives the text of the slow reader or says where it is none', () => {
  fc.assert(
    fc.property(hostileBytes, (bytes) => {
      const whole = bytes.toString('latin1');
      // The slow reader reads lines: one line without zeros is a text.
      fc.pre(!/[\n\0]/.test(whole) && !/^\xff\xfe|^\xfe\xff/.test(whole));
      const [line] = plainLines(bytes, 1e9).lines;
      const wanted = line === undefined ? '' : line.text;
      if (wanted === undefined) {
        expect(() => textOf(bytes, 'The file')).toThrow(/byte \d+ /);
        const at = brokenAt(bytes, 'utf-8');
        expect(decoded(bytes.subarray(0, at), 'utf-8')).toBeDefined();
        expect(decoded(bytes.subarray(at), 'utf-8')).toBeUndefined();
      } else expect(textOf(bytes, 'The file').replace(/\r$/, '')).toBe(wanted);
    }),
    runs(),
  );
});
