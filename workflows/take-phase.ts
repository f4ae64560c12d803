import { buildContext, readCondition } from '../model/expression/expression.js';
import { boundFiles } from '../model/evidence/bound-files.js';
import { bytesOf, READ_BYTES } from '../model/plan/limits.js';
import { besideOf } from '../model/plan/needs.js';
import type { PhasePlan } from '../model/plan/plan.js';
import type { PhaseResult, PhaseState, StepRecord } from '../model/state/state.js';
import { isAskedIn } from '../model/people/asked-in.js';
import { asRegistered } from '../model/state/due.js';
import { sameEntry } from '../model/state/take-back.js';
import { phaseJudged, phaseRuns, phaseSkipped } from '../model/state/transitions.js';
import { afterFailure, afterRollback, askAboutPhase, type Next, noticeFailure, type Work } from './after-failure.js';
import { changed } from './changes.js';
import { cancellable, runChild } from './child.js';
import { type About, askApproval, askChecklist } from './people/ask.js';
import type { Desk } from './people/desk.js';
import { begin, end, judged, recordOutputs, pass } from './phase-record.js';
import { namedRollback } from './rollback.js';
import { now, type Session } from './session.js';
import { settleStep, unsettled } from './settle-step.js';
import { rollBackFirst } from './take-back.js';

/** The steps of a phase are to be run, from the start or from the records of an earlier opening. */
export interface Runs {
  resume: StepRecord[] | undefined;
}

/** Where it goes on from a phase, or that its steps are next. */
export type Onward = Next | Runs;

export const mustRun = (onward: Onward): onward is Runs => typeof onward === 'object' && 'resume' in onward;

/** Takes one phase from its approvals to its verdict, and says where the go-live goes from there. */
export async function takePhase(session: Session, desk: Desk, plan: PhasePlan, state: PhaseState): Promise<Next> {
  const work: Work = { session, desk, plan, state };
  let onward = await reachSteps(work);
  while (mustRun(onward)) {
    const { resume } = onward;
    onward = await followSteps(work, await run(work, await announce(work, resume), resume));
  }
  return onward;
}

/** Takes a phase up to its steps, or takes up the question about it that is open. */
export async function reachSteps(work: Work): Promise<Onward> {
  const { session, plan, state } = work;
  const taken = session.asking;
  if (state.omitted) return 'next';
  if (!taken) {
    const wanted = readCondition(plan.when ?? 'true', buildContext({ ...session.values(1, plan.id), steps: {} }));
    if (wanted.holds === false) {
      phaseSkipped(state, `Skipped: ${plan.when} does not hold.`, now());
      if (plan.needs) session.note('phase.skipped', { phase: plan.id, sentence: state.sentence });
      return 'next';
    }
    begin(session, state);
    if (wanted.why !== undefined) {
      const sentence = `Whether it is to run cannot be said: ${wanted.why}.`;
      phaseJudged(state, { status: 'failed', verdict: 'inconclusive', sentence, gates: [] });
      return unlessWaived(work);
    }
  }
  const stage = taken?.stage ?? 'before';
  if (stage === 'before' && !(await allowed(work, 'before'))) return 'stop';
  if ((stage === 'before' || stage === 'checklist') && !(await askChecklist(session, plan)))
    return stopped(work, 'Stopped before it began.');
  if (stage === 'after') return accepted(work);
  if (stage === 'phase') return unlessWaived(work, askAboutPhase);
  const cause = taken?.stage === 'undo' && taken.way.cause;
  if (cause && cause.of !== 'taking-back') return unlessWaived(work, () => afterRollback(work, cause));
  return taken?.stage === 'step' ? followSteps(work, taken.result) : { resume: undefined };
}

/** Does what follows from what the steps of a phase came to. */
export async function followSteps(work: Work, came: PhaseResult): Promise<Onward> {
  const { session, plan } = work;
  let result = came;
  while (result.status === 'asks' && !session.aborted) {
    const settled = await settleStep(work, result);
    if ('next' in settled) return settled.next;
    const next = unsettled(plan, settled.resume);
    if (!next || !changed('each-step-in-doubt-is-asked')) return { resume: settled.resume };
    result = { ...result, steps: settled.resume, sentence: next };
  }
  // What it came to of an earlier go-live is so, whatever was aborted meanwhile.
  const { takesBack } = session.plan;
  if (session.aborted) return stopped(work, takesBack ? result.sentence : 'Stopped: the go-live was aborted.');
  return result.status === 'passed' ? accepted(work) : unlessWaived(work);
}

