import type { ApproveMessage, Receipt } from './message.js';
import { fills, type Need, needCount, needName } from './need.js';
import { missingParts, reasonForm } from './reason.js';
import type { PolicyDecision } from '../judge/policy.js';
import type { Proof } from '../signing/signing.js';
import type { ApprovalPlan, Plan } from '../plan/plan.js';

/** One vote on one question, as it was taken. */
export interface Vote extends Partial<Proof> {
  approval: string;
  role: string;
  by: string;
  vote: 'approve' | 'reject';
  reason?: string;
  at: string;
  via: 'update' | 'signal';
  level: 'declared' | 'signed';
  /** Given in an emergency, by one person alone. */
  breakGlass?: true;
  /** Digest that it binds to; empty until what it is about is known. */
  digest: string;
  early: boolean;
  status: 'counted' | 'void';
  why?: string;
}

/** A file that the bundle is to hold, as a step had left it when people were asked. */
export interface BoundFile {
  /** As `evidence.include` names it. */
  file: string;
  /** Where it lies, below `data/`. */
  path: string | null;
  /** Of what lay there; null where its step had not left it. */
  sha256: string | null;
}

/** A question to people, and what has been said to it so far. */
export interface ApprovalState {
  id: string;
  question: string;
  needs: Need[];
  /** Parts that the reason of an approval must give. */
  reasonParts?: string[];
  status: 'not-asked' | 'open' | 'approved' | 'rejected' | 'expired';
  digest: string;
  /** Files of evidence that it binds to, as they were when it was asked; absent where it binds to none. */
  files?: BoundFile[];
  /** Made anew at each asking; a signed vote names it. */
  nonce?: string;
  openedAt?: string;
  closedAt?: string;
  expiresAt?: string;
  votes: Vote[];
  /** What the rule said, where one may approve. */
  policy?: PolicyDecision;
  sentence?: string;
}

/** What judging a vote needs to know; times are ISO 8601, workflow time. */
export interface VoteDraft {
  message: ApproveMessage;
  /** Proven, where names are signed. */
  principal?: string | undefined;
  vote: Vote['vote'];
  via: Vote['via'];
  at: string;
}

export interface VoteRules {
  plan: Pick<Plan, 'mode' | 'roles' | 'people' | 'signing'>;
  startedBy: string;
  /** Proven, where names are signed. */
  startedPrincipal?: string | undefined;
}

/** A name, and the principal that a key proved it by. */
export interface Named {
  by: string;
  principal?: string | undefined;
}

const refuse = (reason: string, hint: string): Receipt => ({ accepted: false, reason, hint });

/** Letters and spaces that nobody sees, or that look like a space: a name is none the other for them. */
const UNSEEN = /[\p{Default_Ignorable_Code_Point}\u2800]+/gu;
const SPACES = /\s+/gu;

/**
 * A name as people read it: composed and compatible forms, case, spaces and what is invisible make no difference
 * (Unicode: NFKC_Casefold, UAX 31 and UTR 36). Empty for a name of which nothing can be seen.
 */
export function asRead(name: string): string {
  // Upper case first: `ß` and `SS`, or the two lower-case sigmas, are one only so. Folding may leave what composes.
  const folded = name.normalize('NFKC').replace(UNSEEN, '').toUpperCase().toLowerCase().normalize('NFKC');
  return folded.replace(SPACES, ' ').trim();
}

/** Two names are one person when people cannot tell them apart by anything but spelling: case, spaces, Unicode forms. */
export function samePerson(a: string, b: string): boolean {
  return asRead(a) === asRead(b);
}

/** One person by the principal that was proven, whatever the printed names say; else by the name. */
export function sameVoter(a: Named, b: Named): boolean {
  return samePerson(a.by, b.by) || (a.principal !== undefined && a.principal === b.principal);
}

