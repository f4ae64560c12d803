import { lineReader } from '../shared/lines.js';
import { ReadingError } from '../shared/reading.js';

/** Why a task has no answer as it should be; empty where it has one. */
export const TASK_ERRORS = [
  'status',
  'body',
  'timeout',
  'refused',
  'reset',
  'tls',
  'other',
  'unsent',
  // Of a page in a browser.
  'script',
  'console',
  'absent',
  'blocked',
] as const;
export type TaskError = (typeof TASK_ERRORS)[number];

/** What became of one task. All times in whole microseconds, of one monotonic clock. */
export interface TaskSample {
  /** From 0, in the order in which tasks are due. */
  task: number;
  /** Id of the request that was sent. */
  request: string;
  /** When it was due, from the beginning of the load. */
  dueUs: number;
  /** How much later the generator came to it: the generator's own fault. */
  lateUs: number;
  /** How long it then waited for one of the agents: the target's. */
  waitedUs: number;
  /** From sending it to the end of its answer, or to what it failed of. */
  tookUs: number;
  /** HTTP status; 0 where no answer came. */
  status: number;
  error: TaskError | '';
}

export const SAMPLES_HEADER = 'task,request,due_us,late_us,waited_us,took_us,status,error';
const LINE = /^(\d+),([A-Za-z][\w-]*),(\d+),(\d+),(\d+),(\d+),(\d+),([a-z]*)$/;

export function sampleLine(sample: TaskSample): string {
  const { task, request, dueUs, lateUs, waitedUs, tookUs, status, error } = sample;
  return [task, request, dueUs, lateUs, waitedUs, tookUs, status, error].join(',');
}

/** @returns undefined where the line is none */
function sampleOf(line: string): TaskSample | undefined {
  const [, task, request = '', dueUs, lateUs, waitedUs, tookUs, status, error = ''] = LINE.exec(line) ?? [];
  if (task === undefined || !isError(error)) return undefined;
  return {
    task: Number(task),
    request,
    dueUs: Number(dueUs),
    lateUs: Number(lateUs),
    waitedUs: Number(waitedUs),
    tookUs: Number(tookUs),
    status: Number(status),
    error,
  };
}

function isError(text: string): text is TaskError | '' {
  return text === '' || TASK_ERRORS.some((error) => error === text);
}

/** Takes what a generator prints, as it comes. */
export interface SampleReader {
  push(bytes: Uint8Array): void;
  /** @throws ReadingError CHECK_FAILED for a line that is none of a sample */
  end(): void;
}

/** Reads samples; a line that is none is told at the end. */
export function sampleReader(take: (sample: TaskSample) => void): SampleReader {
  const reader = lineReader({ longest: 4096, partial: 'held' }, ({ text, number }) => {
    if (number === 1) return text === SAMPLES_HEADER ? undefined : { problem: 'is not the header of samples' };
    const sample = sampleOf(text);
    if (!sample) return { problem: 'is no sample' };
    take(sample);
    return undefined;
  });
  return {
    push: reader.push,
    end: () => {
      const { unreadable, problem } = reader.end();
      if (unreadable > 0)
        throw new ReadingError('CHECK_FAILED', `Samples of the load cannot be read: ${problem ?? ''}.`);
    },
  };
}
