import { stat } from 'node:fs/promises';
import { z } from 'zod';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { openNeeded } from '../shared/read-file.js';
import type { BatchFields } from './batch-fields.js';
import type { casesRun as kind } from './cases.run.kind.js';

type Input = z.infer<(typeof kind)['input']>;

const LINE_END = 0x0a;

/** What is remembered before the script is started. */
const memory = z.object({ from: z.int().min(0), at: z.string() });

/** A script that is about to be started. */
export interface Begun {
  /** Absolute path of its file. */
  file: string;
  /** Bytes of it that are of before. */
  from: number;
  /** When the first attempt started it, ISO 8601. */
  at: string;
  /** A text with what stands in braces filled in. */
  filled(text: string): string;
}

/**
 * A script that begins anew is not started again after a worker was lost: it may still send cases, and would send all of
 * them twice.
 *
 * @throws StepError OUTCOME_UNKNOWN, so that a person is asked
 */
export async function refuseBegun(runner: BatchFields, context: StepContext): Promise<void> {
  if (runner.resumes || (await context.recall()) === undefined) return;
  throw new StepError(
    'OUTCOME_UNKNOWN',
    `${runner.argv[0]} was started by an attempt that did not come to its end, and does not say that it goes on where it was (\`resumes: true\`).`,
    { hint: 'See whether it still sends cases, and how far its file goes; `golive retry` has all cases sent anew.' },
  );
}

/**
 * Looks at the file before the script is started, and remembers where its own lines begin.
 *
 * @throws StepError EXPECTATION_FAILED for a file that holds something
 */
export async function beginBatch(input: Input, runner: BatchFields, context: StepContext): Promise<Begun> {
  const name = runOf(context.task);
  const file = context.path(runner.file.replaceAll('{run}', name));
  const values: Record<string, string> = {
    manifest: context.path(input.manifest),
    file,
    url: input.url,
    minInterval: String(context.scaled(input.minInterval) / 1000),
    retries: String(input.retries429),
    run: name,
  };
  const filled = (text: string): string =>
    text.replace(/\{(\w+)\}/g, (whole, word: string) => (Object.hasOwn(values, word) ? (values[word] ?? '') : whole));
  const known = memory.safeParse(await context.recall()).data;
  if (known) return { ...known, file, filled };
  const size = await sizeOf(file);
  if (size > 0) await refuseEarlier(file, size, runner);
  const at = context.now().toISOString();
  await context.remember({ from: size, at });
  return { file, from: size, at, filled };
}

/** A name that no other run has, nor another try of a person's. */
function runOf({ phase, phaseAttempt, step, epoch }: StepContext['task']): string {
  return `${phase}.${phaseAttempt}.${step}${epoch > 1 ? `.${epoch}` : ''}`;
}

async function sizeOf(file: string): Promise<number> {
  try {
    return (await stat(file)).size;
  } catch (error) {
    if (errnoOf(error) === 'ENOENT') return 0;
    throw new StepError(
      'NOT_FOUND',
      `The file of the script cannot be looked at: ${file} (${errnoOf(error) ?? 'error'}).`,
    );
  }
}

async function refuseEarlier(file: string, size: number, { earlier, file: name }: BatchFields): Promise<void> {
  if (earlier === 'refused') {
    throw new StepError('EXPECTATION_FAILED', `${name} holds ${size} bytes from before the script began.`, {
      hint: 'Archive it, name another file ({run} in its name is another for each run), or say `earlier: left`.',
    });
  }
  if (await endsWithLine(file, size)) return;
  throw new StepError(
    'EXPECTATION_FAILED',
    `The last line of ${name} from before has no end: what the script appends would be taken for a part of it.`,
  );
}

async function endsWithLine(file: string, size: number): Promise<boolean> {
  const { handle } = await openNeeded(file, 'The file of the script');
  try {
    // Two bytes: a line end of UTF-16 has as many.
    const last = Buffer.alloc(Math.min(2, size));
    await handle.read(last, 0, last.length, size - last.length);
    return last.at(-1) === LINE_END || (last.includes(LINE_END) && last.includes(0));
  } finally {
    await handle.close();
  }
}