/** Whether a person may speak for a role, and if not why; an empty list of people checks the role alone. */
export function roleProblem(plan: VoteRules['plan'], by: string, role: string): Receipt | undefined {
  if (asRead(by) === '') return refuse('The name of the person is empty.', 'Say who you are: `by`.');
  if (!Object.hasOwn(plan.roles, role)) {
    return refuse(
      `There is no role '${role}' in this runbook.`,
      `Its roles are: ${Object.keys(plan.roles).join(', ')}.`,
    );
  }
  const stranger = personProblem(plan, by);
  if (stranger) return stranger;
  const roles = rolesOf(plan, by);
  if (roles && !roles.includes(role))
    return refuse(`${by} does not hold the role '${role}'.`, `${by} holds: ${roles.join(', ')}.`);
  return undefined;
}

/** What a person of the project holds; undefined for a stranger, and where no people are listed. */
function rolesOf({ people = {} }: Pick<Plan, 'people'>, by: string): string[] | undefined {
  return Object.entries(people).find(([name]) => samePerson(name, by))?.[1];
}

/** Why somebody is none of the people of the project; where none are listed, everybody is. */
export function personProblem(plan: Pick<Plan, 'people'>, by: string): Receipt | undefined {
  const listed = Object.keys(plan.people ?? {}).length > 0;
  if (!listed || rolesOf(plan, by)) return undefined;
  return refuse(`${by} is not among the people of this project.`, 'Add the person to golive.yaml.');
}

/** Why a person's vote would count twice: once per role always, and once at all where distinct people are asked for. */
function votedTwice(
  { id, distinct }: ApprovalPlan,
  votes: readonly Vote[],
  voter: Named & { role: string },
): Receipt | undefined {
  const { by, role } = voter;
  const earlier = votes.filter((vote) => vote.status === 'counted' && sameVoter(vote, voter));
  if (earlier.some((vote) => vote.role === role))
    return refuse(`${by} has already voted as ${role} on '${id}'.`, 'A vote counts once; nothing was changed.');
  if (distinct && earlier.length > 0)
    return refuse(`${by} has already voted on '${id}' in another role.`, 'It asks for distinct people.');
  return undefined;
}

/**
 * Whether a vote may stand, worst reason first. It never changes anything; the caller records the vote or the refusal.
 * A vote before the question is asked may stand only where all that it binds to is known (`when: before`).
 */
export function judgeVote(rule: ApprovalPlan, state: ApprovalState, draft: VoteDraft, rules: VoteRules): Receipt {
  const { by, role, reason } = draft.message;
  const voter = { by, principal: draft.principal };
  const problem = roleProblem(rules.plan, by, role);
  if (problem) return problem;
  const alone = draft.message.breakGlass === 'yes';
  if (alone) {
    const allowed = rules.plan.signing?.level === 'signed' && rules.plan.signing.breakGlass;
    if (!allowed) return refuse('Nobody may break the glass here.', 'golive.yaml allows it: approvals.breakGlass.');
    if (!reason?.trim()) return refuse('Breaking the glass needs a reason.', 'Give `reason`.');
  }
  if (!alone && !rule.needs.some((need) => fills(need, role))) {
    return refuse(
      `'${rule.id}' does not ask for the role '${role}'.`,
      `It asks for: ${rule.needs.map((need) => needCount(need)).join(', ')}.`,
    );
  }
  if (state.status !== 'open' && state.status !== 'not-asked') {
    return refuse(
      `'${rule.id}' is closed: ${state.status}.`,
      'Nothing was changed. `golive status` shows what is open.',
    );
  }
  if (state.status === 'not-asked' && rule.when === 'after') {
    return refuse(
      `'${rule.id}' cannot be decided yet: it binds to results that are not there.`,
      'Vote again when it is asked for.',
    );
  }
  if (!alone && !rule.starterMay && sameVoter(voter, { by: rules.startedBy, principal: rules.startedPrincipal })) {
    return refuse(`${by} started this go-live and may not approve it.`, 'Ask another person with that role.');
  }
  if (draft.vote === 'reject' && !reason?.trim()) return refuse('A rejection needs a reason.', 'Give `reason`.');
  const unsaid = draft.vote === 'approve' ? reasonProblem(rule, reason) : undefined;
  if (unsaid) return unsaid;
  const twice = votedTwice(rule, state.votes, { ...voter, role });
  if (twice) return twice;
  return {
    accepted: true,
    text: `${draft.vote === 'approve' ? 'Approval' : 'Rejection'} of '${rule.id}' by ${by} as ${role} is recorded.`,
  };
}

