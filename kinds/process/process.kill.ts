import type { processKill as kind } from './process.kill.kind.js';
import { processOf, shownCommand } from './running.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';

/** Start times come from clocks that are read at different moments. */
const SAME_MS = 1000;

export const processKill: HandlerOf<typeof kind> = {
  async do({ pid, startedAt, signal }, context) {
    const found = processOf(pid);
    if (!found) throw new StepError('CHECK_FAILED', `The process ${pid} runs no more; nothing was killed.`);
    if (!(Math.abs(Date.parse(found.startedAt) - Date.parse(startedAt)) < SAME_MS)) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The process ${pid} began at ${found.startedAt}, not at ${startedAt}: it is another one by now; nothing was killed.`,
      );
    }
    if (pid === process.pid || pid === process.ppid) {
      throw new StepError('BAD_INPUT', `The process ${pid} is golive’s own worker; nothing was killed.`);
    }
    const at = context.now().toISOString();
    try {
      process.kill(pid, signal);
    } catch (cause) {
      const code = errnoOf(cause) ?? 'error';
      throw new StepError('EXPECTATION_FAILED', `The process ${pid} could not be sent ${signal} (${code}).`, { cause });
    }
    return { outputs: { pid, at }, summary: `sent ${signal} to ${pid} (${shownCommand(found.command, 120)})` };
  },
};
