import { anytime, isOutside } from '../expression/anytime.js';
import { evaluate, ExpressionError } from '../expression/expression.js';
import type { JsonObject } from '../json.js';
import type { SharePlan } from '../plan/share-plan.js';
import { countText } from './count-text.js';

/** So many of so many. */
export interface Counted {
  part: number;
  whole: number;
}

/** What a sample says of a window's share. */
export interface Seen {
  /** What it counts; absent when that is not known. */
  counted?: Counted;
  /** Figures that only grow, as they stood. */
  totals?: Counted;
}

/** Bounds are rounded away from what was seen, so that two machines that differ in a last digit say the same. */
const DIGITS = 1e9;

/**
 * Reads what a sample counted. Nothing that is not a whole answer counts: it is said why, and never taken for 0.
 *
 * @param before figures that only grow, as the sample before had them; without them the first is where counting begins
 */
export function seenIn(share: SharePlan, outputs: JsonObject, before?: Counted): Seen & { why?: string } {
  const part = numberOf(share.part, outputs);
  const whole = numberOf(share.whole, outputs);
  if (typeof part === 'string') return { why: part };
  if (typeof whole === 'string') return { why: whole };
  const now = { part, whole };
  if (share.counts === 'each') return sound(now);
  if (!before) return { ...sound({ part: 0, whole: 0 }), totals: now };
  if (part < before.part || whole < before.whole) {
    const [from, to] = [before, now].map((at) => `${countText(at.part)} of ${countText(at.whole)}`);
    return { totals: now, why: `What only grows went from ${from} to ${to}: what came in between is not known.` };
  }
  return { ...sound({ part: part - before.part, whole: whole - before.whole }), totals: now };
}

function sound(counted: Counted): Seen & { why?: string } {
  const { part, whole } = counted;
  return part <= whole ? { counted } : { why: `${countText(part)} of ${countText(whole)} makes no sense.` };
}

/** A number of at least 0, or why there is none. */
function numberOf(expression: string, outputs: JsonObject): number | string {
  try {
    const value = evaluate(expression, { it: outputs });
    if (typeof value === 'number' && Number.isFinite(value) && value >= 0) return value;
    const is = typeof value === 'number' ? String(value) : value === null ? 'null' : `a ${typeof value}`;
    return `${expression} is ${is}, and not a count.`;
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error;
    return `${expression} is not known: ${error.message}`;
  }
}

/** Bounds of the share that hold however often it is looked at; of nothing, it may be any. */
export function shareBounds({ part, whole }: Counted): { lower: number; upper: number } {
  if (whole === 0) return { lower: 0, upper: 1 };
  const { lower, upper } = anytime(part, whole);
  return { lower: Math.floor(lower * DIGITS) / DIGITS, upper: Math.ceil(upper * DIGITS) / DIGITS };
}

/** Whether what was counted shows that the share is inside its limit, or that it is outside; undefined while it shows neither. */
export function shareShown({ limit }: SharePlan, { part, whole }: Counted): 'inside' | 'outside' | undefined {
  const { op, threshold } = limit;
  // The limit is beyond a bound: beyond the upper one of a share below it, or the lower one of a share above it.
  if (!isOutside(threshold, part, whole)) return undefined;
  return part / whole < threshold === (op === 'atMost') ? 'inside' : 'outside';
}