/** Why a reason is not the record that an approval must be. */
function reasonProblem({ id, needsReason }: ApprovalPlan, reason = ''): Receipt | undefined {
  if (!needsReason) return undefined;
  const parts = needsReason === true ? [] : needsReason;
  const hint = parts.length === 0 ? 'Give `reason`.' : `Give \`reason\` as "${reasonForm(parts)}".`;
  if (reason.trim() === '') return refuse(`An approval of '${id}' needs a reason: it is the record.`, hint);
  const missing = missingParts(reason, parts);
  if (missing.length === 0) return undefined;
  return refuse(
    `The reason of an approval of '${id}' must give ${parts.join(', ')}; this one is without ${missing.join(', ')}.`,
    hint,
  );
}

/** Who is asked, as people call them: `CTO and 2 × SRE`. */
export function needsText(needs: ApprovalPlan['needs'], roles: Plan['roles']): string {
  return needs.map((need) => (need.count > 1 ? needCount(need, roles) : needName(need, roles))).join(' and ');
}

export interface Tally {
  outcome: 'open' | 'approved' | 'rejected';
  /** Roles and counts that are still missing. */
  missing: Need[];
  rejection?: Vote;
}

/** Counts the votes that bind to this digest. One rejection closes the question. */
export function tally(rule: ApprovalPlan, votes: readonly Vote[]): Tally {
  const counted = votes.filter((vote) => vote.status === 'counted');
  const rejection = counted.find((vote) => vote.vote === 'reject');
  const missing = rule.needs
    .map((need) => ({
      ...need,
      count: need.count - counted.filter((v) => fills(need, v.role) && v.vote === 'approve').length,
    }))
    .filter((need) => need.count > 0);
  if (rejection) return { outcome: 'rejected', missing, rejection };
  if (counted.some((vote) => vote.breakGlass)) return { outcome: 'approved', missing: [] };
  return { outcome: missing.length === 0 ? 'approved' : 'open', missing };
}

/** Names that a sentence gives at most. */
const NAMED = 6;

/** How far a question is, role by role: `SRE: 1 of 2 (Bo), wanted: Cy or Dee. CTO: 0 of 1, wanted: Ada.` */
export function tallyText(
  rule: ApprovalPlan,
  votes: readonly Vote[],
  { roles, people = {} }: Pick<Plan, 'roles' | 'people'>,
  starter: Named,
): string {
  const counted = votes.filter((vote) => vote.status === 'counted');
  const spent = (name: string, role: string): boolean =>
    counted.some((vote) => samePerson(vote.by, name) && (rule.distinct || vote.role === role)) ||
    (!rule.starterMay && samePerson(starter.by, name));
  return rule.needs
    .map((need) => {
      const { count } = need;
      const given = counted.filter((vote) => fills(need, vote.role) && vote.vote === 'approve').map(({ by }) => by);
      const able = Object.keys(people).filter((name) =>
        people[name]?.some((role) => fills(need, role) && !spent(name, role)),
      );
      const more = able.length > NAMED ? ` or ${able.length - NAMED} more` : '';
      const wanted =
        given.length >= count || able.length === 0 ? '' : `, wanted: ${able.slice(0, NAMED).join(' or ')}${more}`;
      const who = given.length === 0 ? '' : ` (${given.join(', ')})`;
      return `${needName(need, roles)}: ${given.length} of ${count}${who}${wanted}.`;
    })
    .join(' ');
}

/** Votes that bind to something else become void, visibly. */
export function voidOthers(votes: readonly Vote[], digest: string): Vote[] {
  return votes.map((vote) =>
    vote.status === 'counted' && vote.digest !== digest
      ? { ...vote, status: 'void', why: 'What it approved has changed since.' }
      : vote,
  );
}
