import { expect, test } from '@jest/globals';
import { type ApprovalState, judgeVote, tally, tallyText, type Vote } from '../../../model/people/approval.js';
import { needAsked, needCount, rolesAsked } from '../../../model/people/need.js';
import { quorumProblem } from '../../../model/people/quorum.js';
import { approval } from '../../kits/plans.js';

const ROLES = { cto: 'CTO', sre: 'SRE', release: 'Release' };
const EITHER = { role: 'release', or: ['sre'], count: 1 };
const NEEDS = [EITHER, { role: 'cto', count: 1 }];
const rules = { plan: { mode: 'live' as const, roles: ROLES }, startedBy: 'Sam' };
const cast = (by: string, role: string): Vote => ({
  approval: 'full',
  role,
  by,
  vote: 'approve',
  at: '',
  via: 'update',
  level: 'declared',
  digest: 'd',
  early: false,
  status: 'counted',
});
const open: ApprovalState = { id: 'full', question: '?', needs: NEEDS, status: 'open', digest: 'd', votes: [] };
const vote = (needs: typeof NEEDS, role: string) =>
  judgeVote(
    approval('full', { needs }),
    open,
    { message: { approval: 'full', role, by: 'Ada' }, vote: 'approve', via: 'update', at: '' },
    rules,
  );

test('where one of several roles is asked, each of them fills the one place', () => {
  const asks = approval('full', { needs: NEEDS });
  expect(['release', 'sre', 'cto'].map((role) => vote(NEEDS, role).accepted)).toEqual([true, true, true]);
  expect(vote([EITHER], 'cto')).toMatchObject({ accepted: false, hint: 'It asks for: 1 × release or sre.' });
  const bo = cast('Bo', 'sre');
  expect(tally(asks, [])).toEqual({ outcome: 'open', missing: NEEDS });
  expect(tally(asks, [bo])).toEqual({ outcome: 'open', missing: [{ role: 'cto', count: 1 }] });
  expect(tally(asks, [bo, cast('Cy', 'release')]).outcome).toBe('open');
  expect(tally(asks, [bo, cast('Ada', 'cto')]).outcome).toBe('approved');
});

test('who is still wanted are the people of any of them', () => {
  const people = { Bo: ['sre'], Rhea: ['release'], Ada: ['cto'] };
  const far = (votes: Vote[]) =>
    tallyText(approval('full', { needs: NEEDS }), votes, { roles: ROLES, people }, { by: 'Sam' });
  expect(far([])).toBe('Release or SRE: 0 of 1, wanted: Bo or Rhea. CTO: 0 of 1, wanted: Ada.');
  expect(far([cast('Bo', 'sre')])).toBe('Release or SRE: 1 of 1 (Bo). CTO: 0 of 1, wanted: Ada.');
});

test('people can answer where somebody holds one of them, and for each place another one', () => {
  const asked = { id: 'full', needs: NEEDS, distinct: true, starterMay: true };
  expect(quorumProblem(asked, { Bo: ['sre'], Ada: ['cto'] })).toBeUndefined();
  expect(quorumProblem(asked, { Ada: ['cto', 'release'] })).toBe(
    "'full' needs 1 × release or sre and 1 × cto, each another person; there is only Ada.",
  );
  expect(quorumProblem({ ...asked, distinct: false }, { Bo: ['qa'], Ada: ['cto'] })).toContain('there is only Ada');
});

test('a list of roles in a runbook is one need, a single one has no alternative', () => {
  expect(needAsked(['release', 'sre'], 2)).toEqual({ role: 'release', or: ['sre'], count: 2 });
  expect(needAsked('sre', 1)).toEqual({ role: 'sre', count: 1 });
  expect(needAsked([], 1)).toBeUndefined();
  expect(rolesAsked(NEEDS)).toEqual(['release', 'sre', 'cto']);
  expect(needCount(EITHER, ROLES)).toBe('1 × Release or SRE');
});
