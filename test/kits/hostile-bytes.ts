import fc from 'fast-check';

/** Repeats a run of random inputs; printed with each failure by fast-check. */
export const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 2 ** 31);

/** How many random inputs: a sample by default, all with GOLIVE_ALL. */
export const runs = (many = 20_000): { seed: number; numRuns: number } => ({
  seed: SEED,
  numRuns: process.env.GOLIVE_ALL ? many : many / 10,
});

const utf16 = (text: string, big = false): Buffer => {
  const bytes = Buffer.from(text, 'utf16le');
  return big ? bytes.swap16() : bytes;
};

/** What breaks readers of text: marks, zeros, every line end, what is no UTF-8, JSON that is almost some. */
const PIECES: readonly (string | readonly number[])[] = [
  [0xef, 0xbb, 0xbf],
  [0xff, 0xfe],
  [0xfe, 0xff],
  [0],
  [0, 0, 0, 0],
  '\n',
  '\r\n',
  '\r',
  '\u2028',
  '\u0085',
  '\v',
  '\f',
  ' ',
  '\t',
  [0x80],
  [0xc0, 0xaf],
  [0xe2, 0x82],
  [0xed, 0xa0, 0x80],
  [0xf0, 0x9f, 0x91, 0x8d],
  [0xf5, 0x80, 0x80, 0x80],
  'Ü',
  '日本',
  '{"a":1}',
  '{"a":',
  '"x"}',
  '{"a":"\\ud800"}',
  '{"a":12345678901234567890}',
  '{"__proto__":{"a":1}}',
  '[1,2]',
  'null',
  '1e999',
  '007',
  'FATAL',
  'line',
  '{}',
  '[',
];

const piece = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.constantFrom(...PIECES).map((one) => (typeof one === 'string' ? Buffer.from(one) : Buffer.from(one))),
  },
  { weight: 1, arbitrary: fc.uint8Array({ maxLength: 8 }).map((bytes) => Buffer.from(bytes)) },
);

/** Any bytes, most of them hostile; some of them a text of UTF-16. */
export const hostileBytes: fc.Arbitrary<Buffer> = fc.oneof(
  { weight: 5, arbitrary: fc.array(piece, { maxLength: 30 }).map((pieces) => Buffer.concat(pieces)) },
  {
    weight: 1,
    arbitrary: fc
      .tuple(
        fc.array(fc.constantFrom('a', '\n', '\r\n', '\r', '\0', '\ud83d', '\udc4d', '👍', '\u0a00', '{"a":1}')),
        fc.boolean(),
      )
      .map(([texts, big]) => utf16(`\ufeff${texts.join('')}`, big)),
  },
);

/** The same bytes in pieces that are cut anywhere. */
export function cutAt(bytes: Buffer, places: readonly number[]): Buffer[] {
  const cuts = [...new Set(places.map((place) => place % (bytes.length + 1)))].toSorted((a, b) => a - b);
  return [...cuts, bytes.length].map((to, index) => bytes.subarray(index === 0 ? 0 : cuts[index - 1], to));
}

/** A line as the reference reads it: its text, or nothing where it cannot be read. */
export interface PlainLine {
  text: string | undefined;
  ended: boolean;
}

/** Reads lines byte by byte, by the letter of the Unicode standard (table 3-7): slow and simple, the judge of the reader. */
export function plainLines(bytes: Buffer, longest: number): { lines: PlainLine[]; zeros: number } {
  const mark = [...bytes.subarray(0, 3)];
  const [a, b, c] = mark;
  const wide = (a === 0xff && b === 0xfe) || (a === 0xfe && b === 0xff);
  const big = a === 0xfe;
  const skip = wide ? 2 : a === 0xef && b === 0xbb && c === 0xbf ? 3 : 0;
  const width = wide ? 2 : 1;
  const lines: PlainLine[] = [];
  let zeros = 0;
  let line: number[][] = [];
  const close = (ended: boolean): void => {
    let units = line;
    line = [];
    if (!ended && units.length === 0) return;
    let hole = 0;
    while (units[0]?.length === width && units[0].every((byte) => byte === 0)) {
      units = units.slice(1);
      hole += width;
    }
    zeros += hole;
    const flat = units.flat();
    const text = flat.length > longest ? undefined : wide ? fromUtf16(flat, big) : fromUtf8(flat);
    const body = text?.endsWith('\r') ? text.slice(0, -1) : text;
    // A hole is what a text begins with, and something comes behind it.
    const isTorn = body?.includes('\0') === true || (hole > 0 && (lines.length > 0 || body === ''));
    lines.push({ text: isTorn ? undefined : body, ended });
  };
  for (let at = skip; at < bytes.length; at += width) {
    const unit = [...bytes.subarray(at, at + width)];
    const isEnd = wide ? (big ? unit[0] === 0 && unit[1] === 10 : unit[0] === 10 && unit[1] === 0) : unit[0] === 10;
    if (isEnd) close(true);
    else line.push(unit);
  }
  close(false);
  return { lines, zeros };
}

function fromUtf8(bytes: readonly number[]): string | undefined {
  let text = '';
  for (let at = 0; at < bytes.length; ) {
    const lead = bytes[at] ?? 0;
    const more =
      lead < 0x80
        ? 0
        : lead >= 0xc2 && lead <= 0xdf
          ? 1
          : lead >= 0xe0 && lead <= 0xef
            ? 2
            : lead >= 0xf0 && lead <= 0xf4
              ? 3
              : -1;
    if (more < 0) return undefined;
    let point = more === 0 ? lead : lead & (0x3f >> more);
    for (let next = 1; next <= more; next += 1) {
      const byte = bytes[at + next];
      if (byte === undefined || byte < 0x80 || byte > 0xbf) return undefined;
      point = (point << 6) | (byte & 0x3f);
    }
    const least = [0, 0x80, 0x800, 0x10000][more] ?? 0;
    if (point < least || point > 0x10ffff || (point >= 0xd800 && point <= 0xdfff)) return undefined;
    text += String.fromCodePoint(point);
    at += more + 1;
  }
  return text;
}

function fromUtf16(bytes: readonly number[], big: boolean): string | undefined {
  if (bytes.length % 2 === 1) return undefined;
  let text = '';
  for (let at = 0; at < bytes.length; at += 2) {
    const [first = 0, second = 0] = [bytes[at], bytes[at + 1]];
    text += String.fromCharCode(big ? first * 256 + second : second * 256 + first);
  }
  return /[\ud800-\udfff]/u.test(text) ? undefined : text;
}
