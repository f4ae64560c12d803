import { evaluateBoolean } from '../expression/expression.js';
import type { JsonObject } from '../json.js';
import type { WindowPlan } from '../plan/plan.js';

export type { WindowPlan } from '../plan/plan.js';

export const SAMPLE_OUTCOMES = ['green', 'red', 'missed'] as const;
export type SampleOutcome = (typeof SAMPLE_OUTCOMES)[number];

/** One line of `samples.jsonl`: what became of one slot. */
export interface SampleRecord {
  /** Number of the slot, from 1. */
  n: number;
  /** When it was due, and when it was taken: ISO 8601, real time. */
  due: string;
  at?: string;
  outcome: SampleOutcome;
  why?: string;
  outputs?: JsonObject;
}

/** What a window has come to; the outputs of a step with `window`. */
export interface WindowTally {
  /** Slots that came due. */
  slots: number;
  green: number;
  red: number;
  missed: number;
  /** Green samples running, up to now; and the most at any time. */
  streak: number;
  longest: number;
  /** How often a streak of at least one was broken. */
  resets: number;
}

/** What the query `window` of its workflow answers. */
export interface WindowView {
  plan: WindowPlan;
  tally: WindowTally;
  /** ISO 8601; null when nothing is due any more. */
  nextDue: string | null;
}
export const QUERY_WINDOW = 'window';

/** Evidence of a step with `window`. */
export const SAMPLES_FILE = 'samples.jsonl';
export const SUMMARY_FILE = 'summary.md';

export function emptyTally(): WindowTally {
  return { slots: 0, green: 0, red: 0, missed: 0, streak: 0, longest: 0, resets: 0 };
}

/** A missed slot breaks a streak as a red sample does: what was not seen was not good. */
export function tallied(tally: WindowTally, outcome: SampleOutcome): WindowTally {
  const streak = outcome === 'green' ? tally.streak + 1 : 0;
  return {
    ...tally,
    slots: tally.slots + 1,
    [outcome]: tally[outcome] + 1,
    streak,
    longest: Math.max(tally.longest, streak),
    resets: tally.resets + (outcome !== 'green' && tally.streak > 0 ? 1 : 0),
  };
}

/** Slots that a window has at most. */
export function slotsOf({ everyMs, withinMs }: WindowPlan): number {
  return Math.floor(withinMs / everyMs);
}

/** Whether the streak is there. */
export function isReached(plan: WindowPlan, { streak }: WindowTally): boolean {
  return streak >= plan.consecutive;
}

/** Whether nothing more is to be taken: the streak is there, the time is over, or what is left cannot bring it. */
export function isOver(plan: WindowPlan, tally: WindowTally): boolean {
  const { streak, slots, red, missed } = tally;
  const left = slotsOf(plan) - slots;
  if (isReached(plan, tally) || left <= 0) return true;
  if (plan.maxRed !== undefined && red + missed > plan.maxRed) return true;
  return plan.endsEarly === true && streak + left < plan.consecutive;
}

/** When slot `n` (from 1) is due: milliseconds since the epoch, real time. It closes its interval: the first is due after one. */
export function dueAt({ everyMs }: WindowPlan, startedMs: number, n: number, timeScale: number): number {
  return Math.ceil(startedMs + (n * everyMs) / timeScale);
}

/** The nominal day of slot `n`, `YYYY-MM-DD` in UTC: in a rehearsal, the day that it would be. */
export function nominalDate({ everyMs }: WindowPlan, startedMs: number, n: number): string {
  return new Date(startedMs + n * everyMs).toISOString().slice(0, 10);
}

/**
 * Judges the outputs of a sample.
 *
 * @throws ExpressionError when `green` cannot be computed from them
 */
export function isGreen(plan: WindowPlan, outputs: JsonObject): boolean {
  return evaluateBoolean(plan.green, { it: outputs });
}

/**
 * The tally once more, from the records alone.
 *
 * @throws Error when a slot is missing, stands twice or out of order, is early, or is called green and is not
 */
export function retally(plan: WindowPlan, records: readonly SampleRecord[]): WindowTally {
  let tally = emptyTally();
  for (const [index, record] of records.entries()) {
    if (record.n !== index + 1) throw new Error(`slot ${index + 1} is missing: the next is ${record.n}`);
    if (isOver(plan, tally)) throw new Error(`slot ${record.n} comes after the end of the window`);
    if (record.outcome !== 'missed') {
      if (record.at === undefined || record.at < record.due) throw new Error(`slot ${record.n} was taken early`);
      const green = record.outputs !== undefined && isGreen(plan, record.outputs);
      if (green !== (record.outcome === 'green')) throw new Error(`slot ${record.n} is not ${record.outcome}`);
    }
    tally = tallied(tally, record.outcome);
  }
  return tally;
}

/** One line for people. */
export function windowSentence(plan: WindowPlan, tally: WindowTally): string {
  const { slots, green, red, missed, streak, longest } = tally;
  const bad = [red > 0 ? `${red} red` : '', missed > 0 ? `${missed} missed` : ''].filter(Boolean).join(', ');
  const reached = isReached(plan, tally);
  return `${green} of ${slots} samples green${bad ? ` (${bad})` : ''}; ${streak} running, ${plan.consecutive} wanted${reached ? '' : `, longest ${longest}`}.`;
}

/** Progress as Markdown, for the Web UI. */
export function windowBoard(
  title: string,
  plan: WindowPlan,
  tally: WindowTally,
  last: readonly SampleRecord[],
): string {
  const rows = last.toReversed().map(({ n, due, outcome, why = '' }) => {
    return `| ${n} | ${due} | ${outcome} | ${why.replaceAll('|', '\\|').slice(0, 200)} |`;
  });
  return [
    `## ${title}`,
    '',
    `${windowSentence(plan, tally)} At most ${slotsOf(plan)} samples.`,
    '',
    '| # | due | outcome | why |',
    '|---|---|---|---|',
    ...rows,
  ].join('\n');
}
