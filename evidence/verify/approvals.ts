import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { readSigners } from '../../model/signing/allowed-signers.js';
import { judgeVote, tally, type ApprovalState, type Vote } from '../../model/people/approval.js';
import { isAskedIn } from '../../model/people/asked-in.js';
import type { Receipt } from '../../model/people/message.js';
import { approvalsOf } from '../../model/state/initial-state.js';
import type { ApprovalPlan, Plan } from '../../model/plan/plan.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { namespaceOf, readStatement, type Statement, type Proof } from '../../model/signing/signing.js';
import { armoured, keyThatSigned, verifyArguments } from '../../model/signing/ssh-keygen.js';
import type { Bag } from './bag.js';
import { checkBoundFiles, digestOf } from './bound.js';
import type { Findings } from './finding.js';
import type { Record } from './record.js';
import { startOf } from './start.js';

/** Trust from outside the bundle, for signed approvals. */
export interface Signers {
  /** Text of an allowed-signers file. */
  text: string;
  /** Path of a KRL or list of revoked keys. */
  revoked?: string | undefined;
}

/** Counts every approval again: who, in which role, bound to what, in time, and with which proof. */
export async function checkApprovals(
  bag: Bag,
  record: Record,
  events: readonly LoggedEvent[],
  signers: Signers | undefined,
  findings: Findings,
): Promise<void> {
  const { plan, state } = record;
  const signed = plan.signing?.level === 'signed';
  await findings.group('approvals, counted again', async () => {
    const rules = approvalsOf(plan);
    for (const rule of rules) {
      const asked = state.approvals.find(({ id }) => id === rule.id);
      if (!asked) findings.add('policy', rule.id, 'is in the plan and not in the state');
      else if (asked.status === 'approved') checkApproved(bag, rule, asked, record, events, findings);
    }
    checkNeeded(record, events, findings);
    return { count: rules.length, note: signed ? 'signed' : 'declared names, not proven' };
  });
  if (!signed) return;
  await findings.group('signatures of people', async () => {
    const proofs = proofsOf(record, findings);
    if (!signers) {
      findings.add('untrusted', 'approvals', 'are signed; say whom you trust: --signers FILE');
      return { count: proofs.length };
    }
    await checkSignatures(proofs, plan, signers, findings);
    return { count: proofs.length };
  });
}

/** What a phase passed or a decision was taken without. */
function checkNeeded(
  { plan, state }: Pick<Record, 'plan' | 'state'>,
  events: readonly LoggedEvent[],
  findings: Findings,
): void {
  const approved = (id: string) => state.approvals.find((one) => one.id === id)?.status === 'approved';
  for (const phase of plan.phases) {
    const passed = state.phases.find(({ id, status }) => id === phase.id && status === 'passed');
    if (!passed) continue;
    const began = eventsOf(events, 'phase.started').findLast((one) => one.phase === phase.id)?.seq ?? -1;
    for (const rule of phase.approvals.filter((one) => isAskedIn(one, passed.attempt))) {
      const closed = eventsOf(events, 'approval.closed').findLast((one) => one.approval === rule.id);
      if (!approved(rule.id)) findings.add('policy', rule.id, `was not approved, and ${phase.id} passed`);
      else if (closed && closed.seq < began)
        findings.add('policy', rule.id, `was approved for an earlier attempt than the one in which ${phase.id} passed`);
    }
    for (const item of phase.checklist) {
      if (!state.checklist.some((tick) => tick.item === item.id && tick.at))
        findings.add('policy', item.id, `is not ticked, and ${phase.id} passed`);
    }
  }
}

