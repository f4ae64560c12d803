import { ApplicationFailure, uuid4, workflowInfo } from '@temporalio/workflow';
import { NOT_STARTED, type SignatureCheck } from '../../model/state/contract.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import type { MessageName, Messages, Receipt } from '../../model/people/message.js';
import { dueProblem, overrideProblem, SCHEDULED, unattendedProblem, withChange } from '../../model/plan/schedule.js';
import {
  type Expected,
  namespaceOf,
  readStatement,
  type Signed,
  type SigningPlan,
  startExpected,
  type Statement,
  statementProblem,
  timeProblem,
  type Proof,
} from '../../model/signing/signing.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Vote } from '../../model/people/approval.js';
import { checkSignatures } from '../activities.js';
import { changed } from '../changes.js';
import type { GoLiveStart } from '../inputs.js';
import { digestOf, type Session } from '../session.js';

/** Signatures that may be under check at a time: a flood of forged ones must not hold up a good one for long. */
const AT_ONCE = 20;
let underCheck = 0;

export type Vouched = { ok: true; proof: Proof } | { ok: false; receipt: Receipt };

const refused = (reason: string, hint: string): Vouched => ({ ok: false, receipt: { accepted: false, reason, hint } });
const SIGN_AGAIN = 'Send it with `golive`, which signs with your key; `golive keys` lists who may do what.';

/** A nonce for what is asked now; `uuid4` of the workflow, so that a replay makes the same. */
export const freshNonce = (): string => uuid4();

/** Whether people must prove here who they are. */
export function isSigned(session: Session): boolean {
  return session.plan.signing?.level === 'signed';
}

/** Whether a message is proven to come from the person that it names, about what stands now. */
export async function vouch<N extends MessageName>(
  session: Session,
  name: N,
  message: Messages[N],
  signing: SigningPlan,
): Promise<Vouched> {
  const { statement, signature } = message as Partial<Signed>;
  if (statement === undefined || signature === undefined) {
    return refused(`'${name}' must be signed here, and is not.`, SIGN_AGAIN);
  }
  const read = readStatement({ statement, signature });
  if (!read.ok) return refused(read.problem, SIGN_AGAIN);
  const doubt = (): string | undefined => {
    const expected = expectedStatement(session.state, name, message);
    return typeof expected === 'string' ? expected : statementProblem(read.statement, expected, signing, Date.now());
  };
  const before = doubt();
  if (before !== undefined) return refused(before, SIGN_AGAIN);
  if (underCheck >= AT_ONCE || session.handsOn)
    return refused('Too many signatures are being checked now.', 'Send it again in a minute.');
  underCheck += 1;
  let checked: SignatureCheck;
  try {
    checked = await check(signing, read.statement, { statement, signature });
  } finally {
    underCheck -= 1;
  }
  // What stood before the check may stand no more.
  const after = doubt();
  if (after !== undefined) return refused(after, SIGN_AGAIN);
  if (!checked.ok) return refused(checked.reason, SIGN_AGAIN);
  return { ok: true, proof: { principal: read.statement.principal, key: checked.key, statement, signature } };
}

async function check(signing: SigningPlan, statement: Statement, signed: Signed): Promise<SignatureCheck> {
  const [checked] = await ask(signing, [{ statement, signed }]);
  return checked ?? { ok: false, reason: 'The signature was not checked.' };
}

/** Fail closed: a signature that cannot be checked does not count. */
async function ask(
  signing: SigningPlan,
  list: readonly { statement: Statement; signed: Signed }[],
): Promise<SignatureCheck[]> {
  try {
    return await checkSignatures({
      signers: signing.signers,
      ...(signing.revoked === undefined ? {} : { revoked: signing.revoked }),
      checks: list.map(({ statement, signed }) => ({
        ...signed,
        principal: statement.principal,
        namespace: namespaceOf(statement),
      })),
    });
  } catch (error) {
    const cause = error instanceof Error ? (error.cause instanceof Error ? error.cause.message : error.message) : '';
    return list.map(() => ({ ok: false, reason: `The signature could not be checked: ${cause}` }));
  }
}

