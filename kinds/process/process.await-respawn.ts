import type { processAwaitRespawn as kind } from './process.await-respawn.kind.js';
import { formatDuration } from '../../model/duration.js';
import { nameOf, processesOf } from './processes.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const LOOK_MS = 20;
/** A start time is told in hundredths of a second and from a clock read beside it, so it may seem this much earlier. */
const CLOCK_MS = 50;

export const processAwaitRespawn: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { not, since, within } = input;
    const killedMs = Date.parse(since);
    if (Number.isNaN(killedMs)) throw new StepError('BAD_INPUT', `\`since\` is no time: ${since.slice(0, 60)}.`);
    const begun = performance.now();
    for (;;) {
      // One that ran before the kill is another one of that name, no successor.
      const [found] = (await processesOf(input, context))
        .filter(({ pid, startedAt }) => pid !== not && Date.parse(startedAt) >= killedMs - CLOCK_MS)
        .toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
      if (found) {
        const { pid, startedAt } = found;
        const respawnMs = Math.max(0, Date.parse(startedAt) - killedMs);
        return {
          outputs: { pid, startedAt, respawnMs },
          summary: `${not} was followed by ${pid} after ${respawnMs} ms`,
        };
      }
      if (performance.now() - begun > within) {
        throw new StepError(
          'CHECK_FAILED',
          `No new process ${nameOf(input)} runs ${formatDuration(within)} after ${not} was killed.`,
        );
      }
      context.progress({ text: `waiting for the successor of ${not}` });
      await context.sleep(LOOK_MS);
    }
  },
};
