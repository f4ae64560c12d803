import { z } from 'zod';
import { jsonIn } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type Arrivals, arrivalsOf } from './arrivals.js';
import { loadFigures, MOST_ARRIVAL_ERROR } from './load-figures.js';
import type { loadRun as kind } from './load.run.kind.js';
import { profileOf } from './profiles.js';
import { sampleReader, type TaskSample } from './samples.js';
import { samplesOfCsv, targetFigures } from './target-figures.js';

const kept = z.object({
  scale: z.number().positive(),
  browser: z.string().optional(),
  targetUnknown: z.string().optional(),
});

/** The step leaves a sample of every task, and how much faster than real time it ran. */
export const recomputeLoadRun: RecomputeOf<typeof kind> = (input, read) => {
  const [bytes, load] = [read('samples.csv'), read('load.json')];
  if (bytes === undefined || load === undefined) return undefined;
  const said = kept.parse(jsonIn(load.toString('utf8')));
  const { scale } = said;
  const samples: TaskSample[] = [];
  const reader = sampleReader((sample) => samples.push(sample));
  reader.push(bytes);
  reader.end();
  const profile = profileOf(input.profile);
  const figures = figuresOfSamples(samples, arrivalsOf(profile, scale), profile.cycles, input.slowerThan);
  const profiled = input.process === undefined ? undefined : read('target_profile.csv');
  const target = profiled === undefined ? {} : { target: targetFigures(samplesOfCsv(profiled.toString('utf8'))) };
  const outputs = { ...figures, ...target, ...said };
  judgeVoid(outputs, input.maxLag, profile.duration / scale);
  return outputs;
};

/**
 * The figures of a whole load.
 *
 * @throws ReadingError CHECK_FAILED unless every task that was due has one sample, with the time at which it was due
 */
export function figuresOfSamples(
  samples: readonly TaskSample[],
  arrivals: Arrivals,
  cycles: number,
  slowerThan?: number,
) {
  const seen = new Set(samples.map(({ task }) => task));
  const whole = seen.size === samples.length && samples.length === arrivals.tasks;
  if (!whole || samples.some(({ task, dueUs }) => dueUs !== Math.round(arrivals.dueMs(task) * 1000))) {
    const text = `${arrivals.tasks} tasks were due, and there are samples of ${seen.size} (${samples.length} lines).`;
    throw new ReadingError('CHECK_FAILED', text);
  }
  return loadFigures(samples, arrivals, cycles, slowerThan);
}

/**
 * A generator that fell behind has put on another load than it was asked for: its figures say nothing, good or bad.
 *
 * @param maxLag how late it may be, in milliseconds
 * @param cycleMs length of a cycle: in a short one a few milliseconds are more than a share of its rate
 * @throws ReadingError EXPECTATION_FAILED
 */
export function judgeVoid(
  { arrivalError, lagP99 }: { arrivalError: number; lagP99: number },
  maxLag: number,
  cycleMs: number,
): void {
  const off = arrivalError > MOST_ARRIVAL_ERROR && arrivalError * cycleMs > maxLag;
  const problems = [
    ...(lagP99 <= maxLag ? [] : [`it came to tasks ${lagP99} ms late (p99), and ${maxLag} ms is the most`]),
    ...(off ? [`tasks arrived at a rate ${(arrivalError * 100).toFixed(2)} % off`] : []),
  ];
  if (problems.length === 0) return;
  throw new ReadingError(
    'EXPECTATION_FAILED',
    `The load is void, for its generator fell behind: ${problems.join('; ')}.`,
  );
}
