import type { wait as kind } from './wait.kind.js';
import { formatDuration } from '../../model/duration.js';
import type { HandlerOf } from '../../activities/step/step.js';

const BEAT_MS = 1000;

export const wait: HandlerOf<typeof kind> = {
  async do(input, context) {
    const totalMs = context.scaled(input.for);
    const begun = performance.now();
    const because = input.reason ? `: ${input.reason}` : '';
    for (;;) {
      const left = totalMs - (performance.now() - begun);
      if (left <= 0) break;
      const forecast = new Date(context.now().getTime() + left).toISOString();
      context.progress({ forecast, text: `waits ${formatDuration(Math.ceil(left / 1000) * 1000)} more${because}` });
      await context.sleep(Math.min(left, BEAT_MS));
    }
    const waitedMs = Math.round(performance.now() - begun);
    return { outputs: { waitedMs }, summary: `waited ${formatDuration(waitedMs)}${because}` };
  },
};
