import { z } from 'zod';
import { formatDuration } from '../../model/duration.js';
import { isJsonObject, type JsonObject } from '../../model/json.js';
import { Sample } from '../record/sample.js';
import { exactJson, readJsonInTurns } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { type Answered, labelsText, numberOf, readAnswer, type Series } from './answer.js';
import type { prometheusQuery as kind } from './prometheus.query.kind.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;
type Statistics = Outputs['range'];

/** How far the clocks of worker and Prometheus may be apart where a time is compared. */
const SKEW_MS = 1000;

/** What the record says of a query: what was asked, when, and what came. */
export const queryRecord = z.object({
  query: z.string(),
  /** Milliseconds since 1970. */
  evaluated: z.number(),
  ms: z.number(),
  credentials: z.int(),
  body: z.string(),
});
export type QueryRecord = z.infer<typeof queryRecord>;

/** The step leaves its answers, and the figures are of those. */
export const recomputePrometheusQuery: RecomputeOf<typeof kind> = async (input, read) => {
  const [answer, newest] = ['answer.json', 'newest.json'].map((name) => {
    const bytes = read(name);
    return bytes === undefined ? undefined : queryRecord.parse(exactJson(bytes.toString('utf8')));
  });
  if (answer === undefined || (input.newest !== undefined && newest === undefined)) return undefined;
  return outputsOf(input, answer, newest);
};

/** The figures of an answer, with all else that the step gives. */
export async function outputsOf(input: Input, record: QueryRecord, newest: QueryRecord | undefined): Promise<Outputs> {
  const { query, evaluated, ms, credentials, body } = record;
  const old = newest === undefined ? undefined : await oldOf(newest, input);
  const answered = readAnswer(await answerOf(body), input.range ? 'matrix' : 'vector', input.accept);
  const found: Answered = old === undefined ? answered : { series: [], why: old };
  return {
    ...(input.range ? rangesOf(found, input, input.range, evaluated) : instantOf(found, input, evaluated)),
    query,
    at: new Date(evaluated).toISOString(),
    ms,
    credentials: credentials + (newest?.credentials ?? 0),
  };
}

/**
 * The whole of an answer.
 *
 * @throws ReadingError CHECK_FAILED for what is none of Prometheus
 */
export async function answerOf(body: string): Promise<JsonObject> {
  const { value, why } = await readJsonInTurns(body);
  if (why !== undefined) throw new ReadingError('CHECK_FAILED', `its answer ${why}`);
  if (isJsonObject(value) && value.status === 'success') return value;
  throw new ReadingError('CHECK_FAILED', 'its answer is none of Prometheus');
}

/** Why what the figures are made of is too old; undefined when it is not. */
async function oldOf({ body, evaluated }: QueryRecord, { within, accept }: Input): Promise<string | undefined> {
  const { series, why } = readAnswer(await answerOf(body), 'vector', accept);
  const [only] = series;
  const number = series.length === 1 && only?.points[0] ? numberOf(only.points[0]) : undefined;
  if (number === undefined) {
    const found = why ?? only?.problem ?? `${series.length} series say it`;
    return `the time of the newest sample is unknown: ${series.length === 1 && why === undefined ? 'it is no number' : found}`;
  }
  return timeProblem(number * 1000, evaluated, within, 'the newest sample');
}

function timeProblem(ms: number, evaluated: number, within: number, what: string): string | undefined {
  const age = evaluated - ms;
  if (age < -SKEW_MS) return `${what} is from ${formatDuration(-age)} after the time of the query`;
  return age > within ? `${what} is ${formatDuration(age)} old, older than ${formatDuration(within)}` : undefined;
}

type Figures = Omit<Outputs, 'query' | 'at' | 'ms' | 'credentials'>;

const NONE: Figures = {
  values: {},
  range: {},
  ranges: {},
  unknown: {},
  series: 0,
  points: 0,
  expected: 0,
  missing: 0,
};

/** Each series by its name; why there is no such series, and no such name. */
function named(
  { series, why }: Answered,
  { by }: Input,
): { all: [name: string, series: Series][]; whole?: string; twice: [name: string, why: string][] } {
  if (why !== undefined) return { all: [], whole: why, twice: [] };
  const [first] = series;
  if (first === undefined) return { all: [], whole: 'no series is there', twice: [] };
  if (by === undefined) {
    const whole = `${series.length} series are there, as ${labelsText(first.labels)}: make one of them, or say \`by\``;
    return series.length === 1 ? { all: [['', first]], twice: [] } : { all: [], whole, twice: [] };
  }
  const groups = new Map<string, Series[]>();
  for (const one of series) {
    const label = one.labels[by];
    // What has this name is lost in a map.
    if (typeof label !== 'string' || label === '' || label === '__proto__') {
      return { all: [], whole: `a series has no name by ${by}: ${labelsText(one.labels)}`, twice: [] };
    }
    const group = groups.get(label);
    if (group) group.push(one);
    else groups.set(label, [one]);
  }
  const pairs = [...groups];
  return {
    all: pairs
      .flatMap(([name, [only, ...more]]) => (only && more.length === 0 ? [[name, only] as const] : []))
      .map(([name, one]) => [name, one]),
    twice: pairs.flatMap(([name, { length }]) => (length > 1 ? [[name, `${length} series have this name`]] : [])),
  };
}

