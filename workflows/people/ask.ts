import { condition } from '@temporalio/workflow';
import type { GateResult } from '../../model/judge/gate.js';
import { tally, voidOthers, type ApprovalState, type BoundFile } from '../../model/people/approval.js';
import { decidePolicy } from '../../model/judge/policy.js';
import { buildContext, type ExpressionContext } from '../../model/expression/expression.js';
import { type Choice, type ChooseMessage, needsReason } from '../../model/people/message.js';
import { type Need, needCount } from '../../model/people/need.js';
import type { AddressText } from '../../model/plan/address.js';
import type { ApprovalPlan, PhasePlan } from '../../model/plan/plan.js';
import { questionOf } from '../../model/plan/texts.js';
import type { Waiting } from '../../model/state/state.js';
import { approvalAsked, approvalClosed } from '../../model/state/transitions.js';
import { untilAnswered } from '../hand-on.js';
import type { Asking } from '../inputs.js';
import { digestOf, now, type OpenAnswer, type Session } from '../session.js';
import { learn } from '../standing.js';
import { noticeText, waitingForApproval } from './asking.js';
import { alteredSince, bindsToFiles } from './bound.js';
import { freshNonce, isSigned, recheckVotes } from './vouch.js';

const later = (ms: number): string => new Date(Date.now() + ms).toISOString();

function stateOf(session: Session, rule: ApprovalPlan): ApprovalState {
  const approval = session.state.approvals.find((candidate) => candidate.id === rule.id);
  if (!approval) throw new Error(`no approval '${rule.id}'`);
  return approval;
}

/** What an approval binds to: an attempt with what it measured and left, or the bundle. */
export type About = { attempt: number; gates?: GateResult[]; files?: BoundFile[] } | { bundle: string };

/**
 * Asks one question and waits for its votes. `about` is what an approval binds to: when it changes, votes are void.
 * Gives the sentence of the outcome, and the question as it was asked; time running out is a rejection, never an approval.
 */
export async function askApproval(
  session: Session,
  plan: ApprovalPlan,
  about: About,
  stage: 'before' | 'after' | 'decision',
  policy?: { phase: string; attempt: number; context: ExpressionContext },
): Promise<{ approved: boolean; sentence: string; question: string }> {
  const approval = stateOf(session, plan);
  const asking: Asking = { stage, id: plan.id };
  if (takenUp(session, asking)) {
    return answered(session, { ...plan, question: approval.question }, approval, asking, false);
  }
  const question = questionOf(plan, policy?.context ?? buildContext({ ...session.values(1), steps: {} }));
  const rule = { ...plan, question };
  const digest = digestOf({ approval: rule.id, plan: session.start.planDigest, about });
  // A vote given before the question binds to plan and inputs: it takes the digest of the first question.
  approval.votes = voidOthers(
    approval.votes.map((vote) => (vote.early && vote.digest === '' ? { ...vote, digest } : vote)),
    digest,
  );
  const expiresAt = later(rule.expiresMs);
  const files = 'files' in about ? about.files : undefined;
  const nonce = isSigned(session) ? freshNonce() : undefined;
  approvalAsked(approval, { question, digest, expiresAt, nonce, files }, now());
  session.note('approval.asked', { approval: rule.id, question: rule.question, digest, expiresAt, files });
  // Whoever has said no already is not overruled by a rule.
  // A rule sees no file: where one was changed since its step left it, people are asked.
  const mayDecide = rule.auto !== undefined && !(await altered(session, approval));
  if (mayDecide && rule.auto && policy && tally(rule, approval.votes).outcome === 'open' && !session.aborted) {
    const { phase, attempt, context } = policy;
    approval.policy = decidePolicy(rule.auto, context);
    session.note('approval.policy', { approval: rule.id, phase, attempt, ...approval.policy });
    if (approval.policy.holds) {
      const sentence = `Approved by policy: ${rule.auto.rule}.`;
      approvalClosed(approval, 'approved', sentence, now());
      session.note('approval.closed', { approval: rule.id, status: 'approved', sentence });
      await session.flush();
      return { approved: true, sentence, question };
    }
  }
  return answered(session, rule, approval, asking, true);
}

