import type { z } from 'zod';
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
import { targetCsv, targetFigures } from './target-figures.js';
import { targetPage } from './target-page.js';
import { watchTarget } from './target-watch.js';
import { nameOf } from '../process/processes.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';

type Input = z.infer<(typeof kind)['input']>;

export const loadRun: HandlerOf<typeof kind> = {
  async do(input, context) {
    const profile = profileOf(input.profile);
    const { timeScale } = context.task.goLive;
    const scale = timeScale > 0 ? timeScale : 1;
    const arrivals = asStep(() => arrivalsOf(profile, scale));
    const order = await orderOf(input, scale, context);
    const live = new LiveFigures(arrivals.tasks, context);
    const browser = hasPages(input) ? await findBrowser(context) : undefined;
    const target = await watched(input, arrivals.lengthMs, context, async () => {
      if (browser === undefined) await runGenerator(order, arrivals, live, context);
      else {
        await inRoom(browser.path, context, ({ program, env }) =>
          runGenerator({ ...order, browser: program }, arrivals, live, context, env),
        );
      }
      // Before what is of the process: of a load that is void the first files alone are named.
      await context.evidence.write('latency_histogram.txt', live.histogram());
    });
    const figures = asStep(
      () => figuresOfSamples(live.samples, arrivals, profile.cycles, input.slowerThan),
      () => ({ evidence: context.evidence.refs() }),
    );
    const { figures: seen, why } = target;
    const said = {
      scale,
      ...(browser === undefined ? {} : { browser: browser.version }),
      ...(why === undefined ? {} : { targetUnknown: why }),
    };
    const outputs = { ...figures, ...(seen === undefined ? {} : { target: seen }), ...said };
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
      summary: `${tasks} tasks in ${took}: ${errors} errors (at most ${percent(outputs.errorRateUpper)}); p50 ${p50} ms, p99 ${p99} ms (${bound})${scale === 1 ? '' : `; ×${scale} faster than real time`}${why === undefined ? '' : `; the process was not sampled: ${why}`}`,
    };
  },
  check: async (input, context) => (hasPages(input) ? (await findBrowser(context)).version : undefined),
};

/** Looks at the process of the service meanwhile. What was looked at once only shows no course, so nothing is left of it. */
async function watched(
  { process: name }: Input,
  lengthMs: number,
  context: StepContext,
  act: () => Promise<void>,
): Promise<{ figures?: ReturnType<typeof targetFigures>; why?: string }> {
  if (name === undefined) {
    await act();
    return {};
  }
  const watch = await watchTarget(name, lengthMs, context);
  if ('why' in watch) {
    await act();
    return watch;
  }
  const samples = await act().then(
    () => watch.end(),
    (error: unknown) => {
      watch.end();
      throw error;
    },
  );
  if (samples.length < 2) return { why: 'the load was over before it was looked at twice' };
  await context.evidence.write('target_profile.csv', targetCsv(samples));
  await context.evidence.write('target_profile.html', await targetPage(context.redact(nameOf(name)), samples));
  return { figures: targetFigures(samples) };
}

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}
