import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { StepError } from '../../activities/step/step-error.js';
import type { StackDriver } from '../stack/contract.js';

const LARGEST_BYTES = 64 * 1024 * 1024;
const STACK_LINES = 100_000;
/** Longer lines are cut. */
const LINE_CHARACTERS = 4096;

/** A log with the lines of it that count; `first` is the number of the first of them, from 1. */
export interface Log {
  name: string;
  first: number;
  lines: string[];
}

/** How far a log had been written when a step first looked. */
export interface Mark {
  [key: string]: number;
  bytes: number;
  lines: number;
}

/**
 * Reads a log file from a mark on.
 *
 * @throws StepError NOT_FOUND; BAD_INPUT beyond 64 MiB
 */
export async function readLogFile(name: string, path: string, mark: Mark | undefined): Promise<Log> {
  const info = await stat(path).catch(() => undefined);
  if (!info?.isFile()) throw new StepError('NOT_FOUND', `The log file ${path} is not there.`);
  // A file that has shrunk was begun anew.
  const from = mark && mark.bytes <= info.size ? mark : { bytes: 0, lines: 0 };
  if (info.size - from.bytes > LARGEST_BYTES) {
    throw new StepError(
      'BAD_INPUT',
      `${path} has ${info.size - from.bytes} bytes to look through; ${LARGEST_BYTES} are the most.`,
      {
        hint: 'Let the log be rotated, or look with `since: now`.',
      },
    );
  }
  const lines: string[] = [];
  let rest = '';
  if (info.size > from.bytes) {
    const stream = createReadStream(path, { start: from.bytes, end: info.size - 1, encoding: 'utf8' });
    for await (const piece of stream as AsyncIterable<string>) {
      const parts = (rest + piece).split('\n');
      rest = (parts.pop() ?? '').slice(0, LINE_CHARACTERS * 4);
      for (const part of parts) lines.push(part.slice(0, LINE_CHARACTERS));
    }
  }
  if (rest) lines.push(rest.slice(0, LINE_CHARACTERS));
  return { name, first: from.lines + 1, lines };
}

/** How far a log file has been written; nothing when it is not there yet. */
export async function markOf(name: string, path: string): Promise<Mark> {
  const info = await stat(path).catch(() => undefined);
  if (!info) return { bytes: 0, lines: 0 };
  const { lines } = await readLogFile(name, path, undefined);
  return { bytes: info.size, lines: lines.length };
}

/** Reads the log of a stack's service from a mark on, counted in lines. */
export async function readServiceLog(stack: StackDriver, service: string, mark: Mark | undefined): Promise<Log> {
  const { lines, cut } = await stack.logs(service, STACK_LINES);
  if (cut) throw new StepError('CHECK_FAILED', `The log of ${service} is longer than can be looked through.`);
  // A service that has begun anew has a log of its own.
  const from = mark && mark.lines <= lines.length ? mark.lines : 0;
  return { name: service, first: from + 1, lines: lines.slice(from) };
}
