import { formatDuration } from '../../model/duration.js';
import { asStep } from '../shared/as-step.js';
import { arrivalsOf } from './arrivals.js';
import { findBrowser, inRoom } from './browser-program.js';
import { runGenerator } from './run-generator.js';
import type { loadRun as kind } from './load.run.kind.js';
import { figuresOfSamples, judgeVoid } from './load.run.recompute.js';
import { LiveFigures } from './live-figures.js';
import { hasPages, orderOf } from './order-of.js';
import { lengthOf, profileOf } from './profiles.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const loadRun: HandlerOf<typeof kind> = {
  async do(input, context) {
    const profile = profileOf(input.profile);
    const { timeScale } = context.task.goLive;
    const scale = timeScale > 0 ? timeScale : 1;
    const arrivals = asStep(() => arrivalsOf(profile, scale));
    const order = await orderOf(input, scale, context);
    const live = new LiveFigures(arrivals.tasks, context);
    const browser = hasPages(input) ? await findBrowser(context) : undefined;
    if (browser === undefined) await runGenerator(order, arrivals, live, context);
    else {
      await inRoom(browser.path, context, ({ program, env }) =>
        runGenerator({ ...order, browser: program }, arrivals, live, context, env),
      );
    }
    await context.evidence.write('latency_histogram.txt', live.histogram());
    const figures = asStep(
      () => figuresOfSamples(live.samples, arrivals, profile.cycles, input.slowerThan),
      () => ({ evidence: context.evidence.refs() }),
    );
    const said = { scale, ...(browser === undefined ? {} : { browser: browser.version }) };
    const outputs = { ...figures, ...said };
    await context.evidence.write('load.json', `${JSON.stringify({ profile, ...said, figures }, null, 2)}\n`);
    asStep(
      () => judgeVoid(outputs, input.maxLag, profile.duration / scale),
      () => ({
        facts: { arrivalError: outputs.arrivalError, lagP99: outputs.lagP99 },
        evidence: context.evidence.refs(),
      }),
    );
    const { tasks, errors, p50, p99, p99Upper } = outputs;
    const bound = p99Upper === undefined ? 'no bound, since there are fewer than 299' : `at most ${p99Upper} ms`;
    const took = formatDuration(Math.round(lengthOf(profile) / scale));
    return {
      outputs,
      summary: `${tasks} tasks in ${took}: ${errors} errors (at most ${percent(outputs.errorRateUpper)}); p50 ${p50} ms, p99 ${p99} ms (${bound})${scale === 1 ? '' : `; ×${scale} faster than real time`}`,
    };
  },
  check: async (input, context) => (hasPages(input) ? (await findBrowser(context)).version : undefined),
};

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
