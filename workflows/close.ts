import { decide, hasFallen, headline, overallVerdict } from '../model/state/decision.js';
import type { CollectedEvidence } from '../model/state/contract.js';
import type { Json } from '../model/json.js';
import type { GoLiveState } from '../model/state/state.js';
import { decisionAnswered, decisionJudged, decisionWaits, waiverUsed } from '../model/state/transitions.js';
import { undosStand } from '../model/state/take-back.js';
import { readEvidenceAddress } from '../model/plan/address.js';
import { mayGoOn } from '../model/verdict.js';
import { system } from './activities.js';
import { changed } from './changes.js';
import { needsText } from '../model/people/approval.js';
import { askApproval } from './people/ask.js';
import type { Cause } from './inputs.js';
import { namedRollback, release, resumeRollback, undoAll } from './rollback.js';
import { now, type Session } from './session.js';
import { judgeAgain, learn, noteDecision } from './standing.js';

type End = Extract<Cause, { of: 'end' }>;
type Ended = Set<End['ended'][number]>;

const asJson = (state: GoLiveState): Json => state as unknown as Json;

/** Takes each decision in order: what it requires, then who must agree, bound to the figures as written. */
export async function decideAll(session: Session): Promise<void> {
  const { asking, plan, state } = session;
  const cause = causeOf(session);
  // They were taken in the execution before.
  if (cause?.of === 'end') return;
  const rejected = cause?.of === 'decision' ? cause.id : undefined;
  const open = asking?.stage === 'decision' ? asking.id : rejected;
  let collected = open === undefined ? undefined : collectedBefore(state);
  if (!collected && standsByTheLog()) collected = await collect(session);
  for (const decision of plan.decisions.slice(plan.decisions.findIndex(({ id }) => id === (open ?? id)))) {
    const record = state.decisions.find((candidate) => candidate.id === decision.id);
    if (!record) continue;
    if (decision.id === rejected) {
      await resumeRollback(session);
      judgeAgain(session);
      continue;
    }
    const judged = decide(decision, state, Date.now());
    for (const waiver of judged.waivers) waiverUsed(waiver);
    const rule = mayGoOn(judged.verdict) ? decision.approval : undefined;
    if (!rule) {
      decisionJudged(record, judged);
      noteDecision(session, record);
      continue;
    }
    decisionWaits(record, judged, needsText(rule.needs, plan.roles));
    collected ??= await collect(session);
    const answer = await askApproval(session, rule, { bundle: collected.digest }, 'decision');
    const stands = hasFallen(decision, state) ? decide(decision, state, Date.now()) : judged;
    decisionAnswered(record, answer.question, answer, stands);
    noteDecision(session, record);
    if (answer.approved || rule.onReject === undefined || session.aborted) continue;
    await namedRollback(session, rule.onReject, undefined, `${record.title}: ${record.sentence}`, {
      of: 'decision',
      id: decision.id,
    });
    judgeAgain(session);
  }
  if (!collected) await collect(session);
}

/** For what a way back is under way that the execution before handed on. */
function causeOf({ asking }: Session): Cause | undefined {
  return asking?.stage === 'undo' ? asking.way.cause : undefined;
}

/** Whether the event log is asked what stands before anything is decided. */
const standsByTheLog = (): boolean => changed('a-decision-stands-by-the-log');

/** What the execution before collected, when it handed on an open question of a decision. */
function collectedBefore({ bundle }: GoLiveState): CollectedEvidence | undefined {
  return bundle && { digest: bundle.digest, files: 0, missing: bundle.missing };
}

async function collect(session: Session): Promise<CollectedEvidence> {
  const include = session.plan.evidence.include.map(({ from, ...rest }) => ({
    ...rest,
    from,
    paths: from.map((name) => pathOf(session.state, name)),
  }));
  const collected = await system.collectEvidence({ goLive: session.ref, state: asJson(session.state), include });
  session.state.bundle = { digest: collected.digest, missing: collected.missing };
  session.note('evidence.collected', { digest: collected.digest, files: collected.files, missing: collected.missing });
  learn(session, collected.fallen ?? []);
  // What is decided is written with it, or the question that is asked.
  if (!standsByTheLog()) await session.flush();
  return collected;
}

