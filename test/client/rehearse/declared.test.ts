import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { type Declared, repliesTo } from '../../../client/rehearse/declared.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { at, goLive, waiting } from '../../kits/cli-state.js';

const people = { cto: 'Ada', infra: 'Ines' };
const declared = (more: Partial<Declared> = {}): Declared => ({ answers: {}, people, ...more });

describe('declared rehearsal answers', () => {
  test('nothing is answered unasked', () => {
    expect(repliesTo(goLive(), declared())).toEqual([]);
    expect(repliesTo({ ...waiting(), endedAt: at(900) }, declared())).toEqual([]);
  });

  test('approves by the person of the role, and says so', () => {
    const [reply] = repliesTo(waiting(), declared());
    expect(reply?.send).toEqual({
      name: 'approve',
      message: { approval: 'full', role: 'cto', by: 'Ada', reason: 'declared rehearsal answer' },
    });
    expect(reply?.line).toContain('declared rehearsal approval: full by Ada as CTO');
  });

  test('the answer of the question goes before that for all', () => {
    const answers = { '*': { vote: 'approve' as const }, full: { vote: 'reject' as const, by: 'Bo', reason: 'no' } };
    const [reply] = repliesTo(waiting(), declared({ answers }));
    expect(reply?.send).toEqual({ name: 'reject', message: { approval: 'full', role: 'cto', by: 'Bo', reason: 'no' } });
  });

  test('silence sends nothing and says so', () => {
    const [reply, ...rest] = repliesTo(waiting(), declared({ answers: { '*': { vote: 'silence' } } }));
    expect(reply?.send).toBeUndefined();
    expect(reply?.line).toContain('nobody answers full');
    expect(rest).toEqual([]);
  });

  test('a reason with parts stands as it is declared; one without them stands in each', () => {
    const state = structuredClone(waiting());
    const [approval] = state.approvals;
    if (!approval) throw new Error('no approval in the fixture');
    approval.reasonParts = ['fix', 'by'];
    const said = (reason: string): unknown =>
      repliesTo(state, declared({ answers: { full: { reason } } })).map(({ send }) => send?.message);
    expect(said('fix=a; by=b')).toMatchObject([{ reason: 'fix=a; by=b' }]);
    expect(said('declared')).toMatchObject([{ reason: 'fix=declared; by=declared' }]);
  });

  test('where one of several roles is asked, the first answers, and any of them has', () => {
    const state = structuredClone(waiting());
    const [approval] = state.approvals;
    if (!approval) throw new Error('no approval in the fixture');
    approval.needs = [{ role: 'qa', or: ['cto'], count: 1 }];
    expect(repliesTo(state, declared()).map(({ send }) => send?.message)).toMatchObject([{ role: 'qa' }]);
    const vote = { approval: 'full', role: 'cto', by: 'Ada', vote: 'approve', at: at(1), via: 'update' } as const;
    approval.votes.push({ ...vote, level: 'declared', digest: 'ef', early: false, status: 'counted' });
    expect(repliesTo(state, declared())).toEqual([]);
  });

  test('several roles and counts are several persons, less those who voted', () => {
    const state = waiting();
    const [approval] = state.approvals;
    if (!approval) throw new Error('no approval in the fixture');
    approval.needs = [
      { role: 'cto', count: 1 },
      { role: 'qa', count: 2 },
    ];
    const by = (one: GoLiveState) =>
      repliesTo(one, declared()).map(({ send }) => (send?.name === 'approve' ? send.message.by : ''));
    expect(by(state)).toEqual(['Ada', 'Rehearsal QA lead', 'Rehearsal QA lead 2']);
    approval.votes.push({
      approval: 'full',
      role: 'cto',
      by: 'Ada',
      vote: 'approve',
      at: at(1),
      via: 'update',
      level: 'declared',
      digest: 'ef',
      early: false,
      status: 'counted',
    });
    expect(by(state)).toEqual(['Rehearsal QA lead', 'Rehearsal QA lead 2']);
  });

  test('ticks the open items of the phase that waits', () => {
    const state = goLive({
      checklist: [
        { item: asId('infra.a'), text: 'A', role: 'infra' },
        { item: asId('infra.b'), text: 'B', role: 'infra', at: at(1), by: 'x' },
        { item: asId('smoke.c'), text: 'C', role: 'qa' },
      ],
      waiting: { kind: 'checklist', id: 'infra', text: 'A', roles: ['infra'], since: at(1), commands: [] },
    });
    expect(repliesTo(state, declared()).map(({ send }) => send?.message)).toEqual([
      { item: 'infra.a', role: 'infra', by: 'Ines', note: 'declared rehearsal answer' },
    ]);
  });

  test('an operator’s choice that is not offered becomes stop', () => {
    const ask = (choices: ('retry' | 'stop')[]): GoLiveState =>
      goLive({
        waiting: { kind: 'operator', id: 'infra.up', text: '?', roles: ['infra'], since: at(1), commands: [], choices },
      });
    const operator = { choice: 'retry' as const, role: 'cto', by: 'Ivo' };
    const choice = (state: GoLiveState) => repliesTo(state, declared({ operator }))[0]?.send?.message;
    expect(choice(ask(['retry', 'stop']))).toMatchObject({ choice: 'retry', role: 'infra', by: 'Ivo' });
    expect(choice(ask(['stop']))).toMatchObject({ choice: 'stop' });
  });
});
