import { basename } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { z } from 'zod';
import { asStep } from '../shared/as-step.js';
import { type Line, type LineReader, lineReader, type LinesAccount } from '../shared/lines.js';
import { openNeeded, type OpenFile, piecesOf } from '../shared/read-file.js';
import { addAccount, countUnreadable } from '../shared/reading.js';
import type { Opening } from '../shared/text.js';
import { StepError } from '../../activities/step/step-error.js';
import type { ServiceLog } from '../stack/contract.js';
import { type Course, courseOf, type LogPart, seenBy } from './log-course.js';
import { type Mark, markSchema, openingOfFile, sightingOf } from './log-mark.js';

/** What looks at the lines of logs. */
export interface LogLooker {
  /** A line, and where it stands: `app.log:12`. */
  line(text: string, place: string): void;
  /** A line that cannot be read, as far as it is text. */
  broken(text: string, place: string): void;
  /** Looks at what takes long, between the pieces of a log. */
  settle?(): Promise<void>;
  signal: AbortSignal;
}

/** What came of a log. */
export interface LogRead {
  account: LinesAccount;
  /** A part of it that is gone: what was written to it is not known. */
  lost?: string;
  /** Its mark, with what this look saw. */
  mark?: Mark;
}

/** Whoever rotates a log has done so by then, but for what is not there any more. */
const SETTLED_MS = 100;

const nothing = (): LinesAccount => ({ looked: 0, unreadable: 0, leftOut: 0, zeros: 0 });

/**
 * Reads the lines of a log file as they come; of any length of file.
 *
 * @param name how the file is called where people read
 * @param mark from where on; a log that was rotated or begun anew since is read on where it was moved to
 * @throws StepError NOT_FOUND when it is not there
 */
export async function readLogFile(
  name: string,
  path: string,
  mark: Mark | undefined,
  looker: LogLooker,
): Promise<LogRead> {
  const { file, course } = await openCourse(path, mark);
  try {
    const account = nothing();
    for (const part of course.parts) addAccount(account, await readPart(part, name, looker));
    addAccount(account, await readOpen(file, { path: name, from: course.from, lines: course.lines }, looker));
    if (!mark) return { account };
    const last = await sightingOf(file);
    if ((await file.handle.stat()).size < file.stats.size) {
      throw new StepError('CHECK_FAILED', `${name} was truncated while it was read.`, { hint: 'Look again.' });
    }
    const read = { account, mark: seenBy(mark, last, course) };
    return course.lost === undefined ? read : { ...read, lost: `${name}: ${course.lost}` };
  } finally {
    await file.handle.close();
  }
}

const ALL: Course = { parts: [], from: 0, lines: 0 };

/** Opens a log with its course. A look may fall between a copy and its truncation: what is lost is lost twice. */
async function openCourse(path: string, mark: Mark | undefined): Promise<{ file: OpenFile; course: Course }> {
  for (let looks = 1; ; looks += 1) {
    const file = await openNeeded(path, 'The log file');
    try {
      const course = mark ? await courseOf(file, path, mark) : ALL;
      if (course.lost === undefined || mark?.lost !== undefined || looks === 2) return { file, course };
    } catch (error) {
      await file.handle.close();
      throw error;
    }
    await file.handle.close();
    await pause(SETTLED_MS);
  }
}

async function readPart(part: LogPart, name: string, looker: LogLooker): Promise<LinesAccount> {
  const file = await openNeeded(part.path, 'The rotated log');
  const shown = name.replace(/[^/]*$/, basename(part.path));
  try {
    return await readOpen(file, { ...part, path: shown }, looker);
  } finally {
    await file.handle.close();
  }
}

/** @param part with the name that is shown for its path */
async function readOpen(file: OpenFile, part: LogPart, looker: LogLooker): Promise<LinesAccount> {
  const opening = part.from === 0 ? undefined : await openingOfFile(file);
  const reader = logReader(part.path, part.lines, looker, opening);
  for await (const piece of piecesOf(file, part.from, file.stats.size, looker.signal)) {
    asStep(() => reader.push(piece));
    await looker.settle?.();
  }
  const account = asStep(() => reader.end());
  await looker.settle?.();
  return account;
}

function logReader(name: string, before: number, looker: LogLooker, opening: Opening | undefined): LineReader {
  const placeOf = ({ number }: Line): string => `${name}:${before + number}`;
  return lineReader(
    opening ? { opening } : {},
    (line) => {
      looker.line(line.text, placeOf(line));
      return undefined;
    },
    (line) => looker.broken(line.text, placeOf(line)),
  );
}

/**
 * Reads the log of a stack's service since it last began, whole.
 *
 * @param from what of it counts: the mark of a file, the time of an engine's log
 */
export async function readServiceLog(
  service: string,
  log: ServiceLog,
  from: ServiceMark | undefined,
  looker: LogLooker,
): Promise<LogRead> {
  if ('path' in log) {
    if (from && 'size' in from && from.size > log.from) return readLogFile(service, log.path, from, looker);
    return { account: await readFrom(service, log, looker) };
  }
  const reader = logReader(service, 0, looker, undefined);
  let failed: { error: unknown } | undefined;
  const since = from && 'time' in from ? new Date(from.time) : undefined;
  await log.pour(since, (bytes) => {
    if (failed) return;
    try {
      reader.push(bytes);
    } catch (error) {
      failed = { error };
    }
  });
  const account = asStep(() => endOf(reader, failed));
  await looker.settle?.();
  return { account };
}

function endOf(reader: LineReader, failed: { error: unknown } | undefined): LinesAccount {
  if (failed) throw failed.error;
  return reader.end();
}

async function readFrom(service: string, { path, from }: { path: string; from: number }, looker: LogLooker) {
  let file: OpenFile;
  try {
    file = await openNeeded(path, 'The log of the service');
  } catch (error) {
    // A service that was never started has said nothing.
    if (error instanceof StepError && error.code === 'NOT_FOUND') return nothing();
    throw error;
  }
  try {
    return await readOpen(file, { path: service, from: Math.min(from, file.stats.size), lines: 0 }, looker);
  } finally {
    await file.handle.close();
  }
}

/** Where the log of a service stood when a step first looked. */
export const serviceMarkSchema = z.union([markSchema, z.object({ time: z.string() })]);
export type ServiceMark = z.infer<typeof serviceMarkSchema>;

/** Counts a part that is lost among what could not be read. */
export function countLost({ account, lost }: LogRead): LinesAccount {
  if (lost !== undefined) countUnreadable(account, lost);
  return account;
}
