import { describe, expect, test } from '@jest/globals';
import {
  judgeVote,
  roleProblem,
  samePerson,
  sameVoter,
  tally,
  tallyText,
  voidOthers,
  type VoteDraft,
  type ApprovalState,
  type Vote,
  type VoteRules,
} from '../../../model/people/approval.js';
import type { SigningPlan } from '../../../model/signing/signing.js';
import { approval } from '../../kits/plans.js';

const rules = { plan: { mode: 'live' as const, roles: { cto: 'CTO', sre: 'SRE' } }, startedBy: 'Sam' };
const open = (votes: Vote[] = []): ApprovalState => ({
  id: 'full',
  question: '?',
  needs: [{ role: 'cto', count: 1 }],
  status: 'open',
  digest: 'd',
  votes,
});
const draft = (by: string, role = 'cto', vote: Vote['vote'] = 'approve', reason?: string): VoteDraft => ({
  message: { approval: 'full', role, by, ...(reason ? { reason } : {}) },
  vote,
  via: 'update',
  at: '2026-01-01T00:00:00Z',
});
const cast = (by: string, more: Partial<Vote> = {}): Vote => ({
  approval: 'full',
  role: 'cto',
  by,
  vote: 'approve',
  at: '',
  via: 'update',
  level: 'declared',
  digest: 'd',
  early: false,
  status: 'counted',
  ...more,
});
const rule = approval('full', { starterMay: false });

describe('judgeVote', () => {
  test('where the record is what an approval says, one without a reason is refused', () => {
    const asks = approval('full', { needsReason: true });
    expect(judgeVote(asks, open(), draft('Ada'), rules)).toMatchObject({ accepted: false });
    expect(judgeVote(asks, open(), draft('Ada', 'cto', 'approve', 'the scanner was changed'), rules).accepted).toBe(
      true,
    );
  });

  test('where parts are asked for, a reason without one is refused, with which, and with how to give it', () => {
    const asks = approval('full', { needsReason: ['fix', 'by'] });
    const judged = (reason?: string, vote: Vote['vote'] = 'approve') =>
      judgeVote(asks, open(), draft('Ada', 'cto', vote, reason), rules);
    expect(judged('fix=limit raised')).toEqual({
      accepted: false,
      reason: "The reason of an approval of 'full' must give fix, by; this one is without by.",
      hint: 'Give `reason` as "fix=…; by=…".',
    });
    expect(judged()).toMatchObject({ accepted: false, hint: 'Give `reason` as "fix=…; by=…".' });
    expect(judged('fix=limit raised; by=Dana').accepted).toBe(true);
    expect(judged('no fix will do', 'reject').accepted).toBe(true);
  });

  test.each<[string, ApprovalState, VoteDraft, RegExp | true]>([
    ['a good vote stands', open(), draft('Ada'), true],
    ['an empty name', open(), draft('  '), /empty/],
    ['an unknown role', open(), draft('Ada', 'pope'), /no role 'pope'/],
    ['a role that is not asked', open(), draft('Ada', 'sre'), /does not ask/],
    ['the starter', open(), draft('sam'), /started this go-live/],
    ['a second vote of one person', open([cast('Ada')]), draft('ADA '), /already voted/],
    ['a rejection without a reason', open(), draft('Ada', 'cto', 'reject'), /needs a reason/],
    ['a closed question', { ...open(), status: 'approved' }, draft('Ada'), /closed: approved/],
    ['an early vote on a "before" question', { ...open(), status: 'not-asked' }, draft('Ada'), true],
  ])('%s', (_name, state, vote, expected) => {
    const receipt = judgeVote(rule, state, vote, rules);
    if (expected === true) expect(receipt).toMatchObject({ accepted: true });
    else
      expect(receipt).toMatchObject({
        accepted: false,
        reason: expect.stringMatching(expected),
        hint: expect.stringMatching(/./),
      });
  });

  test('the glass is broken only where golive.yaml allows it and people sign, and with a reason', () => {
    const alone = (reason?: string): VoteDraft => {
      const vote = draft('Ada', 'cto', 'approve', reason);
      return { ...vote, message: { ...vote.message, breakGlass: 'yes' } };
    };
    const under = (signing: SigningPlan | undefined): VoteRules => ({
      ...rules,
      plan: { ...rules.plan, ...(signing ? { signing } : {}) },
    });
    const signed: SigningPlan = { level: 'signed', signers: '', principals: {} };
    const judged = (signing: SigningPlan | undefined, reason?: string) =>
      judgeVote(rule, open(), alone(reason), under(signing));
    const breakGlass = { reviewMs: 1 };
    expect(judged({ ...signed, breakGlass }, 'the house is on fire')).toMatchObject({ accepted: true });
    expect(judged({ ...signed, breakGlass }, ' ')).toMatchObject({ reason: expect.stringMatching(/needs a reason/) });
    for (const signing of [undefined, signed, { ...signed, level: 'declared' as const, breakGlass }])
      expect(judged(signing, 'fire')).toMatchObject({ reason: expect.stringMatching(/Nobody may break the glass/) });
  });

  test('the receipt says whether it was a yes or a no', () => {
    expect(judgeVote(rule, open(), draft('Ada'), rules)).toMatchObject({
      text: "Approval of 'full' by Ada as cto is recorded.",
    });
    expect(judgeVote(rule, open(), draft('Ada', 'cto', 'reject', 'no'), rules)).toMatchObject({
      text: "Rejection of 'full' by Ada as cto is recorded.",
    });
  });

  test('an "after" question takes no early vote: what it binds to is not there yet', () => {
    const after = approval('full', { when: 'after' });
    expect(judgeVote(after, { ...open(), status: 'not-asked' }, draft('Ada'), rules)).toMatchObject({
      accepted: false,
    });
  });

  test('where people are listed, the role must be theirs', () => {
    const listed = { ...rules, plan: { ...rules.plan, people: { Ada: ['cto'], Bob: ['sre'] } } };
    expect(judgeVote(rule, open(), draft('ada'), listed)).toMatchObject({ accepted: true });
    expect(judgeVote(rule, open(), draft('Bob'), listed)).toMatchObject({
      reason: expect.stringContaining('does not hold'),
    });
    expect(judgeVote(rule, open(), draft('Eve'), listed)).toMatchObject({
      reason: expect.stringContaining('not among'),
    });
  });
});

