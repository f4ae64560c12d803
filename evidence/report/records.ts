import type { Json, JsonObject } from '../../model/json.js';
import { actualPath, criticalPath, plannedTimes } from '../../model/plan/critical-path.js';
import { runsBeside } from '../../model/plan/needs.js';
import type { GoLiveState, PhaseState, StepRecord } from '../../model/state/state.js';
import type { GateResult } from '../../model/judge/gate.js';
import { automaticBoxes } from './boxes.js';

/** Text of a JSON file of the bundle: readable, and the same for the same value. */
export function jsonText(value: unknown): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

function gatesOf(gates: readonly GateResult[]): Json {
  return gates as unknown as Json;
}

/** Start and end of an attempt that is over, from its steps. */
export function spanOf(steps: readonly StepRecord[]): { startedAt?: string; endedAt?: string } {
  const starts = steps.flatMap(({ startedAt }) => startedAt ?? []).toSorted();
  const ends = steps.flatMap(({ endedAt }) => endedAt ?? []).toSorted();
  return { ...(starts[0] ? { startedAt: starts[0] } : {}), ...(ends.at(-1) ? { endedAt: ends.at(-1) } : {}) };
}

function durationMs(span: { startedAt?: string; endedAt?: string }): number | null {
  return span.startedAt && span.endedAt ? Date.parse(span.endedAt) - Date.parse(span.startedAt) : null;
}

function stepFigures(steps: readonly StepRecord[]): Json {
  return steps.map(({ id, uses, status, outputs }) => ({ id, uses, status, outputs: outputs ?? null }));
}

/** `metrics_summary.json`: what was measured and how it was judged, of every attempt of every phase. */
export function metricsSummary(state: GoLiveState): Json {
  const phaseSummary = (phase: PhaseState): Json => ({
    id: phase.id,
    title: phase.title,
    status: phase.status,
    verdict: phase.verdict ?? null,
    sentence: phase.sentence ?? null,
    ...(phase.takenBackBy === undefined ? {} : { takenBackBy: phase.takenBackBy }),
    attempt: phase.attempt,
    plannedMs: phase.plannedMs,
    actualMs: durationMs(phase),
    gates: gatesOf(phase.gates),
    steps: stepFigures(phase.steps),
    earlierAttempts: phase.history.map(({ attempt, verdict, sentence, gates, steps }) => ({
      attempt,
      verdict,
      sentence,
      actualMs: durationMs(spanOf(steps)),
      gates: gatesOf(gates),
      steps: stepFigures(steps),
    })),
  });
  const { id, target, change, runbook, mode, timeScale, planDigest, startedAt } = state;
  return {
    goLive: id,
    target,
    change,
    runbook,
    mode,
    timeScale,
    planDigest,
    startedAt,
    phases: state.phases.map(phaseSummary),
  };
}

/** `timeline.json`: planned against actual, in ISO 8601 and milliseconds at the pace of this go-live. */
export function timelineRecord(state: GoLiveState): Json {
  const pace = Math.max(1, state.timeScale);
  const span = (one: { startedAt?: string; endedAt?: string }) => ({
    startedAt: one.startedAt ?? null,
    endedAt: one.endedAt ?? null,
    actualMs: durationMs(one),
  });
  return {
    startedAt: state.startedAt,
    endedAt: state.endedAt ?? null,
    timeScale: state.timeScale,
    plannedMs: state.plannedMs / pace,
    ...networkOf(state),
    phases: state.phases.map((phase) => ({
      id: phase.id,
      title: phase.title,
      plannedMs: phase.plannedMs / pace,
      ...(phase.needs ? { needs: [...phase.needs] } : {}),
      attempt: phase.attempt,
      ...span(phase),
      earlierAttempts: phase.history.map(({ attempt, steps }) => ({ attempt, ...span(spanOf(steps)) })),
    })),
    rollbacks: state.rollbacks.map((rollback) => ({
      id: rollback.id,
      title: rollback.title,
      status: rollback.status,
      ...span(rollback),
    })),
  };
}

/** Where phases run beside each other: the critical path by the plan, the one that it took, and what each had to spare. */
function networkOf({ phases, timeScale }: GoLiveState): JsonObject {
  if (!runsBeside(phases)) return {};
  const pace = Math.max(1, timeScale);
  const slack = plannedTimes(phases).map(({ id, slackMs }): [string, number] => [id, slackMs / pace]);
  const criticalPaths = { planned: criticalPath(phases), actual: actualPath(phases) };
  return { criticalPath: criticalPaths, slackMs: Object.fromEntries(slack) };
}

/** Files that grow until the end, so that an approval cannot bind to them. */
export function runningRecords(state: GoLiveState): [file: string, content: string][] {
  return [
    ['approvals.json', jsonText(state.approvals)],
    ['checklist.json', jsonText([...state.checklist, ...automaticBoxes(state)])],
    ['timeline.json', jsonText(timelineRecord(state))],
  ];
}
