import { createHash } from 'node:crypto';
import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';
import { errnoOf } from '../../host/errno.js';
import { manifestLines, type ManifestEntry } from '../../model/evidence/manifest.js';

/** Bytes that are in memory at once of a file that is only hashed or read line by line. */
const PIECE_BYTES = 1 << 20;
const NEWLINE = 0x0a;

const MIB = 1 << 20;
/**
 * How much of a bundle an auditor takes into memory; what is larger has its sentence instead. Files that are only hashed,
 * and the manifest, may be of any size.
 */
export const MOST = {
  /** Files and folders. */
  entries: 1_000_000,
  /** Bytes of a line of the manifest: the longest path, escaped, and its check sum. */
  manifestLine: 16 << 10,
  /** Bytes of another tag file. */
  tag: MIB,
  /** Bytes of the plan, and of the state. */
  record: 64 * MIB,
  /** Bytes of the event log, and of one of its lines. */
  log: 512 * MIB,
  logLine: 16 * MIB,
  /** Bytes of a raw record that figures are computed from. */
  raw: 256 * MIB,
  /** Bytes of what the reader gives: keys and signers. */
  trust: MIB,
} as const;

/** What lies there and cannot be read: no rights, a sick disk, or more of it than an auditor takes. Nothing is said of it. */
export class Unreadable extends Error {
  override readonly name = 'Unreadable';
  constructor(
    message: string,
    /** It is there, and larger than what golive reads of such a file. */
    readonly tooLarge = false,
  ) {
    super(message);
  }
}

const WHY: Record<string, string> = {
  EACCES: 'you have no right to read it',
  EPERM: 'you have no right to read it',
  EIO: 'the disk fails',
  ENAMETOOLONG: 'its path is longer than this system takes',
  ENOENT: 'it went away meanwhile',
  EMFILE: 'too many files are open',
  ENFILE: 'too many files are open',
};

/** Why the system could not read something, in words. */
export function whyUnread(error: unknown): string {
  const code = errnoOf(error) ?? 'unknown error';
  return WHY[code] ?? `the system says ${code}`;
}

const unread = (error: unknown): Unreadable =>
  error instanceof Unreadable ? error : new Unreadable(`cannot be read: ${whyUnread(error)}`);

/** Opens a plain file, never a link or a pipe that would wait for its writer. @throws Unreadable */
function withFile<T>(path: string, use: (file: number, size: number) => T): T {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    throw unread(error);
  }
  try {
    const status = fstatSync(file);
    if (!status.isFile()) throw new Unreadable('cannot be read: it is no plain file');
    return use(file, status.size);
  } catch (error) {
    throw unread(error);
  } finally {
    closeSync(file);
  }
}

/** SHA-256 of a file of any size. @throws Unreadable */
export function hashFile(path: string): string {
  return withFile(path, (file, size) => {
    const hash = createHash('sha256');
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size + 1));
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) hash.update(piece.subarray(0, read));
    return hash.digest('hex');
  });
}

/** Bytes of a file of at most so many. @throws Unreadable */
export function readAtMost(path: string, most: number): Buffer {
  return withFile(path, (file, size) => {
    const bytes = Buffer.allocUnsafe(Math.min(size, most) + 1);
    let at = 0;
    for (let read = 1; read > 0 && at < bytes.length; at += read)
      read = readSync(file, bytes, at, bytes.length - at, null);
    if (at > most) throw tooLarge(size, most);
    return bytes.subarray(0, at);
  });
}

/** A line of a file without its end; only the last one may not be `whole`, when the file does not end with a line break. */
export interface Line {
  bytes: Buffer;
  whole: boolean;
}

/** Gives the lines of a file one by one; `take` ends it with `false`. @throws Unreadable */
export function eachLine(
  path: string,
  { most, mostLine }: { most: number; mostLine: number },
  take: (line: Line) => boolean,
): void {
  withFile(path, (file, size) => {
    if (size > most) throw tooLarge(size, most);
    const piece = Buffer.allocUnsafe(Math.min(PIECE_BYTES, size + 1));
    let rest: Buffer[] = [];
    let held = 0;
    for (let read = readSync(file, piece); read > 0; read = readSync(file, piece)) {
      let from = 0;
      for (let end = piece.indexOf(NEWLINE); end >= 0 && end < read; end = piece.indexOf(NEWLINE, from)) {
        if (held + end - from > mostLine) throw longLine(mostLine);
        const line = piece.subarray(from, end);
        if (!take({ bytes: held > 0 ? Buffer.concat([...rest, line]) : line, whole: true })) return;
        [rest, held, from] = [[], 0, end + 1];
      }
      rest.push(Buffer.from(piece.subarray(from, read)));
      held += read - from;
      if (held > mostLine) throw longLine(mostLine);
    }
    if (held > 0) take({ bytes: Buffer.concat(rest), whole: false });
  });
}

const longLine = (most: number): Unreadable =>
  new Unreadable(`has a line of more than ${sizeText(most)}, and golive reads no longer one`, true);

const tooLarge = (size: number, most: number): Unreadable =>
  new Unreadable(`has ${sizeText(size)}, and golive reads such a file up to ${sizeText(most)}`, true);

function sizeText(bytes: number): string {
  const [unit, name] = bytes >= MIB ? [MIB, 'MiB'] : [1024, 'KiB'];
  return `${Math.ceil(bytes / unit).toLocaleString('en')} ${name}`;
}

/** SHA-256 of the manifest of these files, without the manifest in memory. */
export function manifestHash(entries: readonly ManifestEntry[]): string {
  const hash = createHash('sha256');
  for (const line of manifestLines(entries)) hash.update(line);
  return hash.digest('hex');
}