/** Judges counted votes again when their question closes: expired and revoked since then, they count no more. */
export async function recheckVotes(session: Session, votes: readonly Vote[]): Promise<Vote[]> {
  const { signing } = session.plan;
  if (signing?.level !== 'signed') return [...votes];
  const open = votes.flatMap((vote) => {
    const { statement, signature } = vote;
    if (vote.status !== 'counted' || statement === undefined || signature === undefined) return [];
    const read = readStatement({ statement, signature });
    return read.ok ? [{ vote, statement: read.statement, signed: { statement, signature } }] : [];
  });
  const answers = open.length === 0 ? [] : await ask(signing, open);
  return votes.map((vote) => {
    if (vote.status !== 'counted') return vote;
    const index = open.findIndex((candidate) => candidate.vote === vote);
    const found = open[index];
    const answer = answers[index];
    const why = !found
      ? 'It is not signed.'
      : (timeProblem(found.statement, Date.now()) ?? (answer?.ok ? undefined : answer?.reason));
    return why === undefined ? vote : { ...vote, status: 'void', why };
  });
}

/** What the statement of a start must say, when it must hold, and why there is no right to this start, if there is none. */
interface StartRight {
  expected: Expected;
  atMs: number;
  problem?: string | undefined;
}

/**
 * A go-live is started by who signs it. A run of a schedule is, too, or by the right that its signed calendar gives:
 * then the template was signed, by whoever applied it, and that holds until its end or until the key is revoked.
 */
function startRight(
  { plan, planDigest, startedBy, override }: GoLiveStart,
  statement: Statement,
  wrong: string | undefined,
): StartRight {
  const { schedule } = plan;
  const template = schedule ? withChange(plan, SCHEDULED) : undefined;
  if (!schedule || !template || statement.goLive !== template.goLiveId) {
    const expected = startExpected(plan.goLiveId, planDigest, startedBy, override);
    const problem = wrong ?? (schedule && overrideProblem(plan, override));
    return { expected, atMs: Date.now(), problem };
  }
  return {
    expected: startExpected(template.goLiveId, digestOf(template), startedBy),
    atMs: Date.parse(statement.issuedAt),
    problem: wrong ?? dueProblem(schedule, plan.change, new Date()),
  };
}

/** What keeps a plan from being a go-live of this workflow, whoever signed it. */
function misplaced(plan: Plan): string | undefined {
  const { workflowId } = workflowInfo();
  if (workflowId !== plan.target.id) return `it runs as '${workflowId}', and its target is '${plan.target.id}'.`;
  return plan.schedule && unattendedProblem(plan);
}

/** As it was judged before `starter-is-who-signed`. */
function earlierRight({ plan, planDigest, startedBy, signedBy }: GoLiveStart, statement: Statement): StartRight {
  const template = plan.schedule ? withChange(plan, SCHEDULED) : undefined;
  return template
    ? {
        expected: startExpected(template.goLiveId, digestOf(template), signedBy ?? startedBy),
        atMs: Date.parse(statement.issuedAt),
      }
    : { expected: startExpected(plan.goLiveId, planDigest, startedBy), atMs: Date.now() };
}

/**
 * Who started the go-live, proven where names are signed: otherwise a starter could approve under a second name.
 *
 * @throws ApplicationFailure when it is not proven; nothing has been done then
 */
export function vouchStart(start: GoLiveStart, signing: SigningPlan): Promise<Proof> {
  const right = (statement: Statement): StartRight =>
    changed('starter-is-who-signed')
      ? startRight(start, statement, misplaced(start.plan))
      : earlierRight(start, statement);
  return proven(start, signing, right, (why) => `${NOT_STARTED}: ${why} Start it with \`golive start\`.`);
}

/**
 * Who lets a schedule look, proven where names are signed: it sends notices.
 *
 * @param look what it would start, were it to begin something
 * @throws ApplicationFailure when it is not proven; nothing has been looked for then
 */
export function vouchLook(look: GoLiveStart, signing: SigningPlan): Promise<Proof> {
  const right = (statement: Statement): StartRight => startRight(look, statement, undefined);
  return proven(look, signing, right, (why) => `Nothing was looked for: ${why} Use \`golive schedule\`.`);
}

async function proven(
  { plan, planDigest, signed }: GoLiveStart,
  signing: SigningPlan,
  rightBy: (statement: Statement) => StartRight,
  told: (why: string) => string,
): Promise<Proof> {
  const refuse = (why: string) => ApplicationFailure.nonRetryable(told(why), 'BAD_INPUT');
  if (digestOf(plan) !== planDigest) throw refuse('its plan is not the one that its digest names.');
  if (!signed) throw refuse('who starts it must sign.');
  const read = readStatement(signed);
  if (!read.ok) throw refuse(read.problem);
  const { expected, atMs, problem } = rightBy(read.statement);
  const wrong = problem ?? statementProblem(read.statement, expected, signing, atMs);
  if (wrong !== undefined) throw refuse(wrong);
  const checked = await check(signing, read.statement, signed);
  if (!checked.ok) throw refuse(checked.reason);
  return { ...signed, principal: read.statement.principal, key: checked.key };
}
