import type { GoLiveState, PhaseState } from '../../model/state/state.js';

export interface Timeline {
  elapsedMs: number;
  /** What was planned in all, at the pace of this go-live (a rehearsal ×30 plans a thirtieth). */
  plannedMs: number;
  /** When it should end, in ms since 1970; undefined once it has ended. */
  forecastMs?: number;
  /** Positive: earlier than planned. */
  earlyMs: number;
}

/** Planned time of one phase at the pace of this go-live. */
export function pacedMs(state: Pick<GoLiveState, 'timeScale'>, plannedMs: number): number {
  return plannedMs / Math.max(1, state.timeScale);
}

/** How long a phase has run, or ran; undefined when it has not begun. */
export function phaseElapsedMs(phase: PhaseState, nowMs: number): number | undefined {
  if (phase.startedAt === undefined) return undefined;
  return Math.max(0, (phase.endedAt === undefined ? nowMs : Date.parse(phase.endedAt)) - Date.parse(phase.startedAt));
}

/**
 * Planned against actual. The forecast: what is left of the running phase (its plan less what it has used, or the
 * forecast of its running step where that is later), and the plans of the phases to come.
 */
export function timeline(state: GoLiveState, nowMs: number, stepForecast?: string): Timeline {
  const started = Date.parse(state.startedAt);
  const plannedMs = pacedMs(state, state.plannedMs);
  if (state.endedAt !== undefined) {
    const elapsedMs = Date.parse(state.endedAt) - started;
    return { elapsedMs, plannedMs, earlyMs: plannedMs - elapsedMs };
  }
  let leftMs = 0;
  for (const phase of state.phases) {
    if (phase.status === 'pending') leftMs += pacedMs(state, phase.plannedMs);
    if (phase.status === 'running' || phase.status === 'waiting') {
      const used = phaseElapsedMs(phase, nowMs) ?? 0;
      const byPlan = Math.max(0, pacedMs(state, phase.plannedMs) - used);
      const byStep = stepForecast === undefined ? 0 : Math.max(0, Date.parse(stepForecast) - nowMs || 0);
      leftMs += Math.max(byPlan, byStep);
    }
  }
  const forecastMs = nowMs + leftMs;
  return { elapsedMs: Math.max(0, nowMs - started), plannedMs, forecastMs, earlyMs: started + plannedMs - forecastMs };
}
