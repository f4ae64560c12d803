import { judgeGate, phaseVerdict, type GateResult } from './gate.js';
import { buildContext, ExpressionError, resolve, type ExpressionContext } from '../expression/expression.js';
import type { LoggedEvent } from '../evidence/logged-event.js';
import type { JsonObject } from '../json.js';
import { decidePolicy } from './policy.js';
import { asId } from '../plan/address.js';
import { type PhasePlan, type Plan, type StepPlan, stepsOf } from '../plan/plan.js';
import { type Values, valuesOf } from '../plan/values.js';
import type { Verdict } from '../verdict.js';

/** One phase attempt judged once more from what the log says its steps gave. */
export interface JudgedAttempt {
  phase: string;
  attempt: number;
  verdict: Verdict;
  gates: GateResult[];
  /** Steps whose deed was done, with their last outputs. */
  steps: Record<string, JsonObject>;
}

/** A step that was begun, with the input that the plan gives it. */
export interface BegunStep {
  seq: number;
  phase: string;
  attempt: number;
  plan: StepPlan;
  /** Undefined when the plan's expressions cannot be computed from the log. */
  input?: JsonObject;
  /** Hash of the input that was acted on, as logged. */
  logged: string;
}

/** A rule that approved or did not, judged once more. */
export interface JudgedPolicy {
  seq: number;
  approval: string;
  /** What the rule says now, and what it is logged to have said. */
  holds: boolean;
  logged: boolean;
}

export interface Recomputed {
  attempts: JudgedAttempt[];
  policies: JudgedPolicy[];
  begun: BegunStep[];
}

/**
 * Judges every gate of every phase attempt again, from the plan and the outputs in the event log alone: nothing that was
 * judged before is believed. An attempt that was said twice, by a workflow that was sent back, is judged by what was
 * said last.
 *
 * @param startedAt of the go-live, ISO 8601; expressions may use it
 */
export function recompute(plan: Plan, startedAt: string, events: readonly LoggedEvent[]): Recomputed {
  const phases: Values['phases'] = {};
  const open = new Map<string, JudgedAttempt>();
  const done: Recomputed = { attempts: [], policies: [], begun: [] };
  const contextOf = (attempt: JudgedAttempt, it?: string): ExpressionContext =>
    buildContext({
      ...valuesOf(plan, startedAt, attempt.attempt, phases, asId(attempt.phase)),
      steps: attempt.steps,
      ...(it === undefined ? {} : { it: attempt.steps[it] }),
    });
  const end = (phase: PhasePlan, attempt: JudgedAttempt): void => {
    attempt.gates = phase.gates.map((gate) => judgeGate(gate, contextOf(attempt, gate.it)));
    attempt.verdict = phaseVerdict(attempt.gates);
    done.attempts = [...done.attempts.filter((told) => !isSuperseded(told, attempt)), attempt];
    phases[phase.id] = { steps: attempt.steps };
    open.delete(phase.id);
  };
  for (const event of events) {
    const id = 'phase' in event ? event.phase : undefined;
    const phase = plan.phases.find((candidate) => candidate.id === id);
    if (!phase) continue;
    if (event.type === 'phase.started') {
      const attempt = event.attempt ?? Number.NaN;
      open.set(phase.id, { phase: phase.id, attempt, verdict: 'inconclusive', gates: [], steps: {} });
    }
    const attempt = open.get(phase.id) ?? toldAgain(event, done.attempts);
    if (!attempt) continue;
    open.set(phase.id, attempt);
    switch (event.type) {
      case 'step.started': {
        const step = stepsOf(phase.steps).find((candidate) => candidate.id === event.step);
        if (step) done.begun.push(begun(event.seq, event.inputs ?? '', attempt, step, contextOf(attempt)));
        break;
      }
      case 'approval.policy': {
        const rule = phase.approvals.find((candidate) => candidate.id === event.approval);
        if (!rule?.auto) break;
        const { holds } = decidePolicy(rule.auto, contextOf(attempt));
        done.policies.push({ seq: event.seq, approval: rule.id, holds, logged: event.holds === true });
        break;
      }
      case 'step.done':
        if (event.phaseAttempt === attempt.attempt) attempt.steps[event.step ?? ''] = event.outputs ?? {};
        break;
      case 'phase.passed':
      case 'phase.failed':
      case 'phase.cancelled':
        if (event.attempt === attempt.attempt) end(phase, attempt);
        break;
      default:
    }
  }
  return done;
}

/** An attempt that is said to its end once more takes the place of what was said of it, and of all that came after it. */
const isSuperseded = (told: JudgedAttempt, { phase, attempt }: JudgedAttempt): boolean =>
  told.phase === phase && told.attempt >= attempt;

/**
 * A workflow that was sent back says an attempt once more, from its beginning or from the middle of it. What it says
 * last is what its state stands on; what is said after the end, and comes to no end again, changes nothing.
 */
function toldAgain(event: LoggedEvent, ended: readonly JudgedAttempt[]): JudgedAttempt | undefined {
  if (event.type !== 'step.started' && event.type !== 'step.done') return undefined;
  const attempt = ended.find((one) => one.phase === event.phase && one.attempt === event.phaseAttempt);
  return attempt && { ...attempt, steps: { ...attempt.steps } };
}

function begun(
  seq: number,
  logged: string,
  attempt: JudgedAttempt,
  plan: StepPlan,
  context: ExpressionContext,
): BegunStep {
  const base = { seq, phase: attempt.phase, attempt: attempt.attempt, plan, logged };
  try {
    return { ...base, input: resolve(plan.with, context) };
  } catch (error) {
    if (error instanceof ExpressionError) return base;
    throw error;
  }
}
