import { createHash } from 'node:crypto';
import { stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { z } from 'zod';
import { asStep } from '../shared/as-step.js';
import { newlineIn } from '../shared/lines.js';
import { openNeeded, type OpenFile, piecesOf } from '../shared/read-file.js';
import { type Encoding, OPENING_BYTES, type Opening, openingOf } from '../shared/text.js';
import { exists } from '../shared/tree.js';
import { filesBeside } from './log-names.js';

/** Bytes at the beginning and before the end of a log by which it is known again. */
const PRINT_BYTES = 4096;

const sighting = z.object({
  size: z.int(),
  /** Empty for a log that was not there. */
  inode: z.string(),
  /** SHA-256 over its first bytes and its last. */
  print: z.string(),
});

/** A log as it was at some time, and by what it is known again wherever it was moved. */
export type Sighting = z.infer<typeof sighting>;

/** How far a log had been written when a step first looked. Marks of earlier versions know nothing of what stood beside. */
export const markSchema = sighting.extend({
  /** Where the next line begins; a line that was half-written then is of it. */
  bytes: z.int(),
  /** Whole lines before. */
  lines: z.int(),
  /** When it was written last, by its file system's clock: nothing that is older is of what came then. */
  changed: z.number().default(0),
  /** What stood beside it by names that a rotated log may have: inode → what it was. */
  beside: z.record(z.string(), z.string()).default({}),
  /** The log at the latest look: what was read then must still be somewhere. */
  last: sighting.exactOptional(),
  /** What an earlier look found to be gone stays unknown. */
  lost: z.string().exactOptional(),
});
export type Mark = z.infer<typeof markSchema>;

/** How far a log file has been written; of one that is not there yet, what is there in its stead. */
export async function markOf(path: string, signal: AbortSignal): Promise<Mark> {
  // First: what is rotated meanwhile is then new, and not taken for old.
  const beside = Object.fromEntries((await filesBeside(path)).map(({ inode, state }) => [inode, state]));
  if (!(await exists(path))) {
    // No folder, no logs in it either.
    const changed = (await stat(dirname(path)).catch(() => undefined))?.mtimeMs ?? 0;
    return { bytes: 0, lines: 0, size: 0, inode: '', print: '', changed, beside };
  }
  const file = await openNeeded(path, 'The log file');
  try {
    const { bytes, lines } = await whereLinesEnd(file, signal);
    return { bytes, lines, ...(await sightingOf(file)), changed: file.stats.mtimeMs, beside };
  } finally {
    await file.handle.close();
  }
}

/** A log as it was when it was opened. */
export async function sightingOf(file: OpenFile): Promise<Sighting> {
  const { size, ino } = file.stats;
  return { size, inode: String(ino), print: await printOf(file, size) };
}

async function whereLinesEnd(file: OpenFile, signal: AbortSignal): Promise<{ bytes: number; lines: number }> {
  const { encoding } = await openingOfFile(file);
  const width = widthOf(encoding);
  let bytes = 0;
  let lines = 0;
  let at = 0;
  let rest: Uint8Array = new Uint8Array();
  for await (const piece of piecesOf(file, 0, file.stats.size, signal)) {
    const all = rest.length === 0 ? piece : Buffer.concat([rest, piece]);
    const whole = all.subarray(0, all.length - (all.length % width));
    for (let end = newlineIn(whole, 0, encoding); end >= 0; end = newlineIn(whole, end + width, encoding)) {
      lines += 1;
      bytes = at + end + width;
    }
    at += whole.length;
    rest = all.subarray(whole.length);
  }
  return { bytes, lines };
}

const widthOf = (encoding: Encoding): number => (encoding.startsWith('utf-16') ? 2 : 1);

/** How the text of an open log begins. */
export async function openingOfFile({ handle }: OpenFile): Promise<Opening> {
  const head = Buffer.alloc(OPENING_BYTES);
  const { bytesRead } = await handle.read(head, 0, head.length, 0);
  return asStep(() => openingOf(head.subarray(0, bytesRead)));
}

async function printOf({ handle }: OpenFile, size: number): Promise<string> {
  const hash = createHash('sha256');
  const length = Math.min(PRINT_BYTES, size);
  for (const from of [0, size - length]) {
    const bytes = Buffer.alloc(length);
    const { bytesRead } = await handle.read(bytes, 0, length, from);
    hash.update(bytes.subarray(0, bytesRead));
  }
  return hash.digest('hex');
}

/** Whether an open file begins as a log did, perhaps written on. An empty log is known by its inode alone. */
export async function isMarked(file: OpenFile, mark: Sighting): Promise<boolean> {
  if (file.stats.size < mark.size) return false;
  if (mark.size === 0) return String(file.stats.ino) === mark.inode;
  return (await printOf(file, mark.size)) === mark.print;
}

/** The same for a path; not for what cannot be opened. */
export async function isMarkedAt(path: string, mark: Sighting): Promise<boolean> {
  const file = await openNeeded(path, 'The rotated log').catch(() => undefined);
  if (!file) return false;
  try {
    return await isMarked(file, mark);
  } finally {
    await file.handle.close();
  }
}
