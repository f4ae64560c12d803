import { createHash } from 'node:crypto';
import { statSync } from 'node:fs';
import { relative } from 'node:path';
import { readRegularSync } from '../../host/regular-file.js';
import { CliError, messageOf } from '../errors.js';

/** Larger files are refused unread; the loader's own limit is 1 MiB of text. */
const MAX_BYTES = 4 * 1024 * 1024;

/** Path as people know it: relative when it lies below the working folder. */
export function shown(path: string): string {
  const below = relative(process.cwd(), path);
  return below === '' || below.startsWith('..') ? path : below;
}

/**
 * Reads a file as UTF-8; what is no regular file, such as a pipe, is not waited for.
 *
 * @throws CliError (exit 2)
 */
export function readText(path: string): { text: string; sha256: string } {
  let bytes: Buffer;
  try {
    if (statSync(path).size > MAX_BYTES) throw new Error(`it has ${statSync(path).size} bytes`);
    bytes = readRegularSync(path);
  } catch (error) {
    throw new CliError(`The file cannot be read: ${messageOf(error)}`, {
      exitCode: 2,
      where: shown(path),
      hint: 'See whether it is a readable text file.',
    });
  }
  return { text: decoded(bytes, path), sha256: createHash('sha256').update(bytes).digest('hex') };
}

function decoded(bytes: Buffer, path: string): string {
  const written = encodingOf(bytes);
  const bad = written === undefined ? badByte(bytes) : undefined;
  if (written === undefined && bad === undefined) return bytes.toString('utf8');
  const name = shown(path);
  const what = written
    ? `it looks like ${written}`
    : `the first byte that is not stands in line ${bad}; it may be Latin-1`;
  throw new CliError(`The file is not UTF-8: ${what}.`, {
    exitCode: 2,
    where: bad === undefined ? name : `${name}:${bad}`,
    hint: `Write it as UTF-8: iconv -f ${written ?? 'LATIN1'} -t UTF-8 '${name}' > NEW`,
  });
}

/** UTF-16 by its mark, or by the zero bytes that every second one of plain letters is there. */
function encodingOf(bytes: Buffer): string | undefined {
  if (bytes[0] === 0xff && bytes[1] === 0xfe) return 'UTF-16LE';
  if (bytes[0] === 0xfe && bytes[1] === 0xff) return 'UTF-16BE';
  const zeros = [0, 0];
  for (const [index, byte] of bytes.entries()) if (byte === 0) zeros[index % 2] = (zeros[index % 2] ?? 0) + 1;
  const [even = 0, odd = 0] = zeros;
  if (even + odd <= bytes.length / 4) return undefined;
  return even > odd ? 'UTF-16BE' : 'UTF-16LE';
}

/** Line, from 1, of the first byte that is no UTF-8; nothing where all are. */
function badByte(bytes: Buffer): number | undefined {
  let line = 0;
  for (let begin = 0; begin < bytes.length; line += 1) {
    const found = bytes.indexOf(0x0a, begin);
    const end = found < 0 ? bytes.length : found + 1;
    try {
      new TextDecoder('utf-8', { fatal: true }).decode(bytes.subarray(begin, end));
    } catch {
      return line + 1;
    }
    begin = end;
  }
  return undefined;
}
