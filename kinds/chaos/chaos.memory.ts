import { freemem } from 'node:os';
import type { z } from 'zod';
import type { chaosMemory as kind } from './chaos.memory.kind.js';
import { experiment, type Fault, undoFault } from './experiment.js';
import { runHolder } from './run-holder.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

/** What may still be taken without swapping, also within the worker's own container, in bytes. */
function availableMemory(): number {
  const within = process.constrainedMemory?.() ?? 0;
  const limit = within > 0 && within < Number.MAX_SAFE_INTEGER ? within : Number.POSITIVE_INFINITY;
  return Math.min(freemem(), limit);
}

function look({ bytes, share }: Input): number {
  const available = availableMemory();
  if (bytes <= share * available) return available;
  throw new StepError(
    'EXPECTATION_FAILED',
    `${bytes} bytes are more than ${share} of the ${available} bytes of memory that are available; nothing was taken.`,
    { hint: 'Give fewer `bytes`, or free some of the memory.' },
  );
}

function faultOf(input: Input, context: StepContext): Fault {
  return {
    name: `a process that takes ${input.bytes} bytes of memory`,
    prepare: async () => {
      look(input);
      return { bytes: input.bytes };
    },
    run: (_, note, signal) =>
      runHolder({ fault: 'memory', bytes: input.bytes, lastsMs: input.lasts }, note, signal, context),
    // Its group has ended before: that of a lost attempt with the beginning of this one.
    lift: async () => 'the process that took the memory has ended',
  };
}

export const chaosMemory: HandlerOf<typeof kind> = {
  do: (input, context) => experiment(input, faultOf(input, context), context),
  undo: (input, context) => undoFault(faultOf(input, context), context),
  check: async (input) => `${look(input)} bytes of memory are available`,
};
