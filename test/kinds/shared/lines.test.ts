import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Line, lineReader, type LinesOptions } from '../../../kinds/shared/lines.js';
import { cutAt, hostileBytes, plainLines, runs } from '../../kits/hostile-bytes.js';

const readAll = (pieces: readonly Uint8Array[], options: LinesOptions = {}) => {
  const lines: Line[] = [];
  const broken: Line[] = [];
  const reader = lineReader(
    options,
    (line) => {
      lines.push(line);
      return undefined;
    },
    (line) => broken.push(line),
  );
  for (const piece of pieces) reader.push(piece);
  return { lines, broken, account: reader.end() };
};
const read = (bytes: string | readonly number[] | Buffer, options: LinesOptions = {}) => {
  const { lines, ...rest } = readAll([typeof bytes === 'string' ? Buffer.from(bytes) : Buffer.from(bytes)], options);
  return { texts: lines.map(({ text }) => text), lines, ...rest };
};

describe('what is a line', () => {
  test.each<[string, string | number[], string[]]>([
    ['nothing', '', []],
    ['LF', 'a\nb\n', ['a', 'b']],
    ['CRLF', 'a\r\nb\r\n', ['a', 'b']],
    ['a last line without an end', 'a\nb', ['a', 'b']],
    ['a lone CR is no end', 'a\rb\n', ['a\rb']],
    ['only one CR goes with the LF', 'a\r\r\n', ['a\r']],
    ['neither are U+2028, U+0085 and a form feed', 'a\u2028b\u0085c\fd\n', ['a\u2028b\u0085c\fd']],
    ['empty lines are lines', '\n\n', ['', '']],
    ['a byte order mark is taken', '\ufeffa\n\ufeffb\n', ['a', '\ufeffb']],
    ['zeros that a truncated log begins with', '\0\0\0a\nb\n', ['a', 'b']],
    ['UTF-16, little-endian', [0xff, 0xfe, 0x61, 0, 0x0a, 0, 0x0a, 0x0a, 0x0a, 0], ['a', '\u0a0a']],
    ['UTF-16, big-endian', [0xfe, 0xff, 0, 0x61, 0, 0x0d, 0, 0x0a, 0, 0x62], ['a', 'b']],
  ])('%s', (_, bytes, texts) => {
    const { account, ...found } = read(bytes);
    expect(found.texts).toEqual(texts);
    expect(account).toMatchObject({ looked: texts.length, unreadable: 0, leftOut: 0 });
  });

  test.each<[string, string | number[], string, string]>([
    ['zero bytes within a line', 'FA\0TAL\nb\n', 'line 1 holds zero bytes', 'FATAL'],
    ['a text of zero bytes alone', '\0\0\0', 'line 1 holds zero bytes', ''],
    ['a first line of zero bytes alone', '\0\0\0\na\n', 'line 1 holds zero bytes', ''],
    ['zero bytes that a text ends with', 'a\n\0\0\0', 'line 2 holds zero bytes', ''],
    ['zero bytes that a later line begins with', 'a\n\0\0FATAL\n', 'line 2 holds zero bytes', 'FATAL'],
    ['what is no UTF-8', [0x61, 0x0a, 0x46, 0xff, 0x0a], 'line 2 holds bytes that are no text', 'F\ufffd'],
    ['half a character', [0xe2, 0x82, 0x0a], 'line 1 holds bytes that are no text', '\ufffd'],
    ['half a character of UTF-16', [0xff, 0xfe, 0x3d, 0xd8, 0x0a, 0], 'line 1 holds bytes that are no text', '\ufffd'],
  ])('%s is counted, and told as far as it is text', (_, bytes, problem, rest) => {
    const { account, broken } = read(bytes);
    expect(account).toMatchObject({ unreadable: 1, problem });
    expect(broken.map(({ text }) => text)).toEqual([rest]);
  });

  test('a line is read up to its bound and counted beyond, wherever it is cut', () => {
    const bytes = Buffer.from(`${'a'.repeat(100)}\n${'b'.repeat(101)}\nc\n`);
    for (let at = 0; at <= bytes.length; at += 7) {
      const { account, lines } = readAll(cutAt(bytes, [at]), { longest: 100 });
      expect(account).toMatchObject({ looked: 2, unreadable: 1, problem: 'line 2 has 101 bytes, too many to be read' });
      expect(lines.map(({ text }) => text.length)).toEqual([100, 1]);
    }
  });

  test('a hole of zeros is of any size', () => {
    const { account, texts } = read(Buffer.concat([Buffer.alloc(1000), Buffer.from('FATAL\n')]), { longest: 10 });
    expect(texts).toEqual(['FATAL']);
    expect(account.zeros).toBe(1000);
  });

  test('a last line that may go on is held where the caller says so', () => {
    const { account, texts } = read('a\nb', { partial: 'held' });
    expect(texts).toEqual(['a']);
    expect(account).toMatchObject({ looked: 1, leftOut: 1 });
  });

  test('UTF-32 is refused by its name', () => {
    expect(() => read([0xff, 0xfe, 0, 0, 0x61, 0, 0, 0])).toThrow('UTF-32');
  });

  test('a visitor may leave a line out, or say why it says nothing', () => {
    const reader = lineReader({}, ({ text }) =>
      text === 'a' ? 'left out' : text === 'b' ? { problem: 'is b' } : undefined,
    );
    reader.push(Buffer.from('a\nb\nc\n'));
    expect(reader.end()).toMatchObject({ looked: 1, unreadable: 1, leftOut: 1, problem: 'line 2 is b' });
  });
});

test('of any bytes, however they are cut, it reads and counts what the slow reader does', () => {
  fc.assert(
    fc.property(
      hostileBytes,
      fc.array(fc.nat(200), { maxLength: 8 }),
      fc.constantFrom(5, 20, 1000),
      (bytes, places, longest) => {
        fc.pre(!(bytes[0] === 0xff && bytes[1] === 0xfe && bytes[2] === 0 && bytes[3] === 0));
        fc.pre(!(bytes[0] === 0 && bytes[1] === 0 && bytes[2] === 0xfe && bytes[3] === 0xff));
        const wanted = plainLines(bytes, longest);
        const { lines, account } = readAll(cutAt(bytes, places), { longest });
        const readable = wanted.lines.flatMap(({ text, ended }, index) =>
          text === undefined ? [] : [{ text, ended, number: index + 1 }],
        );
        expect(lines).toEqual(readable);
        const { looked, unreadable, leftOut, zeros } = account;
        expect({ looked, unreadable, leftOut, zeros }).toEqual({
          looked: readable.length,
          unreadable: wanted.lines.length - readable.length,
          leftOut: 0,
          zeros: wanted.zeros,
        });
      },
    ),
    runs(),
  );
});
