import { quantile, upperRank, wilson } from '../../model/expression/statistics.js';
import type { Arrivals } from './arrivals.js';
import type { TaskSample } from './samples.js';

const MS = 1000;
/** Most that the rate of arrival may be off: beyond it, another load was put on than was asked for. */
export const MOST_ARRIVAL_ERROR = 0.01;

/** Figures of a request of the mix. */
interface OfRequest {
  tasks: number;
  errors: number;
  p99: number;
}

/** The latencies of tasks, in milliseconds, from when each was due. */
function latencyFigures(latencies: Float64Array) {
  const n = latencies.length;
  const at = (rank: number): number => latencies[rank] ?? Number.NaN;
  const p = (share: number): number => rounded(quantile(n, at, share));
  const rank = upperRank(n, 0.99);
  return {
    p50: p(0.5),
    p90: p(0.9),
    p95: p(0.95),
    p99: p(0.99),
    max: rounded(at(n - 1)),
    mean: rounded(latencies.reduce((sum, value) => sum + value, 0) / n),
    ...(rank === undefined ? {} : { p99Upper: rounded(at(rank - 1)) }),
  };
}

/** Thousandths of a millisecond: what a clock gives. */
function rounded(ms: number): number {
  return Math.round(ms * MS) / MS;
}

const latencyOf = ({ lateUs, waitedUs, tookUs }: TaskSample): number => (lateUs + waitedUs + tookUs) / MS;
const sortedLatencies = (samples: readonly TaskSample[]): Float64Array =>
  Float64Array.from(samples, latencyOf).toSorted();

/**
 * All figures of a load, from its samples. A task that failed counts among the errors, and among the latencies with the time
 * that it took: a service that refuses at once is not a fast one.
 *
 * @param samples every task once, in any order
 * @param arrivals what was asked for
 * @param slowerThan above which a task is slow, in milliseconds
 */
export function loadFigures(samples: readonly TaskSample[], arrivals: Arrivals, cycles: number, slowerThan?: number) {
  const n = samples.length;
  const errors = samples.filter(({ error }) => error !== '').length;
  const late = Float64Array.from(samples, ({ lateUs }) => lateUs / MS).toSorted();
  const perSecond = 1000 / arrivals.everyMs;
  const arrived = arrivalRate(samples, cycles);
  return {
    tasks: n,
    errors,
    errorRate: errors / n,
    errorRateUpper: wilson(errors, n).upper,
    ...latencyFigures(sortedLatencies(samples)),
    ...(slowerThan === undefined ? {} : { slow: samples.filter((one) => latencyOf(one) > slowerThan).length }),
    ratePlanned: rounded(perSecond),
    ...(arrived === undefined
      ? { arrivalError: 0 }
      : { rate: rounded(arrived), arrivalError: Math.abs(arrived / perSecond - 1) }),
    lagP99: rounded(quantile(n, (rank) => late[rank] ?? Number.NaN, 0.99)),
    waited: samples.filter(({ waitedUs }) => waitedUs > MS).length,
    byStatus: counted(samples.map(({ status }) => String(status))),
    byError: counted(samples.flatMap(({ error }) => (error === '' ? [] : [error]))),
    byRequest: byRequest(samples),
  };
}

/**
 * Tasks a second at which the generator came to them: the slope of tasks over time by least squares, of all cycles together,
 * so that one late task at an end of a short load is not taken for another rate. Undefined where no cycle has two.
 */
function arrivalRate(samples: readonly TaskSample[], cycles: number): number | undefined {
  const each = samples.length / cycles;
  if (each < 2) return undefined;
  const middle = (each - 1) / 2;
  const means = new Float64Array(cycles);
  const at = ({ dueUs, lateUs }: TaskSample): number => (dueUs + lateUs) / 1_000_000;
  for (const sample of samples) {
    const cycle = Math.floor(sample.task / each);
    means[cycle] = (means[cycle] ?? 0) + at(sample) / each;
  }
  let [across, within] = [0, 0];
  for (const sample of samples) {
    const place = (sample.task % each) - middle;
    across += place * place;
    within += place * (at(sample) - (means[Math.floor(sample.task / each)] ?? Number.NaN));
  }
  return across / within;
}

function counted(names: readonly string[]): Record<string, number> {
  const counts = new Map<string, number>();
  for (const name of names) counts.set(name, (counts.get(name) ?? 0) + 1);
  return Object.fromEntries([...counts].toSorted(([a], [b]) => (a < b ? -1 : 1)));
}

function byRequest(samples: readonly TaskSample[]): Record<string, OfRequest> {
  const groups = new Map<string, TaskSample[]>();
  for (const sample of samples) {
    const group = groups.get(sample.request);
    if (group) group.push(sample);
    else groups.set(sample.request, [sample]);
  }
  const figures = [...groups].map(([request, own]): [string, OfRequest] => {
    const latencies = sortedLatencies(own);
    const p99 = rounded(quantile(own.length, (rank) => latencies[rank] ?? Number.NaN, 0.99));
    return [request, { tasks: own.length, errors: own.filter(({ error }) => error !== '').length, p99 }];
  });
  return Object.fromEntries(figures.toSorted(([a], [b]) => (a < b ? -1 : 1)));
}