describe('tally', () => {
  const two = approval('full', {
    needs: [
      { role: 'cto', count: 2 },
      { role: 'sre', count: 1 },
    ],
  });
  test('counts roles, and says what is missing', () => {
    expect(tally(two, [cast('Ada')])).toMatchObject({
      outcome: 'open',
      missing: [
        { role: 'cto', count: 1 },
        { role: 'sre', count: 1 },
      ],
    });
    expect(tally(two, [cast('Ada'), cast('Bob'), cast('Cy', { role: 'sre' })]).outcome).toBe('approved');
  });
  test('one rejection closes it; a void vote counts for nothing', () => {
    expect(tally(two, [cast('Ada', { vote: 'reject' }), cast('Bob')]).outcome).toBe('rejected');
    expect(tally(approval('full'), [cast('Ada', { status: 'void' })]).outcome).toBe('open');
  });
  test('votes that bind to something else become void', () => {
    expect(voidOthers([cast('Ada', { digest: 'old' }), cast('Bob')], 'd').map((v) => v.status)).toEqual([
      'void',
      'counted',
    ]);
  });
});

test('names are compared without case and outer spaces', () => {
  expect(samePerson(' Ada ', 'ada')).toBe(true);
  expect(samePerson('Ada', 'Adam')).toBe(false);
});

describe('one person is one principal, whatever the printed names say', () => {
  const signed = { ...rules, startedPrincipal: 'sam@x' };

  test.each<[string, ApprovalState, VoteDraft, RegExp]>([
    ['who started it under another name', open(), { ...draft('Samuel'), principal: 'sam@x' }, /started this go-live/],
    [
      'who voted under another name',
      open([cast('Ada', { principal: 'ada@x' })]),
      { ...draft('Grace'), principal: 'ada@x' },
      /already voted/,
    ],
  ])('%s', (_name, state, vote, why) => {
    const twice = approval('full', { starterMay: false, needs: [{ role: 'cto', count: 2 }] });
    expect(judgeVote(twice, state, vote, signed)).toMatchObject({ reason: expect.stringMatching(why) });
    expect(judgeVote(twice, state, { ...vote, principal: 'other@x' }, signed)).toMatchObject({ accepted: true });
  });

  test('names that are not proven are compared as names', () => {
    expect(sameVoter({ by: 'Ada' }, { by: ' ada' })).toBe(true);
    expect(sameVoter({ by: 'Ada' }, { by: 'Bo' })).toBe(false);
  });
});