function checkApproved(
  bag: Bag,
  rule: ApprovalPlan,
  asked: ApprovalState,
  { plan, startedBy, state }: Record,
  events: readonly LoggedEvent[],
  findings: Findings,
): void {
  const wrong = (why: string) => findings.add('policy', rule.id, why);
  const counted = asked.votes.filter(({ status }) => status === 'counted');
  // What a rule approved is judged with the gates; without a rule in the plan nothing but votes counts.
  const byPolicy = rule.auto !== undefined && asked.policy?.holds === true && asked.policy.rule === rule.auto.rule;
  if (!byPolicy && tally(rule, asked.votes).outcome !== 'approved')
    wrong('is approved, and its votes do not make it so');
  if (asked.digest !== digestOf(bag, rule, asked, plan, state, events))
    wrong('is bound to something else than what this bundle holds');
  checkBoundFiles(bag, asked, findings);
  for (const [index, vote] of counted.entries()) {
    const who = `${vote.by} as ${vote.role}`;
    if (vote.digest !== asked.digest) wrong(`the vote of ${who} is bound to something else`);
    const may = mayVote(rule, asked, counted.slice(0, index), vote, { plan, startedBy, state });
    if (!may.accepted) wrong(`the vote of ${who} may not count: ${may.reason}`);
    if (vote.breakGlass && !state.breakGlass?.some((one) => one.approval === rule.id))
      wrong('was given by breaking the glass, and the state does not say so');
    const inTime =
      vote.at <= (asked.closedAt ?? '') &&
      (vote.early || vote.at >= (asked.openedAt ?? '')) &&
      vote.at <= (asked.expiresAt ?? '');
    if (!inTime) wrong(`the vote of ${who} is from a time when it was not asked`);
    const heard = eventsOf(events, `message.${vote.vote}`).some(
      ({ said }) => said?.approval === rule.id && said.by === vote.by && said.role === vote.role,
    );
    if (!heard) wrong(`the event log knows nothing of the vote of ${who}`);
    if (plan.signing?.level === 'signed' && vote.level !== 'signed') wrong(`the vote of ${who} is not signed`);
  }
  const wasAsked = eventsOf(events, 'approval.asked').some(
    ({ approval, digest }) => approval === rule.id && digest === asked.digest,
  );
  if (!wasAsked) wrong('was never asked, says the event log');
}

/** Whether a vote that was counted may be so, by the rule by which the desk took it: the votes before it stood. */
function mayVote(
  rule: ApprovalPlan,
  asked: ApprovalState,
  earlier: Vote[],
  { approval, role, by, reason, principal, breakGlass, vote, via, at, early }: Vote,
  { plan, startedBy, state }: Record,
): Receipt {
  const message = { approval, role, by, ...(reason && { reason }), ...(breakGlass && { breakGlass: 'yes' as const }) };
  const then: ApprovalState = { ...asked, status: early ? 'not-asked' : 'open', votes: earlier };
  const rules = { plan, startedBy, startedPrincipal: state.startedProof?.principal };
  return judgeVote(rule, then, { message, principal, vote, via, at }, rules);
}

interface Claim {
  item: string;
  proof: Proof;
  /** When it was taken, ISO 8601. */
  at: string;
  statement: Statement;
}

/** Every signed word of a person, with what its statement must say. */
function proofsOf({ plan, state, startedBy }: Record, findings: Findings): Claim[] {
  const claims: Claim[] = [];
  const take = (item: string, proof: Partial<Proof> | undefined, at: string, expected: Partial<Statement>): void => {
    const { statement, signature, principal, key } = proof ?? {};
    if (!statement || !signature || !principal || !key) return findings.add('policy', item, 'is not signed');
    const read = readStatement({ statement, signature });
    if (!read.ok) return findings.add('policy', item, read.problem);
    const fields = { goLive: plan.goLiveId, plan: state.planDigest, ...expected, principal };
    const odd = Object.entries(fields).find(([name, value]) => read.statement[name as keyof Statement] !== value);
    if (odd) return findings.add('policy', item, `its statement says another ${odd[0]}`);
    if (plan.signing?.principals[read.statement.by] !== principal)
      return findings.add('policy', item, 'is signed by somebody else');
    const { issuedAt, expiresAt } = read.statement;
    if (Date.parse(at) > Date.parse(expiresAt) || Date.parse(issuedAt) > Date.parse(at) + 120_000) {
      return findings.add('policy', item, 'was signed for another time');
    }
    claims.push({ item, proof: { statement, signature, principal, key }, at, statement: read.statement });
  };
  const start = startOf(plan, state, startedBy);
  if (start.problem !== undefined) findings.add('policy', 'start', start.problem);
  take('start', state.startedProof, start.at, start.expected);
  for (const asked of state.approvals) {
    for (const vote of asked.votes.filter(({ status }) => status === 'counted'))
      take(asked.id, vote, vote.at, voteExpected(asked, vote));
  }
  for (const tick of state.checklist.filter(({ at }) => at)) {
    take(tick.item, tick.signed, tick.at ?? '', {
      message: 'tick',
      about: tick.item,
      by: tick.by ?? '',
      role: tick.role,
      nonce: state.nonce ?? '',
    });
  }
  for (const { gate, signed, at, by, role, until, reason } of state.waivers) {
    take(gate, signed, at, { message: 'waive', about: gate, by, role, until, reason, nonce: state.nonce ?? '' });
  }
  for (const { id, omitted } of state.phases) {
    if (!omitted) continue;
    const { by, role, reason, at, signed } = omitted;
    take(id, signed, at, { message: 'omit', about: id, by, role, reason, nonce: state.nonce ?? '' });
  }
  for (const { about, by, role, choice, at, signed } of state.operator.filter((one) => one.by !== 'golive')) {
    take(about, signed, at, { message: 'choose', about, by, role, choice });
  }
  return claims;
}

