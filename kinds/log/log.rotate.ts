import { lstat, realpath, rename, rm, stat } from 'node:fs/promises';
import { basename, resolve } from 'node:path';
import type { z } from 'zod';
import type { logRotate as kind } from './log.rotate.kind.js';
import { readPidFile } from '../process/pid-file.js';
import { type RunningProcess, shownCommand } from '../process/running.js';
import { linkIntoPlace, writeDraft } from '../../evidence/durable.js';
import { whileFileLocked } from '../shared/locked-file.js';
import { largest } from '../../model/largest.js';
import { asStep } from '../shared/as-step.js';
import { refuseUnreadable } from '../shared/reading.js';
import { readLogFile } from './log-source.js';
import { lineMatcher } from '../shared/patterns.js';
import { realPlace } from '../shared/tree.js';
import { isJsonObject } from '../../model/json.js';
import { errnoOf } from '../../host/errno.js';
import { mayBeSignalled, onSignal } from '../../host/process.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';

type Input = z.infer<(typeof kind)['input']>;
const LOOK_MS = 50;

/** What became of one log. */
interface Rotation {
  file: string;
  bytes: number;
  rotated: string | null;
  kept: number;
  removed: number;
  writing: boolean;
  lines: number;
  lost: number;
  doubled: number;
}

export const logRotate: HandlerOf<typeof kind> = {
  async do(input, context) {
    const all: Rotation[] = [];
    const logs = await logsOf(input, context);
    // What stands in the way of one is found before any is renamed.
    for (const path of logs.values()) await chainOf(path);
    for (const [file, path] of logs) {
      all.push(await whileFileLocked(path, context, () => rotate(file, path, input, context)));
    }
    await context.evidence.write('rotation.json', `${JSON.stringify(all, null, 2)}\n`);
    const sum = (figure: (one: Rotation) => number): number => all.reduce((total, one) => total + figure(one), 0);
    const done = all.filter(({ rotated }) => rotated !== null);
    const outputs = {
      rotated: done.length,
      kept: largest(all.map(({ kept }) => kept)) ?? 0,
      removed: sum(({ removed }) => removed),
      writing: done.filter(({ writing }) => writing).length,
      lost: sum(({ lost }) => lost),
      doubled: sum(({ doubled }) => doubled),
      lines: sum(({ lines }) => lines),
    };
    const rest = input.sequence === undefined ? '' : `; ${counted(outputs.lines, 'line')}, ${outputs.lost} lost`;
    const led = done.filter(({ file, rotated }) => rotated !== `${file}.1`).map(({ rotated }) => `; as ${rotated}`);
    return {
      outputs,
      summary: `${done.length} of ${all.length} logs rotated, ${outputs.writing} written on${rest}${led.join('')}`,
    };
  },
};

/**
 * How many rotated files a log has: `name.1` is the newest, and the first number that is free ends them. What stands
 * behind it (`name.20261126`, `name.4711`) is not of this rotation: it is not moved, counted or removed.
 *
 * @throws StepError BAD_INPUT where something else than a file has such a name
 */
