import { patched } from '@temporalio/workflow';
import { evaluateBoolean, buildContext } from '../model/expression/expression.js';
import { gatesSentence, phaseVerdict } from '../model/judge/gate.js';
import type { Json, JsonObject } from '../model/json.js';
import type { Choice } from '../model/people/message.js';
import { type PhasePlan, stepsOf } from '../model/plan/plan.js';
import type { PhaseResult, PhaseState, StepRecord } from '../model/state/state.js';
import { mayGoOn } from '../model/verdict.js';
import { askApproval, askChecklist, askOperator } from './people/ask.js';
import { cancellable, runChild } from './child.js';
import type { Desk } from './people/desk.js';
import { namedRollback, undoAll } from './rollback.js';
import { now, type Session } from './session.js';
import { underWaivers, useWaivers } from './people/waivers.js';

export type Next = 'next' | 'stop' | { to: string };

/** Takes one phase from its approvals to its verdict, and says where the go-live goes from there. */
export async function takePhase(session: Session, desk: Desk, plan: PhasePlan, state: PhaseState): Promise<Next> {
  if (plan.when !== undefined && !evaluateBoolean(plan.when, buildContext({ ...session.values(1), steps: {} }))) {
    Object.assign(state, { status: 'skipped', sentence: `Skipped: ${plan.when} does not hold.` });
    return 'next';
  }
  begin(session, state);
  const before = await allowed(session, plan, state, 'before');
  if (!before) return 'stop';
  if (!(await askChecklist(session, plan)))
    return end(session, state, 'cancelled', 'inconclusive', 'Stopped before it began.');

  let result = await run(session, plan, state);
  while (result.status === 'asks' && !session.aborted) {
    const answer = await settleStep(session, desk, plan, state, result);
    if (answer.next) return answer.next;
    const next = unsettled(plan, answer.resume);
    if (next && patched('each-step-in-doubt-is-asked')) result = { ...result, steps: answer.resume, sentence: next };
    else result = await run(session, plan, state, answer.resume);
  }
  if (session.aborted) return end(session, state, 'cancelled', 'inconclusive', 'Stopped: the go-live was aborted.');
  if (result.status === 'passed') {
    if (!(await allowed(session, plan, state, 'after'))) return 'stop';
    state.endedAt = now();
    session.note('phase.passed', { phase: plan.id, attempt: state.attempt, sentence: state.sentence });
    await session.flush();
    return 'next';
  }
  return afterFailure(session, desk, plan, state);
}

function begin(session: Session, state: PhaseState): void {
  if (state.attempt > 0 && state.verdict) {
    const { attempt, verdict, sentence = '', steps, gates } = state;
    state.history.push({ attempt, verdict, sentence, steps, gates });
  }
  Object.assign(state, { status: 'waiting', attempt: state.attempt + 1, startedAt: now(), steps: [], gates: [] });
  delete state.verdict;
  delete state.sentence;
  delete state.endedAt;
  session.note('phase.started', { phase: state.id, attempt: state.attempt });
  session.show();
}

function end(
  session: Session,
  state: PhaseState,
  status: PhaseState['status'],
  verdict: PhaseState['verdict'],
  sentence: string,
): 'stop' {
  Object.assign(state, { status, verdict, sentence, endedAt: now() });
  session.note(`phase.${status}`, { phase: state.id, attempt: state.attempt, sentence });
  session.show();
  return 'stop';
}

/** Approvals of the phase before its steps or after its gates; the latter bind to what was measured. */
async function allowed(
  session: Session,
  plan: PhasePlan,
  state: PhaseState,
  when: 'before' | 'after',
): Promise<boolean> {
  for (const rule of plan.approvals.filter((approval) => approval.when === when)) {
    const about: Json = {
      attempt: state.attempt,
      ...(when === 'after' ? { gates: state.gates as unknown as Json } : {}),
    };
    const steps = when === 'after' ? (session.phases[state.id]?.steps ?? {}) : {};
    const context = buildContext({ ...session.values(state.attempt), steps });
    const policy = { phase: plan.id, attempt: state.attempt, context };
    const { approved, sentence } = await askApproval(session, rule, about, policy);
    if (!approved) {
      end(session, state, session.aborted ? 'cancelled' : 'failed', 'no-go', `${rule.question} ${sentence}`);
      return false;
    }
  }
  return true;
}