function voteExpected(asked: ApprovalState, vote: Vote): Partial<Statement> {
  return {
    message: vote.vote,
    about: asked.id,
    digest: asked.digest,
    nonce: asked.nonce ?? '',
    role: vote.role,
    by: vote.by,
    meaning: asked.question,
    ...(vote.reason === undefined ? {} : { reason: vote.reason }),
    ...(vote.breakGlass ? { breakGlass: true } : {}),
  };
}

/** Signatures that are looked at side by side: each is a process. */
const AT_ONCE = 8;

async function checkSignatures(
  claims: readonly Claim[],
  plan: Plan,
  signers: Signers,
  findings: Findings,
): Promise<void> {
  const { problems } = readSigners(signers.text);
  for (const { line, message } of problems) findings.add('untrusted', `--signers, line ${line}`, message);
  if (plan.signing && plan.signing.signers !== signers.text && problems.length === 0) {
    // Not wrong by itself: people come and go. Each signature must hold under the reader's own list.
    findings.checked.push({
      what: 'the signers of the plan',
      count: 1,
      findings: 0,
      note: 'differ from those given; the given ones count',
    });
  }
  const folder = await mkdtemp(join(tmpdir(), 'golive-verify-'));
  try {
    await writeFile(join(folder, 'signers'), signers.text, { mode: 0o600 });
    for (let at = 0; at < claims.length; at += AT_ONCE) {
      const some = claims.slice(at, at + AT_ONCE);
      const said = await Promise.all(
        some.map((claim, index) => keygenVerify(folder, `signature-${index}`, claim, signers.revoked)),
      );
      for (const [index, claim] of some.entries()) checkSigner(claim, said[index], findings);
    }
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function checkSigner({ item, proof, statement }: Claim, said: string | undefined, findings: Findings): void {
  const key = keyThatSigned(said ?? '');
  if (key === undefined)
    findings.add('untrusted', item, `the signature of ${statement.by} is by no key that you trust, or is not good`);
  else if (key !== proof.key) findings.add('policy', item, 'names another key than the one that signed');
}

/** What `ssh-keygen -Y verify` prints; undefined when it does not agree. Keys count as of the time of the vote. */
async function keygenVerify(
  folder: string,
  name: string,
  { proof, statement, at }: Claim,
  revoked?: string,
): Promise<string | undefined> {
  const [signers, signature] = [join(folder, 'signers'), join(folder, name)];
  await writeFile(signature, armoured(proof.signature));
  const time = `${at.replace(/[-:T]/g, '').slice(0, 14)}Z`;
  const { principal } = proof;
  const args = verifyArguments({ signers, principal, namespace: namespaceOf(statement), signature, revoked });
  return new Promise((resolve, reject) => {
    const child = execFile('ssh-keygen', [...args, '-O', `verify-time=${time}`], (error, stdout) => {
      if (errnoOf(error) === 'ENOENT') reject(new Error('ssh-keygen is not there; install OpenSSH'));
      else resolve(error ? undefined : stdout);
    });
    child.stdin?.on('error', () => undefined);
    child.stdin?.end(proof.statement);
  });
}
