import type { wait as kind } from './wait.kind.js';
import { formatDuration } from '../../model/duration.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';

const BEAT_MS = 1000;
/** A wait as long as this goes on where it stood when its worker is lost: what is shorter begins again. */
const LONG_MS = 60_000;

export const wait: HandlerOf<typeof kind> = {
  async do(input, context) {
    const totalMs = context.scaled(input.for);
    const begun = performance.now();
    const before = totalMs < LONG_MS ? 0 : await waitedBefore(context);
    const because = input.reason ? `: ${input.reason}` : '';
    for (;;) {
      const left = totalMs - before - (performance.now() - begun);
      if (left <= 0) break;
      const forecast = new Date(context.now().getTime() + left).toISOString();
      context.progress({ forecast, text: `waits ${formatDuration(Math.ceil(left / 1000) * 1000)} more${because}` });
      await context.sleep(Math.min(left, BEAT_MS));
    }
    const waitedMs = Math.round(before + performance.now() - begun);
    return { outputs: { waitedMs }, summary: `waited ${formatDuration(waitedMs)}${because}` };
  },
};

/** Milliseconds since a worker that was lost began to wait; from now on, when none did. */
async function waitedBefore({
  recall,
  remember,
  now,
}: Pick<StepContext, 'recall' | 'remember' | 'now'>): Promise<number> {
  const at = now().getTime();
  const { since } = (await recall()) ?? {};
  if (typeof since === 'number') return Math.max(0, at - since);
  await remember({ since: at });
  return 0;
}
