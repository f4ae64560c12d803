import { rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { ballastThere, freeBytes } from './ballast.js';
import { BALLAST, type chaosDisk as kind } from './chaos.disk.kind.js';
import { experiment, type Fault, undoFault } from './experiment.js';
import { runHolder } from './run-holder.js';
import { ownName } from './own-name.js';
import type { CheckContext, HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const promised = z.object({ path: z.string() });

/** Whether there is room for the file. @returns the folder, absolute, and what is free */
async function look({ folder, bytes, leaves }: Input, context: CheckContext): Promise<{ at: string; free: number }> {
  const at = context.path(folder);
  if (!(await stat(at).catch(() => undefined))?.isDirectory()) {
    throw new StepError('NOT_FOUND', `${at} is no folder; nothing was written.`);
  }
  const free = await freeBytes(at);
  if (free - bytes >= leaves) return { at, free };
  throw new StepError(
    'EXPECTATION_FAILED',
    `A file of ${bytes} bytes in ${at} would leave ${free - bytes} bytes free, and ${leaves} are the least; nothing was written.`,
    { hint: 'Give fewer `bytes`, or free some of the disk.' },
  );
}

async function takeAway(path: string, context: StepContext): Promise<string> {
  if (!(await ballastThere(path))) return `${path} is gone`;
  await context.inHeldFolder(path, (held) => rm(held, { force: true }));
  if (await ballastThere(path)) throw new StepError('CHECK_FAILED', `${path} is still there.`);
  return `took ${path} away`;
}

function faultOf(input: Input, context: StepContext): Fault {
  const lift: Fault['lift'] = async (promise) => takeAway(promised.parse(promise).path, context);
  return {
    name: `a file of ${input.bytes} bytes`,
    prepare: async () => {
      const { at } = await look(input, context);
      const path = join(at, ownName(`${BALLAST}.`, context.task));
      // What has this name is of an earlier attempt of this step.
      await takeAway(path, context);
      return { path };
    },
    run: (promise, note, signal) => {
      const { bytes, leaves, lasts } = input;
      const order = { fault: 'disk' as const, path: promised.parse(promise).path, bytes, leaves, lastsMs: lasts };
      return runHolder(order, note, signal, context);
    },
    lift,
  };
}

export const chaosDisk: HandlerOf<typeof kind> = {
  do: (input, context) => experiment(input, faultOf(input, context), context),
  undo: (input, context) => undoFault(faultOf(input, context), context),
  check: async (input, context) => {
    const { at, free } = await look(input, context);
    return `${free} bytes are free at ${at}`;
  },
};
