import { pipeline, Readable, type Transform } from 'node:stream';
import { createBrotliDecompress, createGunzip, createInflate, createInflateRaw } from 'node:zlib';
import { errnoOf } from '../../host/errno.js';
import { StepError } from '../step/step-error.js';

/** Codings of one answer that are undone; more are no answer but an attack. */
const MOST_CODINGS = 3;
/** What a coding may add to what it does not make smaller. */
const OVERHEAD = 64 * 1024;

/** What was read of a body. */
export interface Decoded {
  body: Buffer;
  /** It went on beyond the bound. */
  truncated: boolean;
}

/**
 * Reads a body up to a bound, its codings undone: what is counted is what is kept, so that a small answer that becomes a
 * huge one is left there.
 *
 * @param coding the header content-encoding
 * @param maxBytes of the decoded body
 * @throws StepError EXPECTATION_FAILED for a coding that is not known, CONNECTION_FAILED for a body that does not fit it
 */
export async function readBody(pieces: AsyncIterable<Buffer>, coding: string, maxBytes: number): Promise<Decoded> {
  const codings = coding
    .toLowerCase()
    .split(',')
    .map((one) => one.trim())
    .filter((one) => one !== '' && one !== 'identity');
  const unknown = codings.find((one) => !KNOWN.includes(one));
  if (unknown !== undefined || codings.length > MOST_CODINGS) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `The answer is encoded as ${JSON.stringify(coding.slice(0, 80))}, which is not decoded.`,
      { hint: `Ask for another encoding with the header accept-encoding: ${KNOWN.join(', ')}, or identity.` },
    );
  }
  if (codings.length === 0) return upTo(pieces, maxBytes);
  return upTo(undone(pieces, codings, maxBytes), maxBytes);
}

const KNOWN: readonly string[] = ['gzip', 'x-gzip', 'deflate', 'br'];

async function upTo(pieces: AsyncIterable<Buffer>, maxBytes: number): Promise<Decoded> {
  const chunks: Buffer[] = [];
  let bytes = 0;
  for await (const chunk of pieces) {
    chunks.push(chunk);
    bytes += chunk.length;
    // Leaving the loop destroys the stream; the rest is not read.
    if (bytes > maxBytes) break;
  }
  return { body: Buffer.concat(chunks).subarray(0, maxBytes), truncated: bytes > maxBytes };
}

async function* undone(
  pieces: AsyncIterable<Buffer>,
  codings: readonly string[],
  maxBytes: number,
): AsyncGenerator<Buffer> {
  const source = pieces[Symbol.asyncIterator]();
  const first = await source.next();
  // An answer to HEAD, and one with nothing in it, has the header alone.
  if (first.done) return;
  const wire = Readable.from(bounded(first.value, source, maxBytes + OVERHEAD));
  const decoders = codings.toReversed().map((one) => decoderOf(one, first.value));
  const last = decoders.reduce<Readable>((from, to) => pipeline(from, to, () => undefined), wire);
  try {
    for await (const chunk of last as AsyncIterable<Buffer>) yield chunk;
  } catch (cause) {
    const code = errnoOf(cause) ?? '';
    if (!/^Z_|^ERR_.*(BROTLI|FORMAT|PADDING)|^ERR__ERROR/.test(code)) throw cause;
    const how = code === 'Z_BUF_ERROR' ? 'ends in the middle' : 'is broken';
    throw new StepError('CONNECTION_FAILED', `The answer is encoded as ${codings.join(', ')}, and ${how}.`, { cause });
  } finally {
    last.destroy();
    wire.destroy();
  }
}

/** Of the wire no more is read than an honest coding of the bound would need. */
async function* bounded(first: Buffer, rest: AsyncIterator<Buffer>, most: number): AsyncGenerator<Buffer> {
  try {
    let bytes = 0;
    for (let next: IteratorResult<Buffer> = { value: first }; !next.done; next = await rest.next()) {
      bytes += next.value.length;
      if (bytes > most)
        throw new StepError('CONNECTION_FAILED', 'The encoded answer is longer than what it may say decoded.');
      yield next.value;
    }
  } finally {
    await rest.return?.();
  }
}

function decoderOf(coding: string, first: Buffer): Transform {
  if (coding === 'br') return createBrotliDecompress();
  if (coding !== 'deflate') return createGunzip();
  // Some send raw deflate for it: RFC 9110, section 8.4.1.2.
  return ((first[0] ?? 0) & 0x0f) === 8 ? createInflate() : createInflateRaw();
}
