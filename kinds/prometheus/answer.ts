import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { numberIn } from '../shared/numbers.js';
import { shownValue } from '../shared/one-figure.js';

/** One sample: its time in milliseconds, and its value as Prometheus writes it. */
export interface Point {
  ms: number;
  text: string;
}

/** One series of an answer. */
export interface Series {
  labels: JsonObject;
  points: Point[];
  /** Why none of it can be used. */
  problem?: string;
}

/** What an answer came to: its series, or why all of it is unknown. */
export type Answered = { series: Series[]; why?: undefined } | { series: []; why: string };

/** What may come with an answer. */
export type Accepted = readonly ('infos' | 'warnings' | 'partial')[];

/** A number as Prometheus writes one; NaN and the infinite are none. */
export function numberOf({ text }: Point): number | undefined {
  const number = numberIn(text);
  return number === undefined ? undefined : number + 0;
}

/**
 * Reads what a query came to, exactly as the HTTP API v1 says it.
 *
 * @param answer the whole of it, `status` included
 * @param wanted the type of its result
 */
export function readAnswer(answer: JsonObject, wanted: 'vector' | 'matrix', accepted: Accepted): Answered {
  const { data } = answer;
  const doubt = doubtIn(answer, accepted);
  if (doubt !== undefined) return { series: [], why: doubt };
  if (!isJsonObject(data)) return { series: [], why: 'its `data` is none' };
  const { resultType, result } = data;
  if (resultType !== wanted) return { series: [], why: otherType(resultType, wanted) };
  if (!Array.isArray(result)) return { series: [], why: 'its `result` is none' };
  return { series: result.map((one) => seriesOf(one, wanted)) };
}

/** What comes with an answer, and says that it may not be whole or right. */
function doubtIn(answer: JsonObject, accepted: Accepted): string | undefined {
  const { data, isPartial } = answer;
  if (!accepted.includes('partial')) {
    const said = [isPartial, isJsonObject(data) ? data.isPartial : undefined];
    if (said.some((one) => one !== undefined && one !== null && one !== false))
      return 'it says itself that it is partial';
  }
  for (const kind of ['warnings', 'infos'] as const) {
    const said = answer[kind];
    if (said === undefined || said === null || accepted.includes(kind)) continue;
    if (Array.isArray(said) && said.length === 0) continue;
    const first: Json | undefined = Array.isArray(said) ? said[0] : said;
    const text = typeof first === 'string' ? first.slice(0, 200) : shownValue(first);
    return `it comes with ${kind === 'infos' ? 'an info' : 'a warning'}: ${text}`;
  }
  return undefined;
}

function otherType(type: Json | undefined, wanted: string): string {
  switch (type) {
    case 'scalar':
      return 'it is a scalar, of no series: leave scalar() out, or write vector(…)';
    case 'string':
      return 'it is a string, and no number';
    case 'matrix':
      return 'it is a range of samples: make one number of it, e.g. with avg_over_time(…)';
    default:
      return `it is ${shownValue(type)}, no ${wanted}`;
  }
}

function seriesOf(one: Json, type: 'vector' | 'matrix'): Series {
  if (!isJsonObject(one) || !isJsonObject(one.metric ?? null))
    return { labels: {}, points: [], problem: 'it is no series' };
  const labels = isJsonObject(one.metric) ? one.metric : {};
  if (one.histogram !== undefined || one.histograms !== undefined) {
    const problem = 'it is a native histogram, no number: write histogram_quantile(…) or histogram_avg(…)';
    return { labels, points: [], problem };
  }
  const samples = type === 'vector' ? [one.value ?? null] : one.values;
  const points = Array.isArray(samples) ? samples.map(pointOf) : [undefined];
  const whole = points.filter((point) => point !== undefined);
  return whole.length === points.length
    ? { labels, points: whole }
    : { labels, points: [], problem: 'a sample of it is none' };
}

function pointOf(sample: Json): Point | undefined {
  if (!Array.isArray(sample) || sample.length !== 2) return undefined;
  const [time, text] = sample;
  if (typeof time !== 'number' || typeof text !== 'string') return undefined;
  if (!/^(?:NaN|[+-]Inf)$/.test(text) && numberIn(text) === undefined) return undefined;
  return { ms: Math.round(time * 1000), text };
}

/** A series as a sentence names it. */
export function labelsText(labels: JsonObject): string {
  const text = Object.entries(labels).map(([name, value]) => `${name}=${JSON.stringify(value)}`);
  const all = `{${text.join(', ')}}`;
  return all.length > 120 ? `${all.slice(0, 119)}…` : all;
}
