import { plannedTotalMs } from '../../model/plan/critical-path.js';
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

/** What is left of a phase, in milliseconds: by its plan, or by its running steps where that is longer. */
function leftMs(state: GoLiveState, phase: PhaseState, nowMs: number, byStep: number): number {
  if (phase.status === 'pending' || phase.dueAgain) return pacedMs(state, phase.plannedMs);
  if (phase.status !== 'running' && phase.status !== 'waiting') return 0;
  return Math.max(0, byStep, pacedMs(state, phase.plannedMs) - (phaseElapsedMs(phase, nowMs) ?? 0));
}

/**
 * Planned against actual. The forecast: what is left of each running phase (its plan less what it has used, or the
 * forecast of its running step where that is later), and the plans of the phases to come, each behind what it needs.
 *
 * @param stepForecast when the running steps of a phase end, by their own word (ISO 8601)
 */
export function timeline(
  state: GoLiveState,
  nowMs: number,
  stepForecast: (phase: string) => string | undefined = () => undefined,
): Timeline {
  const started = Date.parse(state.startedAt);
  const plannedMs = pacedMs(state, state.plannedMs);
  if (state.endedAt !== undefined) {
    const elapsedMs = Date.parse(state.endedAt) - started;
    return { elapsedMs, plannedMs, earlyMs: plannedMs - elapsedMs };
  }
  const left = state.phases.map((phase) => {
    const forecast = stepForecast(phase.id);
    const byStep = forecast === undefined ? 0 : Math.max(0, Date.parse(forecast) - nowMs || 0);
    return { id: phase.id, needs: phase.needs, plannedMs: leftMs(state, phase, nowMs, byStep) };
  });
  const forecastMs = nowMs + plannedTotalMs(left);
  return { elapsedMs: Math.max(0, nowMs - started), plannedMs, forecastMs, earlyMs: started + plannedMs - forecastMs };
}
