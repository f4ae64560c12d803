/**
 * Bytes as they stand after some spelling was undone, and where each of them stood: texts are searched in what they
 * say, not in each way in which it may be written.
 */
export interface View {
  bytes: Buffer;
  /** Where byte i begins and ends in the source. */
  from: Int32Array;
  to: Int32Array;
}

/** One written unit: how many bytes it takes, and which bytes it says; never more of them. */
interface Unit {
  took: number;
  says: readonly number[];
}

/** Reads the unit that begins at a byte; undefined where the byte stands for itself. */
type Decoder = (bytes: Buffer, at: number) => Unit | undefined;

/** Longest written unit: `\ud83d\udd11`, `&#x0001f511;`. */
const LONGEST_UNIT = 14;
/** Spellings within spellings that are undone: JSON in JSON in a URL. */
const DEPTH = 3;

const code = (character: string): number => character.charCodeAt(0);
const isHighHalf = (point: number): boolean => point >= 0xd800 && point <= 0xdbff;

function utf8(point: number): number[] {
  return point <= 0x10ffff ? [...Buffer.from(String.fromCodePoint(point))] : [];
}

/** The number that `length` hexadecimal digits stand for. */
function hexAt(bytes: Buffer, at: number, length: number): number | undefined {
  const digits = bytes.toString('latin1', at, at + length);
  return digits.length === length && /^[0-9a-f]+$/i.test(digits) ? Number.parseInt(digits, 16) : undefined;
}

const LETTERS: Readonly<Record<string, number>> = { n: 10, t: 9, r: 13, b: 8, f: 12, v: 11, a: 7, e: 27 };

/** JSON, C, Python and shell alike: `\u0026`, `\xc3`, `\303`, `\n`, `\/`, `\"`. */
const backslash: Decoder = (bytes, at) => {
  const next = bytes.toString('latin1', at + 1, at + 2);
  if (next === '') return undefined;
  if (next === 'u') return unicodeAt(bytes, at);
  if (next === 'U') {
    const point = hexAt(bytes, at + 2, 8);
    if (point !== undefined) return { took: 10, says: utf8(point) };
  }
  if (next === 'x') {
    const byte = hexAt(bytes, at + 2, 2);
    if (byte !== undefined) return { took: 4, says: [byte] };
  }
  const octal = /^[0-3][0-7]{2}/.exec(bytes.toString('latin1', at + 1, at + 4))?.[0];
  if (octal !== undefined) return { took: 4, says: [Number.parseInt(octal, 8)] };
  return { took: 2, says: [LETTERS[next] ?? bytes[at + 1] ?? 0] };
};

function unicodeAt(bytes: Buffer, at: number): Unit | undefined {
  const high = hexAt(bytes, at + 2, 4);
  if (high === undefined) return undefined;
  if (!isHighHalf(high)) return { took: 6, says: utf8(high) };
  const low = bytes.toString('latin1', at + 6, at + 8) === '\\u' ? hexAt(bytes, at + 8, 4) : undefined;
  return low === undefined ? undefined : { took: 12, says: [...Buffer.from(String.fromCharCode(high, low))] };
}

/** URLs: `%2F`, `%2f`, and `%u0026` as browsers once wrote it. */
const percent: Decoder = (bytes, at) => {
  const byte = hexAt(bytes, at + 1, 2);
  if (byte !== undefined) return { took: 3, says: [byte] };
  const point = bytes[at + 1] === code('u') ? hexAt(bytes, at + 2, 4) : undefined;
  return point === undefined ? undefined : { took: 6, says: utf8(point) };
};

const NAMED: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'", sol: '/' };

/** XML and HTML: `&amp;`, `&#38;`, `&#x26;`. */
const entity: Decoder = (bytes, at) => {
  const written = /^&(?:#([0-9]{1,8})|#[xX]([0-9a-fA-F]{1,8})|([a-z]{2,4}));/.exec(
    bytes.toString('latin1', at, at + LONGEST_UNIT),
  );
  if (!written) return undefined;
  const [whole, decimal, hexadecimal, name] = written;
  if (name !== undefined) {
    const said = NAMED[name];
    return said === undefined ? undefined : { took: whole.length, says: [code(said)] };
  }
  return { took: whole.length, says: utf8(decimal ? Number(decimal) : Number.parseInt(hexadecimal ?? '', 16)) };
};

/** Quotes within quotes: `'\''` and `'"'"'` of shells, `''` and `""` of SQL, YAML and CSV. */
const quote: Decoder = (bytes, at) => {
  const mark = bytes.toString('latin1', at, at + 5);
  if (mark.startsWith(`'\\''`)) return { took: 4, says: [code("'")] };
  if (mark === `'"'"'`) return { took: 5, says: [code("'")] };
  return mark[0] === mark[1] ? { took: 2, says: [code(mark)] } : undefined;
};

/** Forms write a blank as a plus. */
const plus: Decoder = () => ({ took: 1, says: [code(' ')] });

