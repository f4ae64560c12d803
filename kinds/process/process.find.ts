import type { processFind as kind } from './process.find.kind.js';
import { nameOf, processesOf } from './processes.js';
import { shownCommand } from './running.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** So many characters of its command line are an output; it is found by the whole. */
const SHOWN = 1000;

export const processFind: HandlerOf<typeof kind> = {
  async do(input, context) {
    const found = await processesOf(input, context);
    const [one, second] = found;
    if (!one) throw new StepError('CHECK_FAILED', `No process ${nameOf(input)} runs.`);
    if (second) {
      const pids = found.map(({ pid }) => pid).join(', ');
      throw new StepError('CHECK_FAILED', `${found.length} processes ${nameOf(input)} run: ${pids}.`, {
        hint: 'Name the one that is meant more closely.',
      });
    }
    return {
      outputs: { ...one, command: shownCommand(one.command, SHOWN) },
      summary: `process ${one.pid}, since ${one.startedAt}`,
    };
  },
};
