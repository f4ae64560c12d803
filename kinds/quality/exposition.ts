import { z } from 'zod';
import { prometheusReader } from '../record/prometheus.js';

/** Metrics of the text format: families by their types, and series. */
export interface Exposition {
  types: Map<string, string>;
  series: z.infer<typeof seriesSchema>[];
}

const seriesSchema = z.object({
  name: z.string(),
  labels: z.record(z.string(), z.string()),
  value: z.union([z.number(), z.string()]),
});

/** What is added to a family's name in its samples. */
const SUFFIX = /_(?:total|created|count|sum|bucket)$/;
const TYPES = new Set([
  'counter',
  'gauge',
  'histogram',
  'summary',
  'untyped',
  // Of OpenMetrics besides.
  'unknown',
  'info',
  'stateset',
  'gaugehistogram',
]);
const TYPE_LINE = /^# TYPE ([a-zA-Z_:][a-zA-Z0-9_:]*)[ \t]+(\S+)[ \t]*$/;

/**
 * Reads the text format of Prometheus, or OpenMetrics, strictly: one line that cannot be read makes it none.
 *
 * @throws Error that says why
 */
export function readExposition(text: string): Exposition {
  const types = new Map<string, string>();
  const series: Exposition['series'] = [];
  const reader = prometheusReader('utf-8', (row) => series.push(seriesSchema.parse(row)));
  reader.push(Buffer.from(text, 'utf8'));
  const { unreadable, problem } = reader.end();
  if (unreadable > 0) throw new Error(problem ?? 'a line cannot be read');
  for (const [at, line] of text.split(/\r?\n/).entries()) {
    if (!line.startsWith('# TYPE')) continue;
    const [, name = '', type = ''] = TYPE_LINE.exec(line) ?? [];
    if (!TYPES.has(type)) throw new Error(`line ${at + 1} says no type that is known`);
    if (types.has(name)) throw new Error(`line ${at + 1} says the type of ${name} once more`);
    types.set(name, type);
  }
  return { types, series };
}

interface Counter {
  metric: string;
  labels: Readonly<Record<string, string>>;
}

/** How a counter grew from one look to the next, or why that is not known. */
export function growthOf(
  counter: Counter,
  before: Exposition,
  after: Exposition,
): { growth: number } | { why: string } {
  const type = typeOf(counter.metric, after);
  if (type !== undefined && !['counter', 'histogram', 'summary', 'untyped', 'unknown'].includes(type)) {
    return { why: `is a ${type}` };
  }
  const [then, now] = [valueOf(counter, before), valueOf(counter, after)];
  if (typeof now === 'string') return { why: now };
  if (now === undefined) return { why: 'is not there' };
  if (typeof then === 'string') return { why: then };
  // A series begins with its first event; that it is a counter, and began at 0, somebody must say.
  if (then === undefined && type !== 'counter' && type !== 'histogram' && type !== 'summary') {
    return { why: 'was not there before, and nobody says that it is a counter' };
  }
  const growth = now - (then ?? 0);
  return growth < 0 ? { why: `went back from ${then ?? 0} to ${now}` } : { growth };
}

function typeOf(metric: string, { types }: Exposition): string | undefined {
  return types.get(metric) ?? types.get(metric.replace(SUFFIX, ''));
}

/** Of all its series; nothing where there is none, and words where one is no count. */
function valueOf({ metric, labels }: Counter, { series }: Exposition): number | string | undefined {
  const wanted = Object.entries(labels);
  const own = series.filter(
    (one) => one.name === metric && wanted.every(([name, value]) => one.labels[name] === value),
  );
  if (own.length === 0) return undefined;
  const odd = own.find(({ value }) => typeof value !== 'number' || value < 0);
  return odd === undefined ? own.reduce((sum, { value }) => sum + Number(value), 0) : `has the value ${odd.value}`;
}
