import type { GateId } from '../plan/address.js';
import { formatDuration } from '../duration.js';
import { contextKey, evaluate, type ExpressionContext, ExpressionError } from '../expression/expression.js';
import type { GatePlan, Limit, LimitOp } from '../plan/gate-plan.js';
import { ratio, successesNeeded, wilson } from '../expression/statistics.js';
import { boundName, statisticOf } from './share.js';
import { type Verdict, worst } from '../verdict.js';
import { countText, isRough } from './count-text.js';
import { whyMissing } from './why-missing.js';

/** One judged gate: the numbers, and the sentence that every page prints. */
export interface GateResult {
  id: GateId;
  title: string;
  verdict: Verdict;
  /** Absent when the value was missing or not a number. */
  value?: number | string | boolean;
  op: LimitOp;
  threshold: string;
  /** Numeric limits for drawing. */
  low?: number;
  high?: number;
  n?: number;
  successes?: number;
  /** Wilson 95 % interval of successes / n, when both are known. */
  interval?: [number, number];
  /** Signed distance to the limit, positive = good side. */
  margin?: number;
  /** How many more successes would have passed. */
  needed?: number;
  hard: boolean;
  floor: boolean;
  unit?: 'percent' | 'ms' | 'count';
  sentence: string;
  waiver?: { by: string; role: string; reason: string; until: string };
}

type Scalar = number | string | boolean;
type Reading<T extends Scalar = Scalar> = { kind: 'known'; value: T } | { kind: 'unknown'; reason: string };

/** A limit with its baseline computed: what the value is compared with. */
interface Bounds {
  text: string;
  low?: number;
  high?: number;
  holds: (value: Scalar) => boolean;
  margin?: (value: number) => number;
}

function unknown(reason: string): Reading<never> {
  return { kind: 'unknown', reason };
}

/** Reads one expression. What is missing, null, not a finite number or not a scalar is unknown, with its reason. */
function read(expression: string, context: ExpressionContext, why?: readonly string[]): Reading {
  try {
    const value = evaluate(expression, context);
    if (value === null) return unknown(`${expression} is null`);
    if (typeof value === 'object')
      return unknown(`${expression} is ${Array.isArray(value) ? 'a list' : 'an object'}, not one value`);
    if (typeof value === 'number' && !Number.isFinite(value)) {
      return unknown(`${expression} is ${Number.isNaN(value) ? 'not a number (a share of nothing)' : 'infinite'}`);
    }
    return { kind: 'known', value };
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return unknown(
      error.missing ? `${error.reason} for ${expression}${whyMissing(error.absent, why, context)}` : error.message,
    );
  }
}

function readNumber(text: string, context: ExpressionContext, why?: readonly string[]): Reading<number> {
  const got = read(text, context, why);
  if (got.kind === 'unknown') return got;
  return typeof got.value === 'number' ? { kind: got.kind, value: got.value } : unknown(`${text} is not a number`);
}

/** Text of a value: counts whole, shares with `digits` decimals, more where rounding would hide a difference. */
function show(value: Scalar, unit: GatePlan['unit'], digits = 2, apartFrom?: number): string {
  if (typeof value === 'string') return `'${value.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').slice(0, 80)}'`;
  if (typeof value === 'boolean') return String(value);
  if (unit === 'ms') return formatDuration(value);
  const scaled = unit === 'percent' ? value * 100 : value;
  const other = apartFrom === undefined ? undefined : unit === 'percent' ? apartFrom * 100 : apartFrom;
  const suffix = unit === 'percent' ? ' %' : '';
  if (
    unit === 'count' ||
    Math.abs(scaled) >= 1e6 ||
    (Number.isInteger(scaled) && (unit === 'percent' || Math.abs(scaled) > 1))
  ) {
    return `${Number(scaled.toFixed(6))}${suffix}`;
  }
  if (Number.isInteger(scaled) && (other === undefined || Number.isInteger(other))) return `${scaled}${suffix}`;
  const start = unit === 'percent' ? 1 : digits;
  for (let places = start; places < 9; places += 1) {
    const text = scaled.toFixed(places);
    if (other === undefined || other === scaled || text !== other.toFixed(places)) return `${text}${suffix}`;
  }
  return `${scaled}${suffix}`;
}

