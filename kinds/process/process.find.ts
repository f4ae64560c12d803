import type { processFind as kind } from './process.find.kind.js';
import { nameOf, processesOf } from './processes.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

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
    return { outputs: { ...one }, summary: `process ${one.pid}, since ${one.startedAt}` };
  },
};
