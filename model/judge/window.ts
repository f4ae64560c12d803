import { evaluateBoolean } from '../expression/expression.js';
import { canonicalJson, type JsonObject } from '../json.js';
import type { GuardPlan, WindowPlan } from '../plan/plan.js';
import { tripOf } from './guard.js';
import { type Counted, type Seen, seenIn, shareBounds, shareShown } from './window-share.js';

export type { WindowPlan } from '../plan/plan.js';

export const SAMPLE_OUTCOMES = ['green', 'red', 'missed'] as const;
export type SampleOutcome = (typeof SAMPLE_OUTCOMES)[number];

/** Why a window is over: certainly not, certainly so, or without certainty at its end. */
export const WINDOW_ENDS = ['guard', 'out-of-reach', 'reached', 'time-over'] as const;
export type WindowEnd = (typeof WINDOW_ENDS)[number];

/** One line of `samples.jsonl`: what became of one slot. */
export interface SampleRecord extends Seen {
  /** Number of the slot, from 1. */
  n: number;
  /** When it was due, and when it was taken: ISO 8601, real time. */
  due: string;
  at?: string;
  /** Its nominal day; older records have none. */
  day?: string;
  /** Stands in records of a rehearsal: they are read without their bundle, too. */
  rehearsal?: true;
  outcome: SampleOutcome;
  why?: string;
  outputs?: JsonObject;
}

/** What a window has come to. */
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
  /** All that its samples counted, where its goal is a share, and how many samples did. */
  counted?: Counted;
  looks?: number;
  /** Figures that only grow, as the last sample had them. */
  totals?: Counted;
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
export function tallied(tally: WindowTally, outcome: SampleOutcome, { counted, totals }: Seen = {}): WindowTally {
  const streak = outcome === 'green' ? tally.streak + 1 : 0;
  const { part, whole } = tally.counted ?? { part: 0, whole: 0 };
  return {
    ...tally,
    slots: tally.slots + 1,
    [outcome]: tally[outcome] + 1,
    streak,
    longest: Math.max(tally.longest, streak),
    resets: tally.resets + (outcome !== 'green' && tally.streak > 0 ? 1 : 0),
    ...(counted ? { counted: { part: part + counted.part, whole: whole + counted.whole } } : {}),
    ...(counted ? { looks: (tally.looks ?? 0) + 1 } : {}),
    ...(totals ? { totals } : {}),
  };
}

/** The figures of a window, for guards while it runs. A share of nothing may be any: its bounds are 0 and 1. */
export function windowFigures({ share }: WindowPlan, tally: WindowTally): JsonObject {
  const { counted = { part: 0, whole: 0 }, looks = 0, totals: _totals, ...streaks } = tally;
  return share ? { ...streaks, ...counted, looks, ...shareBounds(counted) } : streaks;
}

/** The outputs of a step with `window`. */
export function windowOutcome(plan: WindowPlan, tally: WindowTally): JsonObject {
  const end = endOf(plan, tally);
  return { ...windowFigures(plan, tally), ...(end === undefined ? {} : { end }) };
}

/** The first and the last day that a window came to: of the green samples running at its end where these are its goal. */
export function windowDays({ consecutive }: WindowPlan, records: readonly SampleRecord[]): JsonObject {
  const broken = records.findLastIndex(({ outcome }) => outcome !== 'green');
  const running = consecutive === undefined ? records : records.slice(broken + 1);
  const [first, last] = [running[0]?.day, running.at(-1)?.day];
  return first === undefined || last === undefined ? {} : { firstDay: first, lastDay: last };
}

/** Slots that a window has at most. */
export function slotsOf({ everyMs, withinMs }: WindowPlan): number {
  return Math.floor(withinMs / everyMs);
}

const leftOf = (plan: WindowPlan, { slots }: WindowTally): number => slotsOf(plan) - slots;
const badOf = ({ red, missed }: WindowTally): number => red + missed;

/** Whether the goal is reached, whatever is still to come. */
export function isReached(plan: WindowPlan, tally: WindowTally): boolean {
  const { consecutive, share, maxRed } = plan;
  if (maxRed !== undefined && badOf(tally) > maxRed) return false;
  if (consecutive !== undefined) return tally.streak >= consecutive;
  if (share) return tally.counted !== undefined && shareShown(share, tally.counted) === 'inside';
  const left = leftOf(plan, tally);
  return maxRed !== undefined && badOf(tally) + left <= maxRed && (left <= 0 || plan.endsEarly === true);
}