function boundsOf(gate: GatePlan, context: ExpressionContext): Bounds | { reason: string } {
  const { limit, unit } = gate;
  const number = (value: Scalar): number => (typeof value === 'number' ? value : Number.NaN);
  switch (limit.op) {
    case 'atLeast':
    case 'above': {
      const low = limit.threshold;
      const holds = (v: Scalar) => (limit.op === 'above' ? number(v) > low : number(v) >= low);
      return { text: `${limit.op === 'above' ? '>' : '≥'} ${show(low, unit)}`, low, holds, margin: (v) => v - low };
    }
    case 'atMost':
    case 'below': {
      const high = limit.threshold;
      const holds = (v: Scalar) => (limit.op === 'below' ? number(v) < high : number(v) <= high);
      return { text: `${limit.op === 'below' ? '<' : '≤'} ${show(high, unit)}`, high, holds, margin: (v) => high - v };
    }
    case 'equals': {
      const { threshold } = limit;
      const text = `= ${show(threshold, unit)}`;
      if (typeof threshold !== 'number') return { text, holds: (v) => v === threshold };
      return {
        text,
        low: threshold,
        high: threshold,
        holds: (v) => v === threshold,
        margin: (v) => 0 - Math.abs(v - threshold),
      };
    }
    case 'within': {
      const { low, high } = limit;
      const text = `between ${show(low, unit)} and ${show(high, unit)}`;
      return {
        text,
        low,
        high,
        holds: (v) => number(v) >= low && number(v) <= high,
        margin: (v) => Math.min(v - low, high - v),
      };
    }
    case 'noWorseThan':
      return baselineBounds(gate, limit, context);
  }
}

function baselineBounds(
  gate: GatePlan,
  limit: Extract<Limit, { op: 'noWorseThan' }>,
  context: ExpressionContext,
): Bounds | { reason: string } {
  const baseline = readNumber(limit.baseline, context, gate.why);
  if (baseline.kind === 'unknown') return { reason: `the baseline is not known: ${baseline.reason}` };
  const before = baseline.value;
  // Removes the noise of binary fractions: 0.9 − 0.3 must not refuse 0.6.
  const low = Number((before - limit.by).toFixed(12));
  const text = `≥ ${show(low, gate.unit)} (baseline ${show(before, gate.unit)} less ${show(limit.by, gate.unit)})`;
  return { text, low, holds: (v) => typeof v === 'number' && v >= low, margin: (v) => v - low };
}

interface Sample {
  n?: number;
  successes?: number;
  /** Why the sample cannot be trusted. */
  problem?: string;
}

function sampleOf(gate: GatePlan, context: ExpressionContext): Sample {
  const sample: Sample = {};
  for (const key of ['n', 'successes'] as const) {
    const expression = gate[key];
    if (expression === undefined) continue;
    const reading = readNumber(expression, context, gate.why);
    if (reading.kind === 'unknown') return { ...sample, problem: `${key} is not known: ${reading.reason}` };
    sample[key] = reading.value;
  }
  const { n, successes } = sample;
  if (n !== undefined && n < 0) return { ...sample, problem: `n is ${n}` };
  if (n !== undefined && successes !== undefined && (successes < 0 || successes > n)) {
    return { ...sample, problem: `${countText(successes)} successes of ${countText(n)} make no sense` };
  }
  if (gate.minN !== undefined && (n === undefined || n < gate.minN)) {
    return {
      ...sample,
      problem:
        n === undefined
          ? 'the sample size is not known'
          : `only ${isRough(gate, n) ? 'about ' : ''}${n} samples, needs at least ${gate.minN}`,
    };
  }
  return sample;
}

function measured(gate: GatePlan, value: Scalar, sample: Sample, low: number | undefined): string {
  const { n, successes } = sample;
  if (typeof value !== 'number') return `${gate.title} ${show(value, gate.unit)}`;
  const statistic = statisticOf(value, sample);
  const bound = boundName(statistic);
  if (bound && n !== undefined && successes !== undefined) {
    const share = show(ratio(successes, n), gate.unit, 2, low);
    return `${gate.title} ${share} (${countText(successes)} of ${countText(n)}), ${bound} ${show(value, gate.unit, 3, low)}`;
  }
  const text = show(value, gate.unit, 2, low);
  if (n === undefined) return `${gate.title} ${text}`;
  if (isRough(gate, n)) return `${gate.title} ${text} (about ${Math.floor(n)} samples)`;
  return `${gate.title} ${text} (${successes === undefined ? 'n =' : `${countText(successes)} of`} ${countText(n)})`;
}

function wouldPass(needed: number | undefined, n: number | undefined, statistic: string | undefined): string {
  if (statistic === undefined || n === undefined) return '';
  if (needed === undefined) return ` Even ${countText(n)} of ${countText(n)} would not pass: more samples are needed.`;
  return needed === 1 ? ' One more success would pass.' : ` ${needed} more successes would pass.`;
}

