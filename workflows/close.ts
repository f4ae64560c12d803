import { decide, hasFallen, headline, overallVerdict } from '../model/state/decision.js';
import type { CollectedEvidence } from '../model/state/contract.js';
import type { Json } from '../model/json.js';
import type { DecisionState, GoLiveState } from '../model/state/state.js';
import {
  decisionAnswered,
  decisionJudged,
  decisionTaken,
  decisionWaits,
  waiverUsed,
} from '../model/state/transitions.js';
import { readEvidenceAddress } from '../model/plan/address.js';
import { mayGoOn } from '../model/verdict.js';
import { system } from './activities.js';
import { needsText } from '../model/people/approval.js';
import { askApproval } from './people/ask.js';
import { namedRollback, release, undoAll } from './rollback.js';
import { now, type Session } from './session.js';

const asJson = (state: GoLiveState): Json => state as unknown as Json;

/** Takes each decision in order: what it requires, then who must agree, bound to the figures as written. */
export async function decideAll(session: Session): Promise<void> {
  const { asking, plan, state } = session;
  const open = asking?.stage === 'decision' ? asking.id : undefined;
  let collected = open === undefined ? undefined : collectedBefore(state);
  for (const decision of plan.decisions.slice(plan.decisions.findIndex(({ id }) => id === (open ?? id)))) {
    const record = state.decisions.find((candidate) => candidate.id === decision.id);
    if (!record) continue;
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
    decisionAnswered(record, answer.question, answer, judged);
    noteDecision(session, record);
    if (answer.approved || rule.onReject === undefined || session.aborted) continue;
    await namedRollback(session, rule.onReject, undefined, `${record.title}: ${record.sentence}`);
    judgeAgain(session);
  }
  if (!collected) await collect(session);
}

/** What the execution before collected, when it handed on an open question of a decision. */
function collectedBefore({ bundle }: GoLiveState): CollectedEvidence | undefined {
  return bundle && { digest: bundle.digest, files: 0, missing: bundle.missing };
}

function noteDecision(session: Session, record: DecisionState): void {
  decisionTaken(record, now());
  const { id, verdict = 'inconclusive', sentence } = record;
  session.note('decision', { decision: id, verdict, sentence });
  session.show();
}

/** No decision stays GO over a phase that a rollback took back since it was taken. */
function judgeAgain(session: Session): void {
  const { state, plan } = session;
  for (const decision of plan.decisions) {
    const record = state.decisions.find(({ id }) => id === decision.id);
    if (!record?.verdict || !mayGoOn(record.verdict) || !hasFallen(decision, state)) continue;
    decisionJudged(record, decide(decision, state, Date.now()));
    noteDecision(session, record);
  }
}

async function collect(session: Session): Promise<CollectedEvidence> {
  const include = session.plan.evidence.include.map(({ file, from }) => ({
    file,
    from,
    paths: from.map((name) => pathOf(session.state, name)),
  }));
  const collected = await system.collectEvidence({ goLive: session.ref, state: asJson(session.state), include });
  session.state.bundle = { digest: collected.digest, missing: collected.missing };
  session.note('evidence.collected', { digest: collected.digest, files: collected.files, missing: collected.missing });
  await session.flush();
  return collected;
}

/** Path in the bundle of `<phase>.<step>.<name>`, or null when that step did not leave it. */
function pathOf(state: GoLiveState, reference: string): string | null {
  const { phase: phaseId, step: stepId, name } = readEvidenceAddress(reference);
  const phase = state.phases.find((candidate) => candidate.id === phaseId);
  const step = phase?.steps.find((candidate) => candidate.id === stepId);
  return step?.evidence?.find((file) => file.name === name)?.path ?? null;
}

/** The end: verdict, undos that the verdict asks for, releases, notices, and the bundle. */
export async function close(session: Session): Promise<void> {
  const { state, plan } = session;
  const primary = state.decisions[0];
  const failed = state.aborted !== undefined || !primary?.verdict || !mayGoOn(primary.verdict);
  if (state.aborted?.keep) session.note('abort.kept', { by: state.aborted.by, reason: state.aborted.reason });
  else if (state.aborted) await undoAll(session, `Aborted by ${state.aborted.by}: ${state.aborted.reason}`);
  else if (failed && plan.onNoGo === 'undo') await undoAll(session, 'The go-live ended without GO.');
  await release(session);
  judgeAgain(session);
  state.verdict = overallVerdict(state);
  state.sentence = headline(state);
  session.note('verdict', {
    verdict: state.verdict,
    sentence: state.sentence,
    rollbackIncomplete: state.rollbackIncomplete,
  });
  await session.notify(
    mayGoOn(state.verdict) ? 'go' : 'no-go',
    `${plan.runbook.title}: ${state.verdict.toUpperCase()}`,
    state.sentence,
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
  };
  session.show();
}