async function run(session: Session, plan: PhasePlan, state: PhaseState, resume?: StepRecord[]): Promise<PhaseResult> {
  state.status = 'running';
  const opened = resume ? `+${Math.max(...resume.map((record) => record.epoch))}` : '';
  state.workflowId = `${session.ref.id}/${state.index}-${plan.id}${state.attempt > 1 ? `.${state.attempt}` : ''}${opened}`;
  const owners = plan.owner.map((role) => session.plan.roles[role] ?? role).join(', ');
  session.show();
  await session.flush();
  const workflowId = state.workflowId;
  const result = await cancellable(
    (scope) => {
      session.work = scope;
      if (session.aborted) scope.cancel();
    },
    () =>
      runChild(
        {
          goLive: session.ref,
          id: plan.id,
          title: `${state.index} ${plan.title}`,
          attempt: state.attempt,
          steps: plan.steps,
          gates: plan.gates,
          values: session.values(state.attempt),
          ...(resume ? { resume } : {}),
        },
        workflowId,
        `${state.index} ${plan.title} · ${owners}`,
      ),
  );
  session.work = undefined;
  session.undos.push(...result.undos);
  session.state.events += result.events;
  keep(session, state, result);
  return judged(session, state, result);
}

/** Longest text of an output that the state keeps; the evidence has the whole, and so have later expressions. */
const SHOWN_TEXT = 200;

function keep(session: Session, state: PhaseState, result: PhaseResult): void {
  const outputs: Record<string, JsonObject> = {};
  for (const record of result.steps) if (record.outputs) outputs[record.id] = record.outputs;
  session.phases[state.id] = { steps: outputs };
  state.steps = result.steps.map((record) =>
    record.outputs ? { ...record, outputs: shortened(record.outputs) } : record,
  );
  state.gates = result.gates;
}

function shortened(outputs: JsonObject): JsonObject {
  return Object.fromEntries(
    Object.entries(outputs).map(([key, value]) => [
      key,
      typeof value === 'string' && value.length > SHOWN_TEXT ? `${value.slice(0, SHOWN_TEXT)}…` : value,
    ]),
  );
}

/** The phase's own judgement under the waivers that stand now. */
function judged(session: Session, state: PhaseState, result: PhaseResult): PhaseResult {
  const gates = underWaivers(session, state.id, result.gates);
  useWaivers(session, state.id, gates);
  state.gates = gates;
  const byGates = result.status === 'failed' && gates.length > 0;
  const verdict = byGates ? phaseVerdict(gates) : result.verdict;
  const status = byGates && mayGoOn(verdict) ? 'passed' : result.status;
  const sentence = gates.length > 0 ? gatesSentence(gates) : result.sentence;
  Object.assign(state, {
    status: status === 'passed' ? 'passed' : status === 'cancelled' ? 'cancelled' : 'failed',
    verdict,
    sentence,
  });
  session.show();
  return { ...result, gates, verdict, status, sentence };
}

const inDoubt = (record: StepRecord): boolean =>
  record.status === 'failed' && record.failure?.code === 'OUTCOME_UNKNOWN';

/** Of several steps that failed side by side, the sentence of one that may not be taken again without being asked for. */
function unsettled(plan: PhasePlan, records: readonly StepRecord[]): string | undefined {
  const stops = (id: string) => stepsOf(plan.steps).some((step) => step.id === id && step.onFail === 'stop');
  const left = records.find(inDoubt) ?? records.find(({ status, id }) => status === 'failed' && stops(id));
  return left && `${left.title}: ${left.failure?.message ?? 'failed'}`;
}

