import {
  type ApprovalState,
  judgeVote,
  personProblem,
  roleProblem,
  tally,
  type Vote,
} from '../../model/people/approval.js';
import {
  type ApproveMessage,
  type MessageName,
  type Messages,
  needsReason,
  type Receipt,
} from '../../model/people/message.js';
import { judgeOmission } from '../../model/people/omission.js';
import { noApproval, NO_CHOICE_OPEN, noItem } from '../../model/people/refusals.js';
import { type AddressText, addressText, readAddress } from '../../model/plan/address.js';
import { judgeWaiver, withWaiver } from '../../model/judge/waiver.js';
import { approvalsOf } from '../../model/state/initial-state.js';
import type { ApprovalPlan } from '../../model/plan/plan.js';
import type { Proof } from '../../model/signing/signing.js';
import { abortText } from '../../model/state/board.js';
import { itemTicked, phaseOmitted } from '../../model/state/transitions.js';
import { changed } from '../changes.js';
import { waitingForApproval } from './asking.js';
import { now, type OpenAnswer, type Session } from '../session.js';

/** Where a message arrived, and how. */
export interface Arrival {
  session: Session;
  desk: OpenAnswer;
  via: Vote['via'];
  /** What proves who sent it, where names are signed. */
  proof?: Proof | undefined;
}

/** Where an abort arrived; `own` is Temporal's own cancel. */
type AbortArrival = Pick<Arrival, 'session' | 'proof'> & { own?: true };

/** Does what a message asks for, or refuses it and changes nothing. */
type Handler<N extends MessageName> = (message: Messages[N], arrival: Arrival) => Receipt;

/** A message without a handler does not compile. */
export const HANDLERS: { readonly [N in MessageName]: Handler<N> } = {
  approve: (message, arrival) => vote(message, 'approve', arrival),
  reject: (message, arrival) => vote(message, 'reject', arrival),
  tick,
  choose,
  waive,
  omit,
  abort,
};

const LATE = 'The first answer counts; this one came late, and nothing was changed.';

export const refuse = (reason: string, hint: string): Receipt => ({ accepted: false, reason, hint });

interface Judged {
  receipt: Receipt;
  /** What the vote is on; absent where it is refused. */
  on?: { rule: ApprovalPlan; approval: ApprovalState };
}

/** Judges a vote, and changes nothing. */
function judged(
  message: ApproveMessage,
  word: Vote['vote'],
  { session, via, proof }: Pick<Arrival, 'session' | 'via' | 'proof'>,
): Judged {
  const { plan, state, start } = session;
  const rules = approvalsOf(plan);
  const rule = rules.find((candidate) => candidate.id === message.approval);
  const approval = state.approvals.find((candidate) => candidate.id === message.approval);
  if (!rule || !approval) {
    const asked = `This runbook asks for: ${rules.map((r) => r.id).join(', ')}.`;
    return { receipt: refuse(noApproval(message.approval), asked) };
  }
  const draft = { message, principal: proof?.principal, vote: word, via, at: now() };
  const receipt = judgeVote(rule, approval, draft, {
    plan,
    startedBy: start.startedBy,
    startedPrincipal: state.startedProof?.principal,
  });
  if (!receipt.accepted) return { receipt };
  const { outcome } = tally(rule, approval.votes);
  if (approval.status === 'open' && outcome !== 'open' && changed('first-answer-counts'))
    return { receipt: refuse(`'${rule.id}' is ${outcome} already.`, LATE) };
  return { receipt, on: { rule, approval } };
}

/** The question that an approval would be counted on now; undefined where it would be refused. */
export function approvalBy(
  session: Session,
  message: ApproveMessage,
  via: Vote['via'],
  proof: Proof | undefined,
): ApprovalState | undefined {
  if (lateProblem(session.state)) return undefined;
  return judged(message, 'approve', { session, via, proof }).on?.approval;
}

function vote(message: ApproveMessage, word: Vote['vote'], { session, via, proof }: Arrival): Receipt {
  const { state } = session;
  const { receipt, on } = judged(message, word, { session, via, proof });
  if (!on) return receipt;
  const { rule, approval } = on;
  approval.votes.push({
    approval: rule.id,
    role: message.role,
    by: message.by,
    vote: word,
    ...(message.reason ? { reason: message.reason } : {}),
    at: now(),
    via,
    level: proof ? 'signed' : 'declared',
    digest: approval.digest,
    early: approval.status === 'not-asked',
    status: 'counted',
    ...proof,
    ...(message.breakGlass ? { breakGlass: true as const } : {}),
  });
  if (message.breakGlass) breakGlass(session, message);
  const { waiting } = state;
  if (waiting?.id === rule.id && tally(rule, approval.votes).outcome === 'open') {
    const next = waitingForApproval(session, rule, approval, waiting.since);
    // Who is waited for is a search attribute.
    const roles = next.roles[0] === waiting.roles[0] || changed('waits-for-who-is-wanted') ? next.roles : waiting.roles;
    session.waitFor({ ...next, roles });
  }
  return receipt;
}

/** Loud from now on: in the verdict's sentence, on the board and in the evidence. */
function breakGlass(session: Session, { approval, by, role, reason = '' }: ApproveMessage): void {
  const { state, plan } = session;
  const reviewMs = plan.signing?.breakGlass?.reviewMs ?? 0;
  const reviewBy = new Date(Date.now() + reviewMs).toISOString();
  state.breakGlass = [...(state.breakGlass ?? []), { approval, by, role, reason, at: now(), reviewBy }];
  session.note('break-glass', { approval, by, role, reason, reviewBy });
}

