import { expect, test } from '@jest/globals';
import { strictText } from '../../../kinds/shared/strict-text.js';

test('what is UTF-8 stays itself, byte for byte, a mark at its beginning included', () => {
  const bytes = Buffer.from('\uFEFFA=ü\r\n🔑');
  expect(Buffer.from(strictText(bytes, 'f'))).toEqual(bytes);
});

test.each<[bytes: number[], why: string]>([
  [[0xff, 0xfe, 0, 0], 'it is UTF-32'],
  [[0xff, 0xfe, 0x41, 0], 'it is UTF-16'],
  [[0xfe, 0xff, 0, 0x41], 'it is UTF-16'],
  [[0x41, 0], 'byte 2 is 0'],
  [[0x41, 0xe4, 0x41], 'byte 2 is none of it'],
  // Cut off within a character: at the end, and before a letter.
  [[0x41, 0xef], 'byte 2 is none of it'],
  [[0xef, 0xbf, 0x41], 'byte 1 is none of it'],
])('%j is refused: %s', (bytes, why) => {
  expect(() => strictText(Buffer.from(bytes), 'f')).toThrow(`f is not UTF-8 text: ${why}.`);
});