const DECODERS: readonly [leads: string, decoder: Decoder][] = [
  ['\\', backslash],
  ['%', percent],
  ['&', entity],
  [`'"`, quote],
];

/** The decoder of the units that begin with a byte, by byte. */
type Table = readonly (Decoder | undefined)[];
function tableOf(decoders: readonly [leads: string, decoder: Decoder][]): Table {
  const table = Array<Decoder | undefined>(256).fill(undefined);
  for (const [leads, decoder] of decoders) for (const lead of leads) table[code(lead)] = decoder;
  return table;
}
const WRITTEN = tableOf(DECODERS);
const WRITTEN_IN_FORMS = tableOf([...DECODERS, ['+', plus]]);

function placed(bytes: Buffer): View {
  const from = new Int32Array(bytes.length);
  const to = new Int32Array(bytes.length);
  for (let at = 0; at < bytes.length; at += 1) {
    from[at] = at;
    to[at] = at + 1;
  }
  return { bytes, from, to };
}

/** Undoes each spelling once. `ends`: nothing comes behind; without it, a unit that may not be whole ends the view. */
function decoded({ bytes, from, to }: View, table: Table, ends: boolean): { view: View; changed: boolean } {
  const view: View = {
    bytes: Buffer.allocUnsafe(bytes.length),
    from: new Int32Array(bytes.length),
    to: new Int32Array(bytes.length),
  };
  let length = 0;
  let changed = false;
  for (let at = 0; at < bytes.length; ) {
    const byte = bytes[at] ?? 0;
    const decoder = table[byte];
    if (decoder && !ends && at + LONGEST_UNIT > bytes.length) break;
    const unit = decoder?.(bytes, at);
    if (unit === undefined) {
      view.bytes[length] = byte;
      view.from[length] = from[at] ?? 0;
      view.to[length] = to[at] ?? 0;
      length += 1;
      at += 1;
      continue;
    }
    changed = true;
    for (const said of unit.says) {
      view.bytes[length] = said;
      view.from[length] = from[at] ?? 0;
      view.to[length] = to[at + unit.took - 1] ?? 0;
      length += 1;
    }
    at += unit.took;
  }
  return { view: { ...view, bytes: view.bytes.subarray(0, length) }, changed };
}

/**
 * The source, and what it says when its spellings are undone once, twice and thrice.
 *
 * @param forms also as forms write it, with a plus for a blank
 * @param ends nothing comes behind the source
 */
export function viewsOf(bytes: Buffer, forms: boolean, ends: boolean): View[] {
  const table = forms ? WRITTEN_IN_FORMS : WRITTEN;
  let view = placed(bytes);
  const views = [view];
  for (let changed = true; changed && views.length <= DEPTH; ) {
    ({ view, changed } = decoded(view, table, ends));
    if (changed || !ends) views.push(view);
  }
  return views;
}

const GONE = 256;
function lettersOf(change: (letter: number) => number, gone: string): Uint16Array {
  const table = Uint16Array.from({ length: 256 }, (_, letter) => change(letter));
  for (const one of gone) table[code(one)] = GONE;
  return table;
}
/** Base64 in its one alphabet, without blanks. */
const BASE64 = lettersOf((letter) => (letter === 0x2d ? 0x2b : letter === 0x5f ? 0x2f : letter), ' \t\r\n');
/** Hex in lower case, without what stands between digits. */
const HEX = lettersOf((letter) => (letter >= 0x41 && letter <= 0x46 ? letter + 32 : letter), ' \t\r\n:-,');

/** A view letter by letter: some go, some are written otherwise. `marks`: `0x` and `\x` go, too. */
function lettered({ bytes, from, to }: View, table: Uint16Array, marks: boolean, ends: boolean): View {
  const view: View = {
    bytes: Buffer.allocUnsafe(bytes.length),
    from: new Int32Array(bytes.length),
    to: new Int32Array(bytes.length),
  };
  let length = 0;
  for (let at = 0; at < bytes.length; at += 1) {
    const byte = bytes[at] ?? 0;
    const letter = table[byte] ?? 0;
    if (letter === GONE) continue;
    if (marks && byte === 0x78 && (bytes[at - 1] === 0x30 || bytes[at - 1] === 0x5c)) {
      length = Math.max(0, length - 1);
      continue;
    }
    view.bytes[length] = letter;
    view.from[length] = from[at] ?? 0;
    view.to[length] = to[at] ?? 0;
    length += 1;
  }
  // The mark may be half here.
  const half = marks && !ends && (bytes.at(-1) === 0x30 || bytes.at(-1) === 0x5c);
  return { ...view, bytes: view.bytes.subarray(0, half ? Math.max(0, length - 1) : length) };
}

/** What a base64 text says however its lines are wrapped, in the one alphabet. */
export function base64View(view: View): View {
  return lettered(view, BASE64, false, true);
}

/** Hexadecimal digits in lower case, without what stands between them: lines, `:`, `-`, `0x`, `\x`. */
export function hexView(view: View, ends: boolean): View {
  return lettered(view, HEX, true, ends);
}
