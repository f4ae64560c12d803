import { buildContext, readCondition } from '../model/expression/expression.js';
import type { Json } from '../model/json.js';
import { bytesOf, READ_BYTES } from '../model/plan/limits.js';
import type { PhasePlan } from '../model/plan/plan.js';
import type { PhaseResult, PhaseState, StepRecord } from '../model/state/state.js';
import { sameEntry } from '../model/state/take-back.js';
import { phaseJudged, phaseRuns, phaseSkipped } from '../model/state/transitions.js';
import { afterFailure, afterRollback, askAboutPhase, type Next, noticeFailure, type Work } from './after-failure.js';
import { changed } from './changes.js';
import { cancellable, runChild } from './child.js';
import { askApproval, askChecklist } from './people/ask.js';
import type { Desk } from './people/desk.js';
import { begin, end, judged, recordOutputs, pass } from './phase-record.js';
import { namedRollback } from './rollback.js';
import { now, type Session } from './session.js';
import { settleStep, unsettled } from './settle-step.js';
import { rollBackFirst } from './take-back.js';

/** Takes one phase from its approvals to its verdict, and says where the go-live goes from there. */
export async function takePhase(session: Session, desk: Desk, plan: PhasePlan, state: PhaseState): Promise<Next> {
  const taken = session.asking;
  if (state.omitted) return 'next';
  const work: Work = { session, desk, plan, state };
  if (!taken) {
    const wanted = readCondition(plan.when ?? 'true', buildContext({ ...session.values(1), steps: {} }));
    if (wanted.holds === false) {
      phaseSkipped(state, `Skipped: ${plan.when} does not hold.`, now());
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

  let result = taken?.stage === 'step' ? taken.result : await run(work);
  while (result.status === 'asks' && !session.aborted) {
    const settled = await settleStep(work, result);
    if ('next' in settled) return settled.next;
    const next = unsettled(plan, settled.resume);
    if (next && changed('each-step-in-doubt-is-asked')) result = { ...result, steps: settled.resume, sentence: next };
    else result = await run(work, settled.resume);
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
  const rules = plan.approvals.filter((approval) => approval.when === when);
  // One that the execution before asked is taken up; those before it were answered there.
  const open = session.asking?.stage === when ? session.asking.id : undefined;
  for (const rule of rules.slice(rules.findIndex(({ id }) => id === (open ?? id)))) {
    const about: Json = {
      attempt: state.attempt,
      ...(when === 'after' ? { gates: state.gates as unknown as Json } : {}),
    };
    const steps = when === 'after' ? (session.phases[state.id]?.steps ?? {}) : {};
    const context = buildContext({ ...session.values(state.attempt), steps });
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

/** Runs the steps and gates of the phase in a child, from the start or from the records of an earlier opening. */
async function run({ session, plan, state }: Work, resume?: StepRecord[]): Promise<PhaseResult> {
  const { takesBack } = session.plan;
  if (takesBack) return judged(session, state, await rollBackFirst(session, takesBack));
  const opened = resume ? `+${Math.max(...resume.map((record) => record.epoch))}` : '';
  const workflowId = `${session.ref.id}/${state.index}-${plan.id}${state.attempt > 1 ? `.${state.attempt}` : ''}${opened}`;
  phaseRuns(state, workflowId);
  const owners = plan.owner.map((role) => session.plan.roles[role] ?? role).join(', ');
  session.show();
  await session.flush();
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
          room: READ_BYTES - bytesOf({ ...session.phases, [state.id]: undefined }),
          ...(resume ? { resume } : {}),
        },
        workflowId,
        [`${state.index} ${plan.title}`, ...(owners === '' ? [] : [owners])].join(' · '),
      ),
  );
  session.work = undefined;
  // What a lost execution had promised may stand there already, from an earlier opening of the phase.
  const more = result.undos.filter((entry) => !session.undos.some((known) => sameEntry(known, entry)));
  session.keepUndos([...session.undos, ...more]);
  session.state.events += result.events;
  recordOutputs(session, plan, state, result);
  return judged(session, state, result);
}