function tick(message: Messages['tick'], { session, proof }: Arrival): Receipt {
  const { plan, state } = session;
  const item = state.checklist.find((candidate) => candidate.item === message.item);
  if (!item) return refuse(noItem(message.item), `Items: ${state.checklist.map((t) => t.item).join(', ')}.`);
  if (item.at) return refuse(`'${item.item}' was ticked by ${item.by} at ${item.at}.`, 'Nothing was changed.');
  const problem = roleProblem(plan, message.by, message.role);
  if (problem) return problem;
  if (message.role !== item.role)
    return refuse(`'${item.item}' is for the role '${item.role}'.`, `Tick it as ${item.role}.`);
  itemTicked(item, { by: message.by, note: message.note, proof }, now());
  return { accepted: true, text: `'${item.item}' is ticked by ${message.by}.` };
}

function choose(message: Messages['choose'], { session, desk, proof }: Arrival): Receipt {
  const { plan, state } = session;
  const { waiting } = state;
  if (waiting?.kind !== 'operator') return refuse(NO_CHOICE_OPEN, '`golive status` shows what is waited for.');
  const problem = roleProblem(plan, message.by, message.role);
  if (problem) return problem;
  if (!waiting.roles.includes(message.role))
    return refuse(`The choice is for ${waiting.roles.join(', ')}.`, 'Answer in that role.');
  if (!waiting.choices?.includes(message.choice)) {
    return refuse(
      `'${message.choice}' is not possible here.`,
      `Possible: ${waiting.choices?.join(', ') ?? 'nothing'}.`,
    );
  }
  const { about } = waiting;
  if (message.step && about && message.step !== about && message.step !== lastOf(about)) {
    return refuse(`The question is about '${about}', not about '${message.step}'.`, 'One is asked at a time.');
  }
  if (message.choice === 'rollback' && message.rollback && !plan.rollbacks[message.rollback]) {
    return refuse(
      `There is no rollback '${message.rollback}'.`,
      `Rollbacks: ${Object.keys(plan.rollbacks).join(', ') || 'none; leave it out to undo'}.`,
    );
  }
  if (needsReason(message.choice) && !message.reason?.trim())
    return refuse(`'${message.choice}' needs a reason.`, 'Give `reason`.');
  if (desk.choice && changed('first-answer-counts'))
    return refuse(`${desk.choice.by} has answered already: '${desk.choice.choice}'.`, LATE);
  desk.choice = message;
  desk.proof = proof;
  return { accepted: true, text: `'${message.choice}' is recorded.` };
}

/** The step that a question is about, else its phase. */
function lastOf(about: AddressText): string {
  const { phase, part } = readAddress(about);
  return part ?? phase;
}

function waive(message: Messages['waive'], { session, proof }: Arrival): Receipt {
  const { state, plan } = session;
  const receipt = judgeWaiver(message, plan, Date.now());
  if (!receipt.accepted) return receipt;
  const { role, by, reason, until } = message;
  const gate = addressText(readAddress(message.gate));
  const waiver = { gate, role, by, reason, until, at: now(), used: false, ...(proof ? { signed: proof } : {}) };
  const waivers = withWaiver(state.waivers, waiver);
  if (!waivers) return refuse('There are too many waivers.', 'Nothing was changed.');
  state.waivers = waivers;
  return receipt;
}

function omit(message: Messages['omit'], { session, proof }: Arrival): Receipt {
  const { plan, state } = session;
  const phase = state.phases.find(({ id }) => id === message.phase);
  const receipt = judgeOmission(message, plan, phase?.attempt ?? 0);
  if (!receipt.accepted || !phase) return receipt;
  const { role, by, reason } = message;
  if (phase.omitted) return refuse(`'${phase.id}' is omitted already, by ${phase.omitted.by}.`, 'Nothing was changed.');
  phaseOmitted(phase, { by, role, reason, at: now(), ...(proof ? { signed: proof } : {}) });
  session.note('phase.omitted', { phase: phase.id, by, role, reason });
  return receipt;
}

/** Why a message comes too late: the verdict is set with what was said until then. */
export function lateProblem({ verdict, endedAt, target }: Session['state']): Receipt | undefined {
  if (endedAt) return refuse('The go-live has ended.', 'Nothing was changed.');
  if (!verdict) return undefined;
  return refuse(
    `The go-live has its verdict: ${verdict.toUpperCase()}.`,
    `Nothing was changed; when it has ended, \`golive rollback ${target}\` takes back what it did.`,
  );
}

export function abort({ by, reason, keep }: Messages['abort'], { session, proof, own }: AbortArrival): Receipt {
  const { plan, state } = session;
  if (session.aborted) return refuse('The go-live is being aborted already.', 'Nothing was changed.');
  // In a rehearsal anybody may; Temporal's own cancel is no person, and who may cancel is its server's matter.
  const stranger = plan.mode === 'live' && !own && changed('abort-is-for-people') ? personProblem(plan, by) : undefined;
  if (stranger) return stranger;
  state.aborted = {
    by,
    reason,
    at: now(),
    ...(keep ? { keep: true as const } : {}),
    ...(proof ? { signed: proof } : {}),
  };
  for (const work of session.works.values()) work.cancel();
  return { accepted: true, text: abortText(state) };
}
