import { rolesAsked } from '../people/need.js';
import { eventsOf, type LoggedEvent } from '../evidence/logged-event.js';
import type { Begun } from '../evidence/records.js';
import { readUndone } from '../evidence/step-place.js';
import { asId } from '../plan/address.js';
import { type Plan, stepsOf } from '../plan/plan.js';
import { approvalsOf, initialState } from './initial-state.js';
import type { GoLiveState, PhaseState, RollbackState, StepRecord } from './state.js';
import {
  approvalAsked,
  approvalClosed,
  decisionJudged,
  decisionTaken,
  phaseBegun,
  phaseEnded,
  phaseJudged,
  phaseOmitted,
  phasePassed,
  phaseRuns,
  phaseTakenBack,
  rollbackBegun,
  rollbackEnded,
  stepBegun,
  stepDone,
  stepFailed,
} from './transitions.js';

/**
 * The state of a go-live as far as its event log tells: what is known when nobody can be asked. Gates, votes and what an
 * operator is asked are not in it; phases, steps, questions, rollbacks and decisions are.
 */
export function stateFromLog(
  { plan, digest, startedBy }: Begun,
  workflowId: string,
  startedAt: string,
  events: readonly LoggedEvent[],
): GoLiveState {
  const state = initialState(plan, digest, workflowId, startedBy, startedAt);
  let last = startedAt;
  for (const event of events) {
    if (event.type !== 'unknown') last = event.time ?? last;
    phaseEvent(state, event, last);
    stepEvent(plan, state, event, last);
    otherEvent(plan, state, event, last);
  }
  return state;
}

function phaseEvent({ phases, id }: GoLiveState, event: LoggedEvent, at: string): void {
  const phase = phases.find((one) => 'phase' in event && one.id === event.phase);
  if (!phase) return;
  switch (event.type) {
    case 'phase.started':
      return phaseBegun(phase, at);
    case 'phase.passed':
      phaseJudged(phase, { status: 'passed', verdict: 'go', sentence: event.sentence ?? '', gates: [] });
      return phasePassed(phase, at);
    case 'phase.failed':
    case 'phase.cancelled': {
      const status = event.type === 'phase.failed' ? 'failed' : 'cancelled';
      return phaseEnded(phase, { status, verdict: undefined, sentence: event.sentence ?? '' }, at);
    }
    case 'phase.taken-back':
      return phaseTakenBack(phase, event.rollback ?? '');
    case 'phase.omitted':
      return phaseOmitted(phase, { by: event.by ?? '', role: event.role ?? '', reason: event.reason ?? '', at });
    case 'step.started':
      if (phase.status === 'waiting') phaseRuns(phase, `${id}/${phase.index}-${phase.id}`);
      return;
    default:
  }
}

function stepEvent(plan: Plan, { phases, rollbacks }: GoLiveState, event: LoggedEvent, at: string): void {
  switch (event.type) {
    case 'step.started':
    case 'step.done':
    case 'step.failed':
    case 'undo.started':
    case 'undo.done':
    case 'undo.failed':
      break;
    default:
      return;
  }
  const { phase: place = '', step: id = '', kind = '' } = event;
  const phase = phases.find((one) => one.id === place);
  const of: PhaseState | RollbackState | undefined =
    phase ?? rollbacks.findLast((one) => `rollback-${one.id}` === place);
  if (!of) return;
  let record = of.steps.find((one) => one.id === id);
  if (!record) {
    const planned = stepsOf(plan.phases.find((one) => one.id === place)?.steps ?? []);
    const title = planned.find((one) => one.id === id)?.title ?? titleOf(event) ?? id;
    record = { id: asId(id), title, uses: kind, status: 'pending', epoch: 0 } satisfies StepRecord;
    of.steps.push(record);
  }
  if (event.type === 'step.started' || event.type === 'undo.started') return stepBegun(record, at);
  if (event.type === 'step.done' || event.type === 'undo.done') {
    const { summary = '', outputs = {}, evidence = [] } = event;
    stepDone(record, { summary, outputs, evidence });
    if (event.type === 'undo.done') record.status = 'undone';
    return;
  }
  // What is taken again is not given up: it waits for its next try.
  if (event.again) return;
  stepFailed(record, 'failed', { code: event.code ?? 'INTERNAL', message: event.message ?? 'failed' });
  if (event.type === 'undo.failed') record.status = 'undo-failed';
}

/** A step whose last try failed and that is taken again. */
export interface TakenAgain {
  step: string;
  /** How many tries there were. */
  tries: number;
  message: string;
}

/** What is taken again, by the end of a log: its next try has not begun. */
export function takenAgain(events: readonly LoggedEvent[]): TakenAgain[] {
  const open = new Map<string, TakenAgain>();
  const tries = new Map<string, number>();
  for (const event of eventsOf(events, 'step.started', 'step.failed', 'undo.started', 'undo.failed')) {
    const { phase = '', phaseAttempt = 0, step = '', epoch = 0 } = event;
    const key = `${phase}.${phaseAttempt}/${step}.${epoch}`;
    open.delete(key);
    if (event.type === 'step.started' || event.type === 'undo.started') tries.set(key, (tries.get(key) ?? 0) + 1);
    else if (event.again) open.set(key, { step, tries: tries.get(key) ?? 1, message: event.message ?? 'failed' });
  }
  return [...open.values()];
}

function titleOf(event: LoggedEvent): string | undefined {
  if (event.type !== 'undo.started') return undefined;
  const { phase, step } = readUndone(event.undoes ?? '');
  return `Undo ${phase} · ${step}`;
}

function otherEvent(plan: Plan, state: GoLiveState, event: LoggedEvent, at: string): void {
  switch (event.type) {
    case 'approval.asked': {
      const { question = '', digest = '', expiresAt = '', files } = event;
      const rule = approvalsOf(plan).find(({ id }) => id === event.approval);
      const asked = state.approvals.find(({ id }) => id === event.approval);
      if (!rule || !asked) return;
      approvalAsked(asked, { question, digest, expiresAt, nonce: undefined, files }, at);
      const roles = rolesAsked(rule.needs);
      state.waiting = { kind: 'approval', id: rule.id, text: question, roles, since: at, expiresAt, commands: [] };
      return;
    }
    case 'approval.closed': {
      const asked = state.approvals.find(({ id }) => id === event.approval);
      if (asked) approvalClosed(asked, event.status ?? 'expired', event.sentence ?? '', at);
      if (state.waiting?.id === event.approval) delete state.waiting;
      return;
    }
    case 'rollback.started': {
      const { rollback: id = '', because = '' } = event;
      const title = plan.rollbacks[id]?.title ?? id;
      state.rollbacks.push(rollbackBegun({ id, title, because }, at));
      return;
    }
    case 'rollback.ended': {
      const back = state.rollbacks.findLast(({ id }) => id === event.rollback);
      if (!back) return;
      const { steps } = back;
      const status = event.status === 'done' ? 'passed' : 'failed';
      const ended = { steps, undos: [], gates: [], startedAt: at, endedAt: at, events: 0, sentence: '' };
      if (rollbackEnded(back, { ...ended, status, verdict: 'go' }, at) === 'incomplete')
        state.rollbackIncomplete = true;
      return;
    }
    case 'decision': {
      const decision = state.decisions.find(({ id }) => id === event.decision);
      if (!decision) return;
      decisionJudged(decision, { verdict: event.verdict ?? 'inconclusive', sentence: event.sentence ?? '' });
      return decisionTaken(decision, at);
    }
    default:
  }
}