function instantOf(found: Answered, input: Input, evaluated: number): Figures {
  const { all, whole, twice } = named(found, input);
  const known: [string, number][] = [];
  const unknown: [string, string][] = [
    ...twice,
    ...(whole === undefined ? [] : [['value', whole] as [string, string]]),
  ];
  for (const [name, { points, problem }] of all) {
    const [point] = points;
    const number = point && numberOf(point);
    const why = problem ?? (point && timeProblem(point.ms, evaluated, input.within, 'its sample'));
    if (why !== undefined || point === undefined) unknown.push([name || 'value', why ?? 'it has no sample']);
    else if (number === undefined) unknown.push([name || 'value', `it is ${point.text}`]);
    else known.push([name, number]);
  }
  const [first] = known;
  const figures = input.by === undefined ? (first ? { value: first[1] } : {}) : { values: Object.fromEntries(known) };
  const { length: series } = found.series;
  const points = known.length;
  const unsure = { unknown: Object.fromEntries(unknown), series, points, expected: series, missing: series - points };
  return { ...NONE, ...figures, ...unsure };
}

function rangesOf(found: Answered, input: Input, range: NonNullable<Input['range']>, evaluated: number): Figures {
  const { all, whole, twice } = named(found, input);
  const grid = gridOf(range, evaluated);
  const known: [string, Statistics][] = [];
  const unknown: [string, string][] = [
    ...twice,
    ...(whole === undefined ? [] : [['range', whole] as [string, string]]),
  ];
  let points = 0;
  for (const [name, one] of all) {
    const { statistics, count, why } = statisticsOf(one, grid, input.missing.atMost);
    points += count;
    if (why === undefined) known.push([name, statistics]);
    else unknown.push([name || 'range', why]);
  }
  const expected = grid.count * found.series.length;
  const [first] = known;
  return {
    ...NONE,
    ...(input.by === undefined ? { range: first?.[1] ?? {} } : { ranges: Object.fromEntries(known) }),
    unknown: Object.fromEntries(unknown),
    series: found.series.length,
    points,
    expected,
    missing: expected - points,
  };
}

/** The points of time that a range query asks for, in milliseconds. */
export interface Grid {
  first: number;
  last: number;
  step: number;
  count: number;
}

/**
 * Its points are whole multiples of the step, up to the time of the query: Thanos, Mimir and VictoriaMetrics move those
 * of a query that are none.
 */
export function gridOf({ last, step }: NonNullable<Input['range']>, evaluated: number): Grid {
  const count = Math.floor(last / step) + 1;
  const end = Math.floor(evaluated / step) * step;
  return { first: end - (count - 1) * step, last: end, step, count };
}

function statisticsOf(
  { points, problem }: Series,
  grid: Grid,
  mayMiss: number,
): { statistics: Statistics; count: number; why?: string } {
  const sample = new Sample(true);
  const seen = new Set<number>();
  let last: number | undefined;
  for (const point of points) {
    const place = Math.round((point.ms - grid.first) / grid.step);
    const strange = Math.abs(grid.first + place * grid.step - point.ms) > 1 || place < 0 || place >= grid.count;
    if (strange || seen.has(place)) {
      const what = strange ? 'was not asked for' : 'is there twice';
      return { statistics: {}, count: 0, why: `a point at ${new Date(point.ms).toISOString()} ${what}` };
    }
    seen.add(place);
    const number = numberOf(point);
    if (number === undefined) continue;
    sample.add(number);
    if (place === grid.count - 1) last = number;
  }
  const missing = grid.count - sample.count;
  const why =
    problem ?? (missing > mayMiss || sample.count === 0 ? missingText(missing, grid.count, mayMiss) : undefined);
  if (why !== undefined) return { statistics: {}, count: sample.count, why };
  const mean = sample.sum / sample.count;
  const statistics = {
    min: sample.least,
    max: sample.most,
    ...(Number.isFinite(mean) ? { mean } : {}),
    ...(last === undefined ? {} : { last }),
    p50: sample.quantile(0.5),
    p90: sample.quantile(0.9),
    p95: sample.quantile(0.95),
    p99: sample.quantile(0.99),
  };
  return { statistics, count: sample.count };
}

function missingText(missing: number, of: number, mayMiss: number): string {
  return `${missing} of ${of} points are missing or no numbers, and at most ${mayMiss} may be`;
}