function typeProblem(limit: Limit, value: Scalar): string | undefined {
  const wants = limit.op === 'equals' ? typeof limit.threshold : 'number';
  return typeof value === wants ? undefined : `the value is a ${typeof value}, not a ${wants}`;
}

/**
 * Judges one gate, failing closed: a value, sample or baseline that is missing, not finite, of another type or too
 * small a sample is `inconclusive`, never `go`.
 *
 * @param gate from the plan; `gate.it` names the step whose outputs are `it`
 * @param context from `buildContext`
 */
export function judgeGate(gate: GatePlan, context: ExpressionContext): GateResult {
  const steps = context.steps as Record<string, unknown> | undefined;
  const it = gate.it === undefined ? context.it : steps?.[contextKey(gate.it)];
  const scope = { ...context, it: it as ExpressionContext[string] };
  const { id, title, hard, floor, unit, limit } = gate;
  const base = { id, title, op: limit.op, hard, floor, ...(unit === undefined ? {} : { unit }) };
  const bounds = boundsOf(gate, scope);
  const reading = read(gate.value, scope, gate.why);
  const sample = sampleOf(gate, scope);
  const { n, successes } = sample;
  const counts = { ...(n === undefined ? {} : { n }), ...(successes === undefined ? {} : { successes }) };
  const value = reading.kind === 'known' ? reading.value : undefined;
  const why =
    (reading.kind === 'unknown' ? reading.reason : typeProblem(limit, reading.value)) ??
    sample.problem ??
    ('reason' in bounds ? bounds.reason : undefined);
  if (why !== undefined || value === undefined || 'reason' in bounds) {
    const threshold = 'reason' in bounds ? 'no worse than its baseline' : bounds.text;
    const known = value === undefined ? {} : { value };
    const sentence = `${title} is inconclusive: ${why ?? 'no value'}; needs ${threshold}.`;
    return { ...base, ...known, ...counts, threshold, verdict: 'inconclusive', sentence };
  }
  const holds = bounds.holds(value);
  const limits = {
    ...(bounds.low === undefined ? {} : { low: bounds.low }),
    ...(bounds.high === undefined ? {} : { high: bounds.high }),
  };
  const result: GateResult = {
    ...base,
    value,
    ...limits,
    ...counts,
    threshold: bounds.text,
    verdict: holds ? 'go' : 'no-go',
    sentence: '',
  };
  if (typeof value === 'number' && bounds.margin) result.margin = Number(bounds.margin(value).toFixed(12));
  let advice = '';
  if (typeof value === 'number' && n !== undefined && successes !== undefined && n > 0) {
    const interval = wilson(successes, n);
    result.interval = [interval.lower, interval.upper];
    const statistic = statisticOf(value, sample);
    if (!holds && statistic && bounds.low !== undefined && (limit.op === 'atLeast' || limit.op === 'above')) {
      const least = successesNeeded(n, limit.op, bounds.low, statistic);
      if (least !== undefined) result.needed = least - successes;
      advice = wouldPass(result.needed, n, statistic);
    }
  }
  result.sentence = `${measured(gate, value, sample, bounds.low ?? bounds.high)}, needs ${bounds.text}.${advice}`;
  return result;
}

/** The worst verdict of the hard gates; soft gates only warn. */
export function phaseVerdict(gates: readonly GateResult[]): Verdict {
  return worst(gates.filter((gate) => gate.hard).map((gate) => gate.verdict));
}

/** One line over all gates of a phase, worst news first, arithmetic included. */
export function gatesSentence(gates: readonly GateResult[]): string {
  if (gates.length === 0) return 'No gates.';
  const hard = gates.filter((gate) => gate.hard);
  const bad = (['no-go', 'inconclusive', 'waived'] as const).flatMap((verdict) =>
    hard.filter((gate) => gate.verdict === verdict),
  );
  const warnings = gates.filter((gate) => !gate.hard && gate.verdict !== 'go');
  const parts: string[] = [];
  const [first, ...others] = bad;
  if (first) parts.push(first.sentence);
  if (others.length > 0) parts.push(`Also: ${others.map((gate) => `${gate.title} (${gate.verdict})`).join(', ')}.`);
  parts.push(`${hard.length - bad.length} of ${hard.length} gates hold.`);
  const [warning] = warnings;
  if (warning) parts.push(`${warnings.length} warning${warnings.length === 1 ? '' : 's'}: ${warning.sentence}`);
  return parts.join(' ');
}