/** Path in the bundle of `<phase>.<step>.<name>`, or null when that step did not leave it. */
function pathOf(state: GoLiveState, reference: string): string | null {
  const { phase: phaseId, step: stepId, name } = readEvidenceAddress(reference);
  const phase = state.phases.find((candidate) => candidate.id === phaseId);
  const step = phase?.steps.find((candidate) => candidate.id === stepId);
  return step?.evidence?.find((file) => file.name === name)?.path ?? null;
}

/** The end: undos that the verdict asks for, releases, the verdict, notices, and the bundle. */
export async function close(session: Session): Promise<void> {
  const { state, plan } = session;
  await conclude(session);
  undosStand(state, session.undos, plan.takesBack?.evidenceDir);
  await session.notify(
    mayGoOn(state.verdict ?? 'inconclusive') ? 'go' : 'no-go',
    `${plan.runbook.title}: ${(state.verdict ?? 'inconclusive').toUpperCase()}`,
    state.sentence ?? '',
  );
  await session.flush();
  state.endedAt = now();
  const closed = await system.closeEvidence({
    goLive: session.ref,
    state: asJson(state),
    signoff: plan.evidence.signoff,
  });
  state.bundle = {
    digest: state.bundle?.digest ?? '',
    missing: state.bundle?.missing ?? [],
    path: closed.bundle,
    report: closed.report,
    ...(closed.key ? { key: closed.key } : {}),
    ...(closed.certificate ? { certificate: closed.certificate } : {}),
  };
  session.show();
}

/** Comes to the verdict: what is to be taken back is taken back, and nothing that fell meanwhile is called good. */
async function conclude(session: Session): Promise<void> {
  const { state } = session;
  const cause = causeOf(session);
  const ended: Ended = new Set(cause?.of === 'end' ? cause.ended : []);
  for (;;) {
    const carriedOut = await settle(session, ended);
    // Whoever was told that it stops is not told wrong.
    if (state.aborted !== carriedOut && changed('an-abort-before-the-verdict-is-carried-out')) continue;
    // No wait stands between that look and the verdict, from which on no message changes anything.
    const verdict = overallVerdict(state);
    state.verdict = verdict;
    state.sentence = headline(state);
    const { sentence, rollbackIncomplete } = state;
    session.note('verdict', { verdict, sentence, rollbackIncomplete });
    if (!standsByTheLog()) return;
    learn(session, await session.flush(true));
    if (!judgeAgain(session)) return;
    delete state.verdict;
    delete state.sentence;
  }
}

/** Takes back what an abort or a no-go asks for, and releases. Gives the abort with which it did so. */
async function settle(session: Session, ended: Ended): Promise<GoLiveState['aborted']> {
  const underWay = causeOf(session);
  if (underWay?.of === 'end') return settleOn(session, underWay);
  if (standsByTheLog()) learn(session, await session.flush(true));
  judgeAgain(session);
  const { aborted } = session.state;
  await takeBack(session, ended);
  await release(session, endOf(ended, aborted));
  judgeAgain(session);
  return aborted;
}

/** Goes on where the execution before was asked about an undo. Gives the abort with which that one began to settle. */
async function settleOn(session: Session, cause: End): Promise<GoLiveState['aborted']> {
  const released = session.asking?.stage === 'undo' && session.asking.way.id === 'release';
  await resumeRollback(session);
  if (!released) await release(session, cause);
  judgeAgain(session);
  return cause.aborted ? session.state.aborted : undefined;
}

const endOf = (ended: Ended, aborted: GoLiveState['aborted']): End => ({
  of: 'end',
  ended: [...ended],
  aborted: aborted !== undefined,
});

/** What an abort asks for, else what a no-go does; each once. */
async function takeBack(session: Session, ended: Ended): Promise<void> {
  const { state, plan } = session;
  const { aborted } = state;
  if (aborted?.keep) {
    if (!ended.has('kept')) session.note('abort.kept', { by: aborted.by, reason: aborted.reason });
    ended.add('kept');
    return;
  }
  const verdict = state.decisions[0]?.verdict;
  const failed = !verdict || !mayGoOn(verdict);
  if (ended.has('undone') || !(aborted || (failed && plan.onNoGo === 'undo'))) return;
  ended.add('undone');
  const because = aborted ? `Aborted by ${aborted.by}: ${aborted.reason}` : 'The go-live ended without GO.';
  await undoAll(session, because, endOf(ended, aborted));
}
