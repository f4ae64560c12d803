import { basename } from 'node:path';
import { largest } from '../../model/largest.js';
import { openNeeded, type OpenFile } from '../shared/read-file.js';
import { isMarked, isMarkedAt, type Mark, type Sighting, sightingOf } from './log-mark.js';
import { type Beside, filesBeside, numberOf } from './log-names.js';

/** A part of a log that is still to be read. */
export interface LogPart {
  path: string;
  from: number;
  /** Lines before. */
  lines: number;
}

/** Where all that was written to a log since its mark is to be read. */
export interface Course {
  /** What was moved away, the oldest first. */
  parts: LogPart[];
  /** From where on the log itself is of it. */
  from: number;
  lines: number;
  /** What of it is gone, or cannot be told. */
  lost?: string;
}

/**
 * Finds where a log went on since its mark: it may have been written on, moved away and begun anew, copied and truncated,
 * more than once. What cannot be told is lost.
 */
export async function courseOf(file: OpenFile, path: string, mark: Mark): Promise<Course> {
  const inode = String(file.stats.ino);
  const fresh = await freshBeside(path, inode, mark);
  const course = mark.size === 0 ? sinceNothing(fresh, path, inode, mark) : await sinceMark(file, fresh, path, mark);
  const lost = mark.lost ?? course.lost ?? (await lastLost(file, course.parts, mark));
  return lost === undefined ? course : { ...course, lost };
}

/** What is beside a log and was not when it was marked, or is not as it was. */
async function freshBeside(path: string, inode: string, mark: Mark): Promise<Beside[]> {
  const all = await filesBeside(path, mark.inode);
  return all
    .filter((one) => one.inode !== inode && (one.inode === mark.inode || one.changed >= mark.changed))
    .filter((one) => {
      const before = mark.beside[one.inode];
      if (before === undefined) return true;
      // A log beside it that is written on is another; only one that is named after it may have been overwritten.
      return before !== one.state && one.name.startsWith(basename(path));
    })
    .toSorted((a, b) => a.changed - b.changed);
}

const whole = ({ path }: Beside): LogPart => ({ path, from: 0, lines: 0 });
const readable = (one: Beside, mark: Mark): boolean => one.kinship === 'rotated' || one.inode === mark.inode;

/** The log was empty, or not there: all that came is of it. */
function sinceNothing(fresh: Beside[], path: string, inode: string, mark: Mark): Course {
  const moved = mark.inode !== '' && mark.inode !== inode && !fresh.some((one) => one.inode === mark.inode);
  const gone = moved ? 'what was written to it, before it was begun anew, is not there any more' : undefined;
  const lost = gone ?? unknownOf(fresh, mark) ?? gapIn(fresh, path, undefined);
  const parts = fresh.filter((one) => readable(one, mark)).map(whole);
  return { parts, from: 0, lines: 0, ...(lost === undefined ? {} : { lost }) };
}

async function sinceMark(file: OpenFile, fresh: Beside[], path: string, mark: Mark): Promise<Course> {
  const same = String(file.stats.ino) === mark.inode && (await isMarked(file, mark));
  const marked: Beside[] = [];
  for (const one of fresh) if (await isMarkedAt(one.path, mark)) marked.push(one);
  const copies: Beside[] = [];
  for (const one of same ? marked : []) if (!(await isCopy(file, one.path))) copies.push(one);
  // A line that was half-written is new when it goes on.
  const from = file.stats.size === mark.size ? mark.size : mark.bytes;
  if (same && copies.length === 0) return { parts: [], from, lines: mark.lines };
  const old = same ? copies[0] : (marked.find((one) => one.inode === mark.inode) ?? marked[0]);
  const rest = fresh.filter((one) => one !== old && readable(one, mark)).map(whole);
  const first = old ? [{ path: old.path, from: mark.bytes, lines: mark.lines }] : [];
  const gone = `what was written to it after its byte ${mark.size}, before it was rotated, is not there any more`;
  const lost = old ? (unknownOf(fresh, mark) ?? gapIn(fresh, path, old)) : gone;
  return { parts: [...first, ...rest], from: 0, lines: 0, ...(lost === undefined ? {} : { lost }) };
}

/** Whether a log goes on as the file beside it ends: somebody copied it, and did not truncate it. */
async function isCopy(file: OpenFile, path: string): Promise<boolean> {
  const copy = await openNeeded(path, 'The rotated log').catch(() => undefined);
  if (!copy) return false;
  try {
    return await isMarked(file, await sightingOf(copy));
  } finally {
    await copy.handle.close();
  }
}

function unknownOf(fresh: Beside[], mark: Mark): string | undefined {
  const one = fresh.find((beside) => !readable(beside, mark));
  if (!one) return undefined;
  return one.kinship === 'packed'
    ? `${one.name}, which was rotated since, is packed`
    : `${one.name} came beside it, and it cannot be told whether it was rotated`;
}

/** Rotated logs that have numbers have all of them: one that is missing was read by nobody. */
function gapIn(fresh: Beside[], path: string, old: Beside | undefined): string | undefined {
  const head = basename(path);
  const numbers = fresh.flatMap(({ name }) => numberOf(name, head) ?? []);
  const first = old ? numberOf(old.name, head) : undefined;
  if (old && first === undefined) return undefined;
  const highest = largest(numbers) ?? 0;
  // Most loggers give the newest the number 1; with others it has the highest.
  const from = first !== undefined && highest > first ? first : 1;
  const to = first !== undefined && highest === first ? first : highest;
  for (let number = from; number <= to; number += 1) {
    if (!numbers.includes(number)) return `of what was rotated since, number ${number} is not there any more`;
  }
  return undefined;
}

/** What was read at the latest look is in the log or in what was rotated; else more than that is gone. */
async function lastLost(file: OpenFile, parts: LogPart[], { last }: Mark): Promise<string | undefined> {
  if (last === undefined || (await isMarked(file, last))) return undefined;
  for (const { path } of parts) if (await isMarkedAt(path, last)) return undefined;
  return 'what stood in it at the look before is not there any more';
}

/** A mark with what this look saw, for the next one. */
export function seenBy(mark: Mark, last: Sighting, { lost }: Course): Mark {
  return { ...mark, last, ...(lost === undefined ? {} : { lost }) };
}
