import { TextDecoder } from 'node:util';
import { ReadingError } from './reading.js';

/** How text is written in bytes. `utf-8` gives way to a byte order mark. */
export type Encoding = 'utf-8' | 'utf-16le' | 'utf-16be' | 'windows-1252';

/** How a text begins: what its bytes are read by, and how many of them are its byte order mark. */
export interface Opening {
  encoding: Encoding;
  mark: number;
}

/** Bytes that say how a text begins. */
export const OPENING_BYTES = 4;

/** Bytes that are looked through at once. */
const STEP = 1 << 16;
/** Bytes of a text that comes in pieces: what is made of one is little, and goes away early. */
const PIECE = 1 << 14;

const NAMES: Readonly<Record<Encoding, string>> = {
  'utf-8': 'UTF-8',
  'utf-16le': 'UTF-16 (little-endian)',
  'utf-16be': 'UTF-16 (big-endian)',
  'windows-1252': 'Windows-1252',
};

/**
 * Reads the byte order mark of a text.
 *
 * @param head its first bytes, four of them where it has so many
 * @param said the encoding of a text without a mark
 * @throws ReadingError CHECK_FAILED for UTF-32, which nobody writes on purpose
 */
export function openingOf(head: Uint8Array, said: Encoding = 'utf-8'): Opening {
  const [a, b, c, d] = head;
  if (a === 0xef && b === 0xbb && c === 0xbf) return { encoding: 'utf-8', mark: 3 };
  const wide = (a === 0xff && b === 0xfe && c === 0 && d === 0) || (a === 0 && b === 0 && c === 0xfe && d === 0xff);
  if (wide) throw new ReadingError('CHECK_FAILED', 'It is UTF-32 by its byte order mark, which is not read.');
  if (a === 0xff && b === 0xfe) return { encoding: 'utf-16le', mark: 2 };
  if (a === 0xfe && b === 0xff) return { encoding: 'utf-16be', mark: 2 };
  return { encoding: said, mark: 0 };
}

const decoderOf = (encoding: Encoding): TextDecoder => new TextDecoder(encoding, { fatal: true, ignoreBOM: true });
const decoders = new Map<Encoding, TextDecoder>();

/** The text of bytes, or undefined where they are none. A byte order mark stays a character. */
export function decoded(bytes: Uint8Array, encoding: Encoding): string | undefined {
  const decoder = decoders.get(encoding) ?? decoderOf(encoding);
  decoders.set(encoding, decoder);
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
}

/** What of bytes is text; the rest stands as U+FFFD. Only for what is told and sought besides, never for figures. */
export function textIn(bytes: Uint8Array, encoding: Encoding): string {
  return new TextDecoder(encoding, { ignoreBOM: true }).decode(bytes);
}

/**
 * The one door from bytes to text: a byte order mark is taken and obeyed; without one it is strict UTF-8.
 *
 * @param what how the text is told in an error: `The health file h.json`
 * @param said the encoding of a text without a mark
 * @throws ReadingError CHECK_FAILED that names the first byte which is no part of a text
 */
export function textOf(bytes: Uint8Array, what: string, said: Encoding = 'utf-8'): string {
  const opening = openingFor(bytes, what, said);
  const body = bytes.subarray(opening.mark);
  const text = decoded(body, opening.encoding);
  if (text !== undefined) return text;
  throw noText(body, opening, what);
}

/**
 * The same in pieces, for a text that is large.
 *
 * @throws ReadingError as above, where the reading comes to it
 */
export function* textPieces(bytes: Uint8Array, what: string, said: Encoding = 'utf-8'): Generator<string> {
  const opening = openingFor(bytes, what, said);
  const body = bytes.subarray(opening.mark);
  const decoder = decoderOf(opening.encoding);
  for (let at = 0; at < body.length; at += PIECE) {
    const piece = pieceOf(decoder, body.subarray(at, at + PIECE), at + PIECE < body.length);
    if (piece === undefined) throw noText(body, opening, what);
    if (piece !== '') yield piece;
  }
}

function pieceOf(decoder: TextDecoder, bytes: Uint8Array, stream: boolean): string | undefined {
  try {
    return decoder.decode(bytes, { stream });
  } catch {
    return undefined;
  }
}

function openingFor(bytes: Uint8Array, what: string, said: Encoding): Opening {
  try {
    return openingOf(bytes, said);
  } catch (error) {
    throw new ReadingError('CHECK_FAILED', `${what} cannot be read: ${error instanceof Error ? error.message : ''}`);
  }
}

function noText(body: Uint8Array, { encoding, mark }: Opening, what: string): ReadingError {
  const at = mark + brokenAt(body, encoding);
  return new ReadingError(
    'CHECK_FAILED',
    `${what} is no ${NAMES[encoding]}: byte ${at} (counted from 0) is no part of a text.`,
  );
}

/** The place of the first byte of what is no character; the bytes as a whole are no text in this encoding. */
export function brokenAt(bytes: Uint8Array, encoding: Encoding): number {
  let step = 0;
  const coarse = decoderOf(encoding);
  while (step < bytes.length && pieceOf(coarse, bytes.subarray(step, step + STEP), true) !== undefined) step += STEP;
  // Once more, byte by byte where it broke: a character that came out shows that the next one begins.
  const fine = decoderOf(encoding);
  let at = Math.max(0, Math.min(step, bytes.length) - OPENING_BYTES);
  fine.decode(bytes.subarray(0, at), { stream: true });
  let begins = at;
  for (; at < bytes.length; at += 1) {
    try {
      if (fine.decode(bytes.subarray(at, at + 1), { stream: true }) !== '') begins = at + 1;
    } catch {
      break;
    }
  }
  return begins;
}
