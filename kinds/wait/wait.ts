import type { wait as kind } from './wait.kind.js';
import { formatDuration, tookText } from '../../model/duration.js';
import { zonedTime } from '../shared/times.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const BEAT_MS = 1000;
/** A wait as long as this goes on where it stood when its worker is lost: what is shorter begins again. */
const LONG_MS = 60_000;

export const wait: HandlerOf<typeof kind> = {
  async do(input, context) {
    const totalMs = context.scaled(input.for);
    const before = await waitedBefore(input.since, totalMs, context);
    const begun = performance.now();
    const because = input.reason ? `: ${input.reason}` : '';
    for (;;) {
      const left = totalMs - before - (performance.now() - begun);
      if (left <= 0) break;
      const forecast = new Date(context.now().getTime() + left).toISOString();
      context.progress({ forecast, text: `waits ${formatDuration(Math.ceil(left / 1000) * 1000)} more${because}` });
      await context.sleep(Math.min(left, BEAT_MS));
    }
    const own = input.since === undefined ? before : 0;
    const waitedMs = Math.round(own + performance.now() - begun);
    return { outputs: { waitedMs }, summary: `waited ${tookText(waitedMs)}${because}` };
  },
};

/** Milliseconds that have passed of it: since the time that it is told, or since a worker that was lost began to wait. */
async function waitedBefore(
  told: string | undefined,
  totalMs: number,
  { recall, remember, now }: Pick<StepContext, 'recall' | 'remember' | 'now'>,
): Promise<number> {
  const at = now().getTime();
  if (told !== undefined) {
    const read = zonedTime(told);
    if ('problem' in read) throw new StepError('BAD_INPUT', `\`since\` ${read.problem}.`);
    return at - read.ms;
  }
  if (totalMs < LONG_MS) return 0;
  const { since } = (await recall()) ?? {};
  if (typeof since === 'number') return Math.max(0, at - since);
  await remember({ since: at });
  return 0;
}
