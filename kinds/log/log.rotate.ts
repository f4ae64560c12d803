import { readdir, rename, rm, stat } from 'node:fs/promises';
import { basename, dirname } from 'node:path';
import type { z } from 'zod';
import type { logRotate as kind } from './log.rotate.kind.js';
import { largest, smallest } from '../../model/largest.js';
import { asStep } from '../shared/as-step.js';
import { refuseUnreadable } from '../shared/reading.js';
import { processesOf } from '../process/processes.js';
import { readLogFile } from './log-source.js';
import { matchGroup } from '../shared/patterns.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;
const LOOK_MS = 50;
const LINES_AT_ONCE = 1000;

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
    for (const file of input.files) all.push(await rotate(file, input, context));
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
    const rest = input.sequence === undefined ? '' : `; ${outputs.lines} lines, ${outputs.lost} lost`;
    return { outputs, summary: `${done.length} of ${all.length} logs rotated, ${outputs.writing} written on${rest}` };
  },
};

/** `name.1` is the newest; they are renamed upwards, so that each keeps its content. */
async function rotatedFiles(path: string): Promise<number[]> {
  const head = `${basename(path)}.`;
  const names = await readdir(dirname(path));
  return names
    .filter((name) => name.startsWith(head) && /^[1-9]\d*$/.test(name.slice(head.length)))
    .map((name) => Number(name.slice(head.length)))
    .toSorted((a, b) => a - b);
}

async function rotate(file: string, input: Input, context: StepContext): Promise<Rotation> {
  const path = context.path(file);
  const moved = await movedBefore(path, context);
  const info = await stat(path).catch(() => undefined);
  if (!moved && !info?.isFile()) throw new StepError('NOT_FOUND', `The log ${path} is not there.`);
  const bytes = moved?.bytes ?? info?.size ?? 0;
  const before = await rotatedFiles(path);
  const untouched = {
    file,
    bytes,
    rotated: null,
    kept: before.length,
    removed: 0,
    writing: false,
    lines: 0,
    lost: 0,
    doubled: 0,
  };
  if (bytes <= input.over) return untouched;
  if (!moved) {
    await context.remember({ ...(await context.recall()), [path]: { inode: String(info?.ino), bytes } });
    // Highest first: no rename meets a file that is still there. A number that is free ends the chain that must move.
    const chain = before.filter((number, index) => number === index + 1);
    for (const number of chain.toReversed()) await rename(`${path}.${number}`, `${path}.${number + 1}`);
    await rename(path, `${path}.1`);
  }
  await signalWriter(input, context);
  const writing = await goesOn(path, input, context);
  const removed = await removeOld(path, input.keep);
  const checked =
    input.sequence === undefined
      ? { lines: 0, lost: 0, doubled: 0 }
      : await sequenceOf(path, input.sequence, writing, context);
  return {
    file,
    bytes,
    rotated: `${file}.1`,
    kept: (await rotatedFiles(path)).length,
    removed,
    writing,
    ...checked,
  };
}

/** What an earlier attempt remembered of a log when it had come to move it; the rest is still to be done. */
async function movedBefore(path: string, context: StepContext): Promise<{ bytes: number } | undefined> {
  const known = (await context.recall())?.[path] as { inode: string; bytes: number } | undefined;
  const newest = await stat(`${path}.1`).catch(() => undefined);
  return known && String(newest?.ino) === known.inode ? known : undefined;
}

async function signalWriter({ reopen }: Input, context: StepContext): Promise<void> {
  if (!reopen) return;
  const [writer] = await processesOf({ pidFile: reopen.pidFile }, context);
  if (!writer)
    throw new StepError('CHECK_FAILED', `The writer of ${reopen.pidFile} does not run, so nobody opens the log anew.`);
  process.kill(writer.pid, reopen.signal);
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

async function removeOld(path: string, keep: number): Promise<number> {
  const old = (await rotatedFiles(path)).filter((number) => number > keep);
  for (const number of old) await rm(`${path}.${number}`, { force: true });
  return old.length;
}

/** Running numbers over the newest rotated file and the log that goes on: which are missing, which stand twice. */
async function sequenceOf(
  path: string,
  pattern: string,
  writing: boolean,
  { signal }: StepContext,
): Promise<{ lines: number; lost: number; doubled: number }> {
  const files = [`${path}.1`, ...(writing ? [path] : [])];
  const seen = new Set<number>();
  let numbers = 0;
  let lines = 0;
  let held: string[] = [];
  const match = (): void => {
    for (const number of matchGroup(pattern, held).map(Number).filter(Number.isInteger)) {
      numbers += 1;
      seen.add(number);
    }
    held = [];
  };
  const line = (text: string): void => {
    lines += 1;
    if (held.push(text) >= LINES_AT_ONCE) match();
  };
  for (const file of files) {
    const { account } = await readLogFile(basename(file), file, undefined, { line, broken: line, signal });
    asStep(() => refuseUnreadable(account, { atMost: 0 }, `lines of ${file}`));
  }
  match();
  if (numbers === 0)
    throw new StepError('EXPECTATION_FAILED', `No line of ${path} has a running number as ${pattern} reads it.`);
  const span = (largest(seen) ?? 0) - (smallest(seen) ?? 0) + 1;
  return { lines, lost: span - seen.size, doubled: numbers - seen.size };
}
