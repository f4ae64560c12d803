import { describe, expect, test } from '@jest/globals';
import { sha256 } from '../../../evidence/hash.js';
import { checkApprovals } from '../../../evidence/verify/approvals.js';
import { emptyBag } from '../../../evidence/verify/bag.js';
import { Findings } from '../../../evidence/verify/finding.js';
import { type LoggedEvent, readEvent } from '../../../model/evidence/logged-event.js';
import { canonicalJson, type JsonObject } from '../../../model/json.js';
import { judgeVote, type Vote } from '../../../model/people/approval.js';
import { type ApprovalId, asId, type StepId } from '../../../model/plan/address.js';
import { initialState } from '../../../model/state/initial-state.js';
import type { ApprovalPlan } from '../../../model/plan/plan.js';
import { approval, phase, plan, step } from '../../kits/plans.js';

const at = (minute: number): string => `2026-01-01T00:${String(minute).padStart(2, '0')}:00.000Z`;

const CTO = { by: 'Ada', role: 'cto' };
const SRE = { by: 'Ada', role: 'sre' };
const BO = { by: 'Bo', role: 'cto' };
const NEEDS = [
  { role: 'cto', count: 2 },
  { role: 'sre', count: 1 },
];

/** What the verifier finds, and whether the desk would have taken each vote, one after the other. */
async function judged(
  votes: { by: string; role: string; principal?: string; reason?: string }[],
  distinct: boolean,
  attempt = 1,
  more: Partial<ApprovalPlan> = {},
  others: ApprovalPlan[] = [],
) {
  const rule = approval('one', { distinct, needs: NEEDS, ...more });
  const made = plan([phase('one', [step('a')], { approvals: [rule, ...others] })]);
  const state = initialState(made, sha256(canonicalJson(made)), made.target.id, 'Sam', at(0));
  const digest = sha256(canonicalJson({ approval: 'one', plan: state.planDigest, about: { attempt: 1 } }));
  const given = votes.map((one): Vote => {
    const as = { vote: 'approve', via: 'update', level: 'declared', early: false, status: 'counted' } as const;
    return { ...one, ...as, approval: 'one', at: at(2), digest };
  });
  const open = { id: 'one', question: 'one?', needs: rule.needs, status: 'open' as const, digest };
  const taken = given.map((vote, index) => {
    const { by, role, reason, vote: word, via, at: when } = vote;
    const message = { approval: asId<ApprovalId>('one'), by, role, ...(reason === undefined ? {} : { reason }) };
    const draft = { message, vote: word, via, at: when };
    const asked = { ...open, votes: given.slice(0, index) };
    return judgeVote(rule, asked, { ...draft, principal: vote.principal }, { plan: made, startedBy: 'Sam' }).accepted;
  });
  const asked = { ...open, status: 'approved' as const, openedAt: at(1), closedAt: at(3), expiresAt: at(9) };
  const unasked = state.approvals.filter(({ id }) => id !== 'one');
  state.approvals = [{ ...asked, votes: given }, ...unasked];
  Object.assign(state.phases[0] ?? {}, { status: 'passed', attempt });
  const lines: JsonObject[] = [
    { type: 'phase.started', phase: 'one', attempt: 1, time: at(1) },
    { type: 'approval.asked', approval: 'one', question: 'one?', digest, expiresAt: at(9), time: at(1) },
    ...votes.map(({ by, role }) => {
      const said = { approval: 'one', by, role };
      return { type: 'message.approve', via: 'update', said, time: at(2) };
    }),
    { type: 'approval.closed', approval: 'one', status: 'approved', sentence: 'So.', time: at(3) },
    ...(attempt > 1 ? [{ type: 'phase.started', phase: 'one', attempt, time: at(4) }] : []),
  ];
  const events: LoggedEvent[] = lines.map((line, seq) => readEvent(seq, line));
  const findings = new Findings();
  const bag = emptyBag('/nowhere');
  await checkApprovals(bag, { plan: made, startedBy: 'Sam', state }, events, undefined, findings);
  return { taken, found: findings.list.map(({ item, message }) => `${item} ${message}`) };
}