/** What follows a failure, unless people waive what failed. */
async function unlessWaived(work: Work, follow = afterFailure): Promise<Next> {
  const next = await follow(work);
  return next === 'waived' ? accepted(work) : next;
}

/** Its gates hold: it passes when those who must accept the results do. */
async function accepted(work: Work): Promise<Next> {
  if (!(await allowed(work, 'after'))) return 'stop';
  pass(work.session, work.state);
  await work.session.flush();
  return 'next';
}

function stopped({ session, state }: Work, sentence: string): 'stop' {
  end(session, state, { status: 'cancelled', verdict: 'inconclusive', sentence });
  return 'stop';
}

/** Approvals of the phase before its steps or after its gates; the latter bind to what was measured. */
async function allowed(work: Work, when: 'before' | 'after'): Promise<boolean> {
  const { session, plan, state } = work;
  const rules = plan.approvals.filter((rule) => rule.when === when && isAskedIn(rule, state.attempt));
  // One that the execution before asked is taken up; those before it were answered there.
  const open = session.asking?.stage === when ? session.asking.id : undefined;
  for (const rule of rules.slice(rules.findIndex(({ id }) => id === (open ?? id)))) {
    const about: About = { attempt: state.attempt, ...(when === 'after' ? measured(session, plan, state) : {}) };
    const steps = when === 'after' ? (session.phases[state.id]?.steps ?? {}) : {};
    const context = buildContext({ ...session.values(state.attempt, plan.id), steps });
    const policy = { phase: plan.id, attempt: state.attempt, context };
    const { approved, sentence, question } = await askApproval(session, rule, about, when, policy);
    if (!approved) {
      const status = session.aborted ? 'cancelled' : 'failed';
      const said = `${question} ${sentence}`;
      end(session, state, { status, verdict: 'no-go', sentence: said });
      await noticeFailure(work);
      if (rule.onReject && !session.aborted)
        await namedRollback(session, rule.onReject, plan.id, `${plan.title}: ${said}`, { of: 'rejection' });
      return false;
    }
  }
  return true;
}

/** What those who accept the results of a phase accept: its gates, and the files of the bundle that they rest on. */
function measured({ plan, state: { phases } }: Session, { id }: PhasePlan, { gates }: PhaseState) {
  const files = boundFiles(plan, phases, id);
  return { gates, ...(files.length > 0 && changed('an-approval-binds-to-its-evidence') ? { files } : {}) };
}

/** Tells that the steps of a phase run, in a child of the workflow id that it gives. */
export async function announce({ session, plan, state }: Work, resume?: StepRecord[]): Promise<string> {
  if (session.plan.takesBack) return '';
  const opened = resume ? `+${Math.max(...resume.map((record) => record.epoch))}` : '';
  const workflowId = `${session.ref.id}/${state.index}-${plan.id}${state.attempt > 1 ? `.${state.attempt}` : ''}${opened}`;
  phaseRuns(state, workflowId);
  session.show();
  await session.flush();
  return workflowId;
}

/** Runs the steps and gates of a phase in a child, and keeps what they came to. It tells nothing to the event log. */
export async function run(
  { session, plan, state }: Work,
  workflowId: string,
  resume?: StepRecord[],
): Promise<PhaseResult> {
  const { takesBack } = session.plan;
  if (takesBack) return judged(session, state, await rollBackFirst(session, takesBack));
  const owners = plan.owner.map((role) => session.plan.roles[role] ?? role).join(', ');
  const result = await cancellable(
    (scope) => {
      session.works.set(plan.id, scope);
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
          values: session.values(state.attempt, plan.id),
          room: roomFor(session, plan),
          ...(resume ? { resume } : {}),
        },
        workflowId,
        [`${state.index} ${plan.title}`, ...(owners === '' ? [] : [owners])].join(' · '),
      ),
  );
  session.works.delete(plan.id);
  // What a lost execution had promised may stand there already, from an earlier opening of the phase.
  const more = result.undos.filter((entry) => !session.undos.some((known) => sameEntry(known, entry)));
  session.keepUndos(plan.needs ? asRegistered(session.undos, more) : [...session.undos, ...more]);
  session.state.events += result.events;
  recordOutputs(session, plan, state, result);
  return judged(session, state, result);
}

/** Bytes that the outputs which expressions read may be in one phase; those that may run beside it have as much each. */
function roomFor({ plan: { phases }, phases: given }: Session, { id }: PhasePlan): number {
  const left = READ_BYTES - bytesOf({ ...given, [id]: undefined });
  return Math.floor(left / (1 + besideOf(phases, id).length));
}