/** Whether nothing that is still to come can bring the goal. */
function isOutOfReach(plan: WindowPlan, tally: WindowTally): boolean {
  const { consecutive, share, maxRed } = plan;
  if (maxRed !== undefined && badOf(tally) > maxRed) return true;
  if (share) return tally.counted !== undefined && shareShown(share, tally.counted) === 'outside';
  return plan.endsEarly === true && consecutive !== undefined && tally.streak + leftOf(plan, tally) < consecutive;
}

/** Why the window is over, the worst first; undefined while more is to be taken. */
export function endOf(plan: WindowPlan, tally: WindowTally, guards: readonly GuardPlan[] = []): WindowEnd | undefined {
  if (guards.length > 0 && tally.slots > 0 && tripOf(guards, windowFigures(plan, tally))) return 'guard';
  if (isReached(plan, tally)) return 'reached';
  if (leftOf(plan, tally) <= 0) return 'time-over';
  return isOutOfReach(plan, tally) ? 'out-of-reach' : undefined;
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
export function retally(
  plan: WindowPlan,
  records: readonly SampleRecord[],
  guards: readonly GuardPlan[] = [],
): WindowTally {
  let tally = emptyTally();
  for (const [index, record] of records.entries()) {
    if (record.n !== index + 1) throw new Error(`slot ${index + 1} is missing: the next is ${record.n}`);
    if (endOf(plan, tally, guards) !== undefined) throw new Error(`slot ${record.n} comes after the end of the window`);
    const seen = reread(plan, record, tally.totals);
    tally = tallied(tally, record.outcome, seen);
  }
  return tally;
}

/** Judges one record again. */
function reread(plan: WindowPlan, record: SampleRecord, before: Counted | undefined): Seen {
  const { n, at, due, outcome, outputs } = record;
  if (outcome === 'missed') return {};
  if (at === undefined || at < due) throw new Error(`slot ${n} was taken early`);
  const { why, ...seen } = outputs && plan.share ? seenIn(plan.share, outputs, before) : {};
  const green = outputs !== undefined && why === undefined && isGreen(plan, outputs);
  if (green !== (outcome === 'green')) throw new Error(`slot ${n} is not ${outcome}`);
  const { counted, totals } = record;
  const said = { ...(counted ? { counted } : {}), ...(totals ? { totals } : {}) };
  if (canonicalJson(said) !== canonicalJson({ ...seen })) throw new Error(`slot ${n} counts otherwise than it says`);
  return seen;
}

/**
 * What a step with `window` that is done gave, from its records and its plan alone.
 *
 * @param timeScale of the go-live; without it the days are taken as the records tell them
 * @throws Error when the records do not hold together, or the window was not over at the last of them, or not well
 */
export function outcomeFrom(
  plan: WindowPlan,
  records: readonly SampleRecord[],
  guards: readonly GuardPlan[],
  timeScale?: number,
): JsonObject {
  const tally = retally(plan, records, guards);
  const end = endOf(plan, tally, guards);
  const at = `slot ${tally.slots} of ${slotsOf(plan)}`;
  if (end === undefined) throw new Error(`the window was cut short: nothing was certain at ${at}`);
  if (end === 'guard') throw new Error(`a guard tripped at ${at}, and the step is done`);
  if (plan.mustReach && end !== 'reached') throw new Error(`the goal was not reached at ${at}, and the step is done`);
  if (timeScale !== undefined) checkDays(plan, records, timeScale);
  return { ...windowOutcome(plan, tally), ...windowDays(plan, records) };
}

/**
 * Holds the day of each record to when it was due: the start of the window follows from that.
 *
 * @throws Error where a record tells another day, or was due when its slot is not
 */
function checkDays(plan: WindowPlan, records: readonly SampleRecord[], timeScale: number): void {
  let from = -Infinity;
  let to = Infinity;
  for (const { n, due, day } of records) {
    const dueMs = Date.parse(due);
    // When it is due is rounded up to a whole millisecond: the start is known to less than one.
    const latest = Math.floor(dueMs - (n * plan.everyMs) / timeScale);
    [from, to] = [Math.max(from, latest - 1), Math.min(to, latest)];
    if (!(from <= to)) throw new Error(`slot ${n} was not due at ${due}`);
    const days = [latest - 1, latest].map((startedMs) => nominalDate(plan, startedMs, n));
    if (day !== undefined && !days.includes(day)) throw new Error(`slot ${n}, due at ${due}, is not of the day ${day}`);
  }
}
