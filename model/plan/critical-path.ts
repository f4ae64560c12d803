import { type Needing, needsOf } from './needs.js';

/** When a phase begins and ends by the plan at the earliest and at the latest, milliseconds from the start. */
export interface PlannedTimes<I extends string = string> {
  id: I;
  earliestStartMs: number;
  earliestFinishMs: number;
  latestStartMs: number;
  latestFinishMs: number;
  /** How much later it may end without the whole ending later. */
  slackMs: number;
}

interface Timed<I extends string> extends Needing<I> {
  plannedMs: number;
}

/**
 * The times of a network of phases by the critical path method: forward for the earliest, backward for the latest
 * (J. E. Kelley and M. R. Walker, Critical-Path Planning and Scheduling, Eastern Joint Computer Conference 1959).
 *
 * @param phases each below all that it needs; the result is in the same order
 */
export function plannedTimes<I extends string>(phases: readonly Timed<I>[]): PlannedTimes<I>[] {
  const finish = new Map<I, number>();
  const start = new Map<I, number>();
  for (const { id, plannedMs } of phases) {
    const from = Math.max(0, ...needsOf(phases, id).map((need) => finish.get(need) ?? 0));
    start.set(id, from);
    finish.set(id, from + plannedMs);
  }
  const totalMs = Math.max(0, ...finish.values());
  const latest = new Map<I, number>();
  for (const { id, plannedMs } of phases.toReversed()) {
    const end = latest.get(id) ?? totalMs;
    latest.set(id, end);
    for (const need of needsOf(phases, id)) {
      latest.set(need, Math.min(latest.get(need) ?? totalMs, end - plannedMs));
    }
  }
  return phases.map(({ id, plannedMs }) => {
    const [earliestStartMs, latestFinishMs] = [start.get(id) ?? 0, latest.get(id) ?? totalMs];
    const earliestFinishMs = earliestStartMs + plannedMs;
    const slackMs = latestFinishMs - earliestFinishMs;
    return {
      id,
      earliestStartMs,
      earliestFinishMs,
      latestStartMs: latestFinishMs - plannedMs,
      latestFinishMs,
      slackMs,
    };
  });
}

/** How long all phases take by the plan: the length of the critical path. */
export function plannedTotalMs(phases: readonly Timed<string>[]): number {
  return Math.max(0, ...plannedTimes(phases).map(({ earliestFinishMs }) => earliestFinishMs));
}

/** The phases that have no slack, in order: when one of them is late, the whole is. */
export function criticalPath<I extends string>(phases: readonly Timed<I>[]): I[] {
  return plannedTimes(phases).flatMap(({ id, slackMs }) => (slackMs === 0 ? [id] : []));
}

interface Took<I extends string> extends Needing<I> {
  startedAt?: string | undefined;
  endedAt?: string | undefined;
}

/**
 * The phases that made a go-live as long as it was: back from the one that ended last, each time to that of its needs
 * which ended last. Only phases with a begin and an end are on it: through one that was skipped it leads to what that
 * one waited for.
 */
export function actualPath<I extends string>(phases: readonly Took<I>[]): I[] {
  const ended = new Map(
    phases.flatMap(({ id, startedAt, endedAt }) =>
      startedAt !== undefined && endedAt !== undefined ? [[id, Date.parse(endedAt)] as const] : [],
    ),
  );
  const lastOf = (ids: readonly I[]): I | undefined =>
    ids.filter((id) => ended.has(id)).toSorted((a, b) => (ended.get(b) ?? 0) - (ended.get(a) ?? 0))[0];
  const before = (id: I): I[] => needsOf(phases, id).flatMap((need) => (ended.has(need) ? [need] : before(need)));
  const path: I[] = [];
  for (let id = lastOf([...ended.keys()]); id !== undefined; id = lastOf(before(id))) path.unshift(id);
  return path;
}