describe('how far a question is', () => {
  const roles = { cto: 'CTO', sre: 'SRE' };
  const people = { Ada: ['cto'], Bo: ['sre'], Cy: ['sre'], Dee: ['cto', 'sre'], Sam: ['sre'] };
  const asked = approval('full', {
    starterMay: false,
    needs: [
      { role: 'sre', count: 2 },
      { role: 'cto', count: 1 },
    ],
  });
  const text = (votes: Vote[], more: Partial<typeof asked> = {}, known: Record<string, string[]> = people) =>
    tallyText({ ...asked, ...more }, votes, { roles, people: known }, { by: 'Sam' });

  test.each<[string, string, string]>([
    ['at first', text([]), 'SRE: 0 of 2, wanted: Bo or Cy or Dee. CTO: 0 of 1, wanted: Ada or Dee.'],
    [
      'after a vote; who gave it is not wanted any more',
      text([cast('Dee', { role: 'sre' })]),
      'SRE: 1 of 2 (Dee), wanted: Bo or Cy. CTO: 0 of 1, wanted: Ada.',
    ],
    [
      'where one person may fill two places',
      text([cast('Dee', { role: 'sre' })], { distinct: false }),
      'SRE: 1 of 2 (Dee), wanted: Bo or Cy. CTO: 0 of 1, wanted: Ada or Dee.',
    ],
    [
      'when a role is full',
      text([cast('Bo', { role: 'sre' }), cast('Cy', { role: 'sre' })]),
      'SRE: 2 of 2 (Bo, Cy). CTO: 0 of 1, wanted: Ada or Dee.',
    ],
    [
      'where the starter may',
      text([], { starterMay: true, needs: [{ role: 'sre', count: 1 }] }),
      'SRE: 0 of 1, wanted: Bo or Cy or Dee or Sam.',
    ],
    ['without a list of people', text([], {}, {}), 'SRE: 0 of 2. CTO: 0 of 1.'],
    ['without votes that are void', text([cast('Ada', { status: 'void' })], {}, {}), 'SRE: 0 of 2. CTO: 0 of 1.'],
  ])('%s', (_name, said, wanted) => {
    expect(said).toBe(wanted);
  });

  test('a long list of names has an end', () => {
    const many = Object.fromEntries(Array.from({ length: 9 }, (_, n) => [`p${n}`, ['cto']]));
    expect(text([], { needs: [{ role: 'cto', count: 1 }] }, many)).toBe(
      'CTO: 0 of 1, wanted: p0 or p1 or p2 or p3 or p4 or p5 or 3 more.',
    );
  });
});

describe('names', () => {
  test.each([
    ['case', 'Ada', 'aDA'],
    ['spaces around and between', ' Ada  Byron', 'Ada\u00a0Byron '],
    ['composed and decomposed letters', 'Ren\u00e9e', 'Rene\u0301e'],
    ['letters of another width', '\uff21da', 'Ada'],
    ['a ligature', 'So\ufb01a', 'Sofia'],
    ['sharp s, in capitals', 'Strau\u00df', 'STRAUSS'],
    ['sigma at the end of a word', 'Νίκος', 'ΝΊΚΟΣ'],
    ['a Hangul filler', 'Ada\u3164', 'Ada'],
    ['a half-width Hangul filler', 'Ada\uffa0', 'Ada'],
    ['a Hangul initial filler', '\u115fAda', 'Ada'],
    ['a zero-width space', 'A\u200bda', 'Ada'],
    ['a grapheme joiner', 'Ad\u034fa', 'Ada'],
    ['a variation selector', 'Ada\ufe0f', 'Ada'],
    ['a tag', 'Ada\u{e0041}', 'Ada'],
    ['a soft hyphen', 'A\u00adda', 'Ada'],
    ['a blank of Braille', 'Ada\u2800', 'Ada'],
  ])('that differ by %s are one person', (_what, a, b) => {
    expect(samePerson(a, b)).toBe(true);
  });

  test.each([
    ['Ada', 'Adam'],
    ['Renée', 'Renee'],
    ['Ada Byron', 'AdaByron'],
    ['Ada 1', 'Ada 2'],
  ])('%s and %s are two', (a, b) => {
    expect(samePerson(a, b)).toBe(false);
  });

  test('of which nothing can be seen are none', () => {
    expect(roleProblem(rules.plan, '\u3164\u200b', 'cto')).toMatchObject({
      reason: 'The name of the person is empty.',
    });
  });

  test('do not make two voters of one, nor another of the starter', () => {
    const two = approval('full', { needs: [{ role: 'cto', count: 2 }], starterMay: false });
    const message = { approval: 'full', role: 'cto', by: 'Ada' };
    const given = { vote: 'approve', via: 'update', at: '2026-01-01T00:00:00Z' } as const;
    const ada: Vote = { ...message, ...given, level: 'declared', digest: 'd', early: false, status: 'counted' };
    const judged = (by: string) =>
      judgeVote(two, open([ada]), { message: { ...message, by }, ...given }, rules).accepted;
    expect(['Ada\u3164', 'S\u200bam', 'Bo'].map(judged)).toEqual([false, false, true]);
  });
});