async function chainOf(path: string): Promise<number> {
  for (let number = 1; ; number += 1) {
    const info = await lstat(`${path}.${number}`).catch((error: unknown) => {
      if (['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '')) return undefined;
      throw error;
    });
    if (info === undefined) return number - 1;
    if (!info.isFile() && !info.isSymbolicLink())
      throw new StepError('BAD_INPUT', `${path}.${number} is no file, so ${path} is not rotated.`);
  }
}

/** The logs with the files that they really are: one that is a link stays, and what it names is rotated, once. */
async function logsOf({ files }: Input, context: StepContext): Promise<Map<string, string>> {
  const logs = new Map<string, string>();
  const known = await context.recall();
  for (const file of files) {
    // Where an earlier attempt has moved the log, a link to it leads nowhere for the moment.
    const before = known && Object.values(known).find((one) => isJsonObject(one) && one.file === file);
    const real =
      isJsonObject(before) && typeof before.real === 'string' ? before.real : await realLog(context.path(file));
    if (![...logs.values()].includes(real)) logs.set(file, real);
  }
  return logs;
}

async function realLog(path: string): Promise<string> {
  return realpath(path).catch((error: unknown) => {
    if (errnoOf(error) === 'ENOENT') return realPlace(path);
    throw error;
  });
}

async function rotate(file: string, path: string, input: Input, context: StepContext): Promise<Rotation> {
  const linked = path !== resolve(context.task.goLive.baseDir, file);
  const moved = await movedBefore(path, context);
  const info = await stat(path).catch(() => undefined);
  if (!moved && !info) throw new StepError('NOT_FOUND', `The log ${path} is not there.`);
  if (!moved && !info?.isFile()) throw new StepError('BAD_INPUT', `${path} is no regular file, so it is not rotated.`);
  const bytes = moved?.bytes ?? info?.size ?? 0;
  const before = await chainOf(path);
  const untouched = {
    file,
    bytes,
    rotated: null,
    kept: before,
    removed: 0,
    writing: false,
    lines: 0,
    lost: 0,
    doubled: 0,
  };
  if (bytes <= input.over) return untouched;
  // Everything that may refuse comes before anything is renamed.
  if (input.sequence !== undefined) lineMatcher(input.sequence);
  await findWriter(input, context);
  if (!moved) {
    const noted = { inode: String(info?.ino), bytes, file, real: path };
    await context.remember({ ...(await context.recall()), [path]: noted });
    // Highest first: no rename meets a file that is still there.
    for (let number = before; number > 0; number -= 1) await rename(`${path}.${number}`, `${path}.${number + 1}`);
    await rename(path, `${path}.1`);
  }
  if (linked) await makeAnew(path);
  const writer = await findWriter(input, context);
  if (writer && input.reopen) process.kill(writer.pid, input.reopen.signal);
  const writing = await goesOn(path, input, context);
  const removed = await removeOld(path, input.keep);
  const checked =
    input.sequence === undefined
      ? { lines: 0, lost: 0, doubled: 0 }
      : await sequenceOf(path, input.sequence, writing, context);
  return {
    file,
    bytes,
    // A link stays; beside what it names lies what was rotated.
    rotated: linked ? `${path}.1` : `${file}.1`,
    kept: await chainOf(path),
    removed,
    writing,
    ...checked,
  };
}

/** A link shall not lead nowhere: an empty log of the same mode and owner, unless the writer was faster. */
async function makeAnew(path: string): Promise<void> {
  const { mode, uid, gid } = await stat(`${path}.1`);
  await linkIntoPlace(await writeDraft(path, '', mode & 0o7777, { uid, gid }), path);
}

/** What an earlier attempt remembered of a log when it had come to move it; the rest is still to be done. */
async function movedBefore(path: string, context: StepContext): Promise<{ bytes: number } | undefined> {
  const known = (await context.recall())?.[path] as { inode: string; bytes: number } | undefined;
  const newest = await stat(`${path}.1`).catch(() => undefined);
  return known && String(newest?.ino) === known.inode ? known : undefined;
}

/**
 * The process that is to be told, asked who it is: that of the pid file and none that got its number later, and one that
 * makes something of the signal instead of being ended by it.
 */
async function findWriter({ reopen }: Input, context: StepContext): Promise<RunningProcess | undefined> {
  if (!reopen) return undefined;
  const { pidFile, signal, command } = reopen;
  const refuse = (why: string, hint: string): StepError =>
    new StepError('CHECK_FAILED', `${why}, so nobody is told to open the log anew.`, { hint });
  const read = await readPidFile(context.path(pidFile));
  if ('refused' in read)
    throw refuse(read.refused, 'See whether the writer runs, and which file holds its id; then retry.');
  const { process: writer } = read;
  const who = `The process ${writer.pid} of ${pidFile} (${shownCommand(writer.command.replace(/\s+/g, ' '), 100)})`;
  if (command !== undefined && !writer.command.includes(command)) {
    throw refuse(`${who} has no ${JSON.stringify(command)} in its command line`, 'See who wrote the pid file.');
  }
  if (onSignal(writer.pid, signal) === 'ends') {
    throw refuse(
      `${who} does not handle ${signal} and would be ended by it`,
      'See whether it is the writer of the log.',
    );
  }
  if (!mayBeSignalled(writer.pid)) {
    throw refuse(`${who} takes no signal of this worker's user`, 'Let the worker run as that user, or as root.');
  }
  return writer;
}

/** Whether the writer makes the log anew and writes into it. */
async function goesOn(path: string, { settle }: Input, context: StepContext): Promise<boolean> {
  const begun = performance.now();
  while (performance.now() - begun < settle) {
    if (((await stat(path).catch(() => undefined))?.size ?? 0) > 0) return true;
    await context.sleep(LOOK_MS);
  }
  return false;
}

/** Removes the oldest first: a step that is lost between leaves no gap in the numbers. */
async function removeOld(path: string, keep: number): Promise<number> {
  const last = await chainOf(path);
  for (let number = last; number > keep; number -= 1) await rm(`${path}.${number}`);
  return Math.max(0, last - keep);
}

/** Running numbers over the newest rotated file and the log that goes on: which are missing, which stand twice. */
async function sequenceOf(
  path: string,
  pattern: string,
  writing: boolean,
  { signal }: StepContext,
): Promise<{ lines: number; lost: number; doubled: number }> {
  const files = [`${path}.1`, ...(writing ? [path] : [])];
  const seen = new Set<bigint>();
  let numbers = 0;
  let lines = 0;
  const { group } = lineMatcher(pattern);
  const line = (text: string): void => {
    lines += 1;
    const number = runningNumber(group(text));
    if (number === undefined) return;
    numbers += 1;
    seen.add(number);
  };
  for (const file of files) {
    const { account } = await readLogFile(basename(file), file, undefined, { line, broken: line, signal });
    asStep(() => refuseUnreadable(account, { atMost: 0 }, `lines of ${file}`));
  }
  if (numbers === 0)
    throw new StepError('EXPECTATION_FAILED', `No line of ${path} has a running number as ${pattern} reads it.`);
  const lost = Number(spanOf(seen)) - seen.size;
  if (Number.isSafeInteger(lost)) return { lines, lost, doubled: numbers - seen.size };
  throw new StepError(
    'EXPECTATION_FAILED',
    `What ${pattern} reads in ${path} are no running numbers: they lie ${lost} apart.`,
  );
}

/** A whole number of any size, as digits say it; longer ones are no running numbers. */
function runningNumber(text: string | undefined): bigint | undefined {
  return text !== undefined && /^-?\d{1,40}$/.test(text) ? BigInt(text) : undefined;
}

/** From the smallest to the largest, both counted. */
function spanOf(numbers: ReadonlySet<bigint>): bigint {
  let [least] = numbers;
  let most = least;
  for (const number of numbers) {
    if (least === undefined || number < least) least = number;
    if (most === undefined || number > most) most = number;
  }
  return (most ?? 0n) - (least ?? 0n) + 1n;
}