/** Whether what a question binds to is not, or not known to be, as the steps left it. */
async function altered(session: Session, approval: ApprovalState): Promise<boolean> {
  if (!bindsToFiles(session, approval)) return false;
  return alteredSince(session, approval).then(
    (found) => found.length > 0,
    () => true,
  );
}

/** Whether the execution before handed on this question; whoever asks takes it up, once. */
function takenUp(session: Session, asking: Asking): boolean {
  const same = session.asking?.stage === asking.stage && !('id' in asking && askedId(session.asking) !== asking.id);
  if (same) delete session.asking;
  return same;
}

const askedId = (asking: Asking | undefined): string | undefined => (asking && 'id' in asking ? asking.id : undefined);

/** Waits for the votes on an open question; `tells` where the notices of it are not sent yet. */
async function answered(
  session: Session,
  rule: ApprovalPlan,
  approval: ApprovalState,
  asking: Asking,
  tells: boolean,
): Promise<{ approved: boolean; sentence: string; question: string }> {
  const outcome = () => tally(rule, approval.votes);
  const decided = () => outcome().outcome !== 'open' || session.aborted;
  const ends = Date.parse(approval.expiresAt ?? '');
  let told = !tells;
  do {
    if (outcome().outcome !== 'open') continue;
    const waiting = waitingForApproval(session, rule, approval, (told && session.state.waiting?.since) || now());
    session.waitFor(waiting);
    const notice = told ? undefined : session.notify('waiting', 'Waiting for an approval', noticeText(waiting));
    told = false;
    await Promise.all([session.flush(), notice]);
    await untilAnswered(session, asking, decided, ends - Date.now());
    session.waitFor(undefined);
  } while (isSigned(session) && (await becameVoid(session, approval)) && !decided() && Date.now() < ends);
  const { outcome: result, rejection, missing } = outcome();
  const sentence = sentenceOf(session, rule, approval, result, rejection?.by, rejection?.reason, missing);
  const status = result === 'open' ? 'expired' : result;
  approvalClosed(approval, status, sentence, now());
  session.note('approval.closed', { approval: rule.id, status, sentence });
  // What was taken back while it was asked is no part of the answer.
  learn(session, await session.flush(asking.stage === 'decision'));
  return { approved: result === 'approved' && !session.aborted, sentence, question: rule.question };
}

/** Checks signed votes again as the question closes; true when one counts no more, so that it may be open again. */
async function becameVoid(session: Session, approval: ApprovalState): Promise<boolean> {
  const given = approval.votes;
  const rechecked = await recheckVotes(session, given);
  const voided = rechecked.filter((vote, index) => vote.status !== given[index]?.status);
  for (const { by, role, why } of voided) session.note('vote.void', { approval: approval.id, by, role, why });
  // Votes that came in during the check stand behind the checked ones.
  approval.votes = [...rechecked, ...approval.votes.slice(given.length)];
  return voided.length > 0;
}

function sentenceOf(
  session: Session,
  rule: ApprovalPlan,
  approval: ApprovalState,
  result: string,
  rejectedBy: string | undefined,
  reason: string | undefined,
  missing: readonly Need[],
): string {
  const roleName = (role: string) => session.plan.roles[role] ?? role;
  if (result === 'rejected') return `Rejected by ${rejectedBy ?? 'somebody'}: ${reason ?? 'no reason given'}.`;
  if (result === 'approved') {
    const by = approval.votes
      .filter((vote) => vote.status === 'counted')
      .map((vote) => `${vote.by} (${roleName(vote.role)})${vote.key ? `, signed with ${vote.key.slice(0, 19)}…` : ''}`);
    return `Approved by ${by.join(', ')}.`;
  }
  const who = missing.map((need) => needCount(need, session.plan.roles)).join(', ');
  return session.aborted
    ? 'Not decided: the go-live was aborted.'
    : `Expired at ${approval.expiresAt ?? '?'} without ${who} (“${rule.question}”).`;
}