/** A step stopped the phase and asks: skip it, try it again, or give the phase up. */
async function settleStep(
  session: Session,
  desk: Desk,
  plan: PhasePlan,
  state: PhaseState,
  result: PhaseResult,
): Promise<{ next?: Next; resume: StepRecord[] }> {
  const failed = result.steps.find(inDoubt) ?? result.steps.find((record) => record.status === 'failed');
  const step = stepsOf(plan.steps).find((candidate) => candidate.id === failed?.id);
  // A deed that may have happened can be what somebody looked at and saw done.
  const unknown = failed?.failure?.code === 'OUTCOME_UNKNOWN';
  const choices: Choice[] = [
    ...(unknown ? (['done'] as const) : []),
    'retry',
    'retry-phase',
    ...(step?.maySkip ? (['skip'] as const) : []),
    'rollback',
    'stop',
  ];
  state.status = 'waiting';
  const { ask } = plan.onFail;
  const text = `${result.sentence} ${unknown ? 'Is it done? Look at the target before you answer.' : 'What now?'}`;
  const answer = await askOperator(session, desk, {
    about: `${plan.id}.${failed?.id ?? ''}`,
    text,
    choices,
    ...ask,
    settled: () => false,
  });
  if (answer === 'settled' || !failed) return { next: 'stop', resume: [] };
  switch (answer.choice) {
    case 'retry':
      return {
        resume: result.steps.map((record) => (record.id === failed.id ? { ...record, status: 'pending' } : record)),
      };
    case 'done': {
      const seen = `${answer.by} (${answer.role}): ${answer.reason ?? ''}`;
      const { id: step, epoch, uses: kind } = failed;
      const { by, role, reason } = answer;
      const said = { by, role, reason, summary: `A person looked and saw it done. ${seen}` };
      session.note('step.settled', { phase: plan.id, phaseAttempt: state.attempt, step, epoch, kind, ...said });
      return {
        resume: result.steps.map((record) => {
          if (record.id !== failed.id) return record;
          const { failure: _failure, ...rest } = record;
          return { ...rest, status: 'done', outputs: {}, summary: said.summary };
        }),
      };
    }
    case 'skip': {
      const skipped = `${answer.by} (${answer.role}): ${answer.reason ?? ''}`;
      return {
        resume: result.steps.map((record) =>
          record.id === failed.id ? { ...record, status: 'skipped', skipped } : record,
        ),
      };
    }
    default:
      return { next: await carryOut(session, plan, state, answer.choice, answer.rollback), resume: [] };
  }
}

/** What follows a failed phase: its rollback, then another attempt, another phase, a person, or the end. */
async function afterFailure(session: Session, desk: Desk, plan: PhasePlan, state: PhaseState): Promise<Next> {
  end(session, state, 'failed', state.verdict, state.sentence ?? 'Failed.');
  await session.flush();
  const tripped = state.steps.some((record) => record.failure?.code === 'GUARD_TRIPPED');
  await session.notify(
    tripped ? 'guard' : 'no-go',
    `${plan.title}: ${tripped ? 'a guard tripped' : 'NO-GO'}`,
    state.sentence ?? '',
  );
  const { rollback, attempts, then } = plan.onFail;
  if (rollback) await namedRollback(session, rollback, plan.id, `${plan.title}: ${state.sentence ?? 'failed'}`);
  if (session.state.rollbackIncomplete || session.aborted) return 'stop';
  if (state.attempt < attempts) return { to: typeof then === 'object' ? then.return : plan.id };
  if (then === 'continue') return 'next';
  if (then !== 'ask') return 'stop';
  const waived = () => mayGoOn(phaseVerdict(underWaivers(session, state.id, state.gates)));
  const answer = await askOperator(session, desk, {
    about: plan.id,
    text: `${plan.title}: ${state.sentence ?? 'failed'} What now? (A waiver of its failed gates would let it pass.)`,
    choices: ['retry-phase', 'continue', 'rollback', 'stop'],
    ...plan.onFail.ask,
    settled: () => state.gates.length > 0 && waived(),
  });
  if (answer !== 'settled') return carryOut(session, plan, state, answer.choice, answer.rollback);
  state.gates = underWaivers(session, state.id, state.gates);
  useWaivers(session, state.id, state.gates);
  Object.assign(state, { status: 'passed', verdict: phaseVerdict(state.gates), sentence: gatesSentence(state.gates) });
  return 'next';
}

async function carryOut(
  session: Session,
  plan: PhasePlan,
  state: PhaseState,
  choice: Choice,
  rollback?: string,
): Promise<Next> {
  if (choice === 'retry-phase') return { to: plan.id };
  if (choice === 'continue') return 'next';
  if (choice === 'rollback') {
    const because = `An operator chose to roll back after ${plan.title}.`;
    if (rollback) await namedRollback(session, rollback, plan.id, because);
    else await undoAll(session, because);
  }
  if (!state.endedAt) end(session, state, 'failed', state.verdict, state.sentence ?? 'Failed.');
  return 'stop';
}
