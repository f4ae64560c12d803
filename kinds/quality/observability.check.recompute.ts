import { z } from 'zod';
import { isJsonObject } from '../../model/json.js';
import { readable } from '../../model/text/readable.js';
import { exactJson, readJson } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import { growthOf, readExposition } from './exposition.js';
import type { observabilityCheck as kind } from './observability.check.kind.js';

type Input = z.infer<(typeof kind)['input']>;

const pokesSchema = z.object({ ids: z.array(z.string()).min(1), credentials: z.int() });
export type Pokes = z.infer<typeof pokesSchema>;

/** What was seen, as the evidence has it. */
export interface Seen {
  before?: string | undefined;
  after?: string | undefined;
  logs?: string | undefined;
  trace?: string | undefined;
}

const SHOWN = 10;
/** UTF-16 units of each. */
const SHOWN_LENGTH = 200;

/** The step leaves both looks at the metrics, the lines that came, and the ids of its requests. */
export const recomputeObservabilityCheck: RecomputeOf<typeof kind> = (input, read) => {
  const text = (name: string): string | undefined => read(name)?.toString('utf8');
  const pokes = text('pokes.json');
  const [before, after] = [text('metrics-before.txt'), text('metrics-after.txt')];
  const [logs, trace] = [text('log-lines.txt'), text('trace-lines.txt')];
  const isWhole =
    (!input.metrics || (before !== undefined && after !== undefined)) &&
    (!input.logs || logs !== undefined) &&
    (!input.trace || trace !== undefined);
  if (pokes === undefined || !isWhole) return undefined;
  return seenOf(input, pokesSchema.parse(exactJson(pokes)), { before, after, logs, trace });
};

/**
 * The outputs of what was seen.
 *
 * @throws ReadingError CHECK_FAILED for metrics that are none, and for too few lines
 */
export function seenOf(input: Input, { ids, credentials }: Pokes, seen: Seen) {
  const metrics = countersOf(input, ids.length, seen);
  const lines = linesOf(seen.logs ?? '');
  if (input.logs && lines.length < input.logs.atLeast) {
    throw new ReadingError(
      'CHECK_FAILED',
      `${lines.length} lines were written to ${input.logs.files.join(', ')}, and ${input.logs.atLeast} must be: nothing is known of them.`,
    );
  }
  const faults = input.logs ? faultsOf(lines, input.logs.needs) : [];
  const traced = input.trace ? tracedIn(linesOf(seen.trace ?? ''), ids, input.trace.member) : 0;
  return {
    pokes: ids.length,
    ...metrics,
    lines: lines.length,
    structured: lines.length - faults.length,
    unstructured: faults.length,
    faults: faults.slice(0, SHOWN),
    traced,
    untraced: input.trace ? ids.length - traced : 0,
    credentials,
  };
}

/** Metrics as the text format has them. @throws ReadingError CHECK_FAILED */
export function metricsIn(text: string, url: string) {
  try {
    return readExposition(text);
  } catch (cause) {
    const why = cause instanceof Error ? cause.message.replace(/\.$/, '') : 'it is broken';
    throw new ReadingError('CHECK_FAILED', `The metrics of ${url} cannot be read: ${why}.`, cause);
  }
}

function countersOf({ metrics }: Input, pokes: number, seen: Seen) {
  const growth = new Map<string, number>();
  const frozen: string[] = [];
  if (metrics === undefined) return { counters: 0, moving: 0, growth: {}, frozen };
  const [before, after] = [metricsIn(seen.before ?? '', metrics.url), metricsIn(seen.after ?? '', metrics.url)];
  for (const [name, counter] of Object.entries(metrics.counters)) {
    const found = growthOf(counter, before, after);
    if ('growth' in found) growth.set(name, found.growth);
    const least = counter.by ?? pokes;
    const why =
      'why' in found ? found.why : found.growth < least ? `grew by ${found.growth}, and ${least} must be` : '';
    if (why !== '') frozen.push(`${name}: ${counter.metric} ${why}`);
  }
  const counters = Object.keys(metrics.counters).length;
  return { counters, moving: counters - frozen.length, growth: Object.fromEntries(growth), frozen };
}

export const linesOf = (text: string): string[] => text.split('\n').filter((line) => line.trim() !== '');

/** A clause for each line that is not structured. */
function faultsOf(lines: readonly string[], needs: readonly string[]): string[] {
  return lines.flatMap((line) => {
    const { value, why } = readJson(line);
    const problem = why ?? (isJsonObject(value) ? lackOf(value, needs) : 'is no object');
    return problem === undefined ? [] : [readable(`${problem}: ${line}`, SHOWN_LENGTH)];
  });
}

function lackOf(value: Readonly<Record<string, unknown>>, needs: readonly string[]): string | undefined {
  const gone = needs.find((name) => !Object.hasOwn(value, name) || value[name] === null || value[name] === '');
  return gone === undefined ? undefined : `has no ${gone}`;
}

/** How many ids stand in lines: in their member, where one is named, else anywhere. */
function tracedIn(lines: readonly string[], ids: readonly string[], member: string | undefined): number {
  if (member === undefined) return ids.filter((id) => lines.some((line) => line.includes(id))).length;
  const held = new Set(
    lines.map((line) => {
      const { value } = readJson(line);
      return value !== undefined && isJsonObject(value) && Object.hasOwn(value, member) ? value[member] : undefined;
    }),
  );
  return ids.filter((id) => held.has(id)).length;
}