/** Waits until every item of the phase's checklist is ticked; gives false when aborted first. */
export async function askChecklist(session: Session, phase: PhasePlan): Promise<boolean> {
  const ids = new Set(phase.checklist.map((item) => item.id));
  let since = takenUp(session, { stage: 'checklist' }) ? session.state.waiting?.since : undefined;
  const open = () => session.state.checklist.filter((tick) => ids.has(tick.item) && !tick.at);
  while (open().length > 0 && !session.aborted) {
    const missing = open();
    session.waitFor({
      kind: 'checklist',
      id: phase.id,
      text: missing.map((tick) => tick.text).join(' · '),
      roles: [...new Set(missing.map((tick) => tick.role))],
      since: since ?? now(),
      commands: missing.map((tick) => `golive tick ${session.plan.target.id} ${tick.item} --as ${tick.role}`),
    });
    since = undefined;
    await session.flush();
    await untilAnswered(session, { stage: 'checklist' }, () => open().length < missing.length || session.aborted);
  }
  session.waitFor(undefined);
  await session.flush();
  return !session.aborted;
}

export interface OperatorQuestion {
  /** The phase, or its step. */
  about: AddressText;
  text: string;
  choices: Choice[];
  role: string;
  expiresMs: number;
  /** Where a next execution takes it up; without it, the question stays in its execution. */
  asking?: Asking;
  /** Ends the wait from outside, e.g. when a waiver came that settles it. */
  settled: () => boolean;
  /** It is about the way back: an abort does not end it. */
  onTheWayBack?: boolean;
}

/** What an operator chose; `unanswered` where nobody did, and it means stop. */
export type Answer = ChooseMessage & { unanswered?: true };

/** Asks an operator what to do after a failure. No answer in time means stop. */
export async function askOperator(
  session: Session,
  desk: OpenAnswer,
  question: OperatorQuestion,
): Promise<Answer | 'settled'> {
  const aborted = () => session.aborted && !question.onTheWayBack;
  const target = session.plan.target.id;
  const verbs = question.choices.map(
    (choice) => `golive ${choice} ${target} --as ${question.role}${needsReason(choice) ? ' --reason "…"' : ''}`,
  );
  const takesUp =
    question.asking !== undefined && takenUp(session, question.asking) ? session.state.waiting : undefined;
  // The question that is taken up was open already: its answer may have come before it is taken up.
  if (!takesUp) desk.choice = undefined;
  const waiting: Waiting = takesUp ?? {
    kind: 'operator',
    id: question.about,
    about: question.about,
    text: question.text,
    roles: [question.role],
    since: now(),
    expiresAt: later(question.expiresMs),
    commands: verbs,
    choices: question.choices,
    ...(isSigned(session) ? { nonce: freshNonce() } : {}),
  };
  session.waitFor(waiting);
  const notice = takesUp ? undefined : session.notify('waiting', 'Waiting for a choice', noticeText(waiting));
  await Promise.all([session.flush(), notice]);
  const chosen = (): boolean => desk.choice !== undefined || aborted() || question.settled();
  const leftMs = takesUp ? Date.parse(waiting.expiresAt ?? '') - Date.now() : question.expiresMs;
  const full = question.asking ? await untilAnswered(session, question.asking, chosen, leftMs) : false;
  if (!question.asking) await condition(chosen, leftMs);
  session.waitFor(undefined);
  // Read through a function: the compiler cannot see that a handler set it meanwhile.
  const answer = ((): ChooseMessage | undefined => desk.choice)();
  desk.choice = undefined;
  if (!answer && question.settled() && !aborted()) return 'settled';
  const choice: Answer = answer ?? {
    choice: 'stop',
    role: question.role,
    by: 'golive',
    reason: aborted() ? 'aborted' : full ? 'too many messages came before an answer' : 'no answer in time',
    unanswered: true,
  };
  const { by, role, reason } = choice;
  session.state.operator.push({
    at: now(),
    choice: choice.choice,
    by,
    role,
    ...(reason ? { reason } : {}),
    about: question.about,
    ...(desk.proof ? { signed: desk.proof } : {}),
  });
  desk.proof = undefined;
  session.note('operator.chose', { about: question.about, choice: choice.choice, by, role, reason });
  await session.flush();
  return choice;
}