describe('a vote counts for the verifier where the desk takes it, by one rule', () => {
  test('three people, and one person in two roles where that is allowed', async () => {
    const three = [CTO, BO, { by: 'Cy', role: 'sre' }];
    expect(await judged(three, true)).toEqual({ taken: [true, true, true], found: [] });
    expect(await judged([CTO, BO, SRE], false)).toEqual({ taken: [true, true, true], found: [] });
  });

  test.each<[string, Parameters<typeof judged>[0], boolean, RegExp]>([
    [
      'one person twice in one role, though people need not be distinct',
      [CTO, CTO, SRE],
      false,
      /already voted as cto/,
    ],
    ['the same in other letters', [CTO, { by: ' ADA ', role: 'cto' }, SRE], false, /already voted as cto/],
    [
      'two names of one key',
      [{ ...CTO, principal: 'a@x' }, { by: 'Eve', role: 'cto', principal: 'a@x' }, SRE],
      false,
      /Eve has already voted as cto/,
    ],
    ['one person in two roles, where people must be distinct', [CTO, BO, SRE], true, /in another role/],
    ['a role that was not asked', [CTO, BO, { by: 'Cy', role: 'qa' }], true, /no role 'qa'/],
  ])('%s', async (_name, votes, distinct, words) => {
    const { taken, found } = await judged(votes, distinct);
    expect(taken).toContain(false);
    expect(found.join('\n')).toMatch(words);
  });

  test('one of several roles, and no other', async () => {
    const needs = [{ role: 'sre', or: ['cto'], count: 1 }];
    expect(await judged([CTO], true, 1, { needs })).toEqual({ taken: [true], found: [] });
    expect((await judged([{ by: 'Cy', role: 'qa' }], true, 1, { needs })).found.join('\n')).toMatch(/no role 'qa'/);
  });

  test('a reason without one of the parts that are asked for', async () => {
    const more: Partial<ApprovalPlan> = { needs: [{ role: 'cto', count: 1 }], needsReason: ['fix', 'by'] };
    const good = await judged([{ ...CTO, reason: 'fix=limit; by=Dana' }], true, 1, more);
    expect(good).toEqual({ taken: [true], found: [] });
    const { taken, found } = await judged([{ ...CTO, reason: 'fix=limit' }], true, 1, more);
    expect(taken).toEqual([false]);
    expect(found).toEqual([expect.stringContaining('this one is without by')]);
  });

  test('what is asked from the second attempt on is not missed in the first, and is in the second', async () => {
    const fix = approval('one.2', { fromAttempt: 2 });
    const three = [CTO, BO, { by: 'Cy', role: 'sre' }];
    expect((await judged(three, true, 1, {}, [fix])).found).toEqual([]);
    expect((await judged(three, true, 2, {}, [fix])).found).toContain('one.2 was not approved, and one passed');
  });

  test('what was approved for the first attempt lets no second one pass', async () => {
    const { found } = await judged([CTO, BO, { by: 'Cy', role: 'sre' }], true, 2);
    expect(found).toEqual(['one was approved for an earlier attempt than the one in which one passed']);
  });
});

describe('an approval of results binds to the files that they rest on', () => {
  const path = 'phases/one.1/a/counts.json';

  /** What the verifier finds of an approval that was given while the file had this hash, and is another one now. */
  async function found(asked: string, recorded: string, there: string): Promise<string[]> {
    const rule = approval('one.after', { when: 'after' });
    const made = plan([phase('one', [step('a')], { approvals: [rule] })]);
    made.evidence.include = [{ file: 'STATS.json', from: ['one.a.counts.json'] }];
    const state = initialState(made, sha256(canonicalJson(made)), made.target.id, 'Sam', at(0));
    const files = [{ file: 'STATS.json', path, sha256: asked }];
    const about = { attempt: 1, gates: [], files };
    const digest = sha256(canonicalJson({ approval: rule.id, plan: state.planDigest, about }));
    const as = { vote: 'approve', via: 'update', level: 'declared', early: false, status: 'counted' } as const;
    const votes: Vote[] = [{ ...CTO, ...as, approval: rule.id, at: at(2), digest }];
    const open = { id: rule.id, question: '?', needs: rule.needs, digest, files, votes };
    state.approvals = [{ ...open, status: 'approved', openedAt: at(1), closedAt: at(3), expiresAt: at(9) }];
    const evidence = [{ name: 'counts.json', path, sha256: recorded, bytes: 1 }];
    const record = { id: asId<StepId>('a'), title: 'a', uses: 'x', status: 'done' as const, epoch: 1, evidence };
    Object.assign(state.phases[0] ?? {}, { status: 'passed', attempt: 1, steps: [record] });
    const lines: JsonObject[] = [
      { type: 'phase.started', phase: 'one', attempt: 1, time: at(1) },
      { type: 'approval.asked', approval: rule.id, question: '?', digest, expiresAt: at(9), time: at(1) },
      { type: 'message.approve', via: 'update', said: { approval: rule.id, ...CTO }, time: at(2) },
      { type: 'approval.closed', approval: rule.id, status: 'approved', sentence: 'So.', time: at(3) },
    ];
    const findings = new Findings();
    const bag = { ...emptyBag('/nowhere'), payload: new Map([[`data/${path}`, there]]) };
    const events = lines.map((line, seq) => readEvent(seq, line));
    await checkApprovals(bag, { plan: made, startedBy: 'Sam', state }, events, undefined, findings);
    return findings.list.map(({ item, message }) => `${item} ${message}`);
  }

  test('it holds while they lie there as they were', async () => {
    expect(await found('a', 'a', 'a')).toEqual([]);
  });

  test('a file that was changed since is found, by its bytes and by its record', async () => {
    expect(await found('a', 'a', 'b')).toEqual([
      `data/${path} is not as it was when 'one.after' was asked, which binds to it as STATS.json`,
    ]);
    expect(await found('a', 'b', 'b')).toEqual([
      'one.after is bound to something else than what this bundle holds',
      `data/${path} is not as it was when 'one.after' was asked, which binds to it as STATS.json`,
    ]);
  });
});
