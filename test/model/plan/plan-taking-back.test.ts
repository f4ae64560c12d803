import { expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { Plan } from '../../../model/plan/plan.js';
import { planTakingBack } from '../../../model/plan/plan-taking-back.js';
import type { TakesBack } from '../../../model/plan/taking-back.js';
import { valuesOf } from '../../../model/plan/values.js';
import { approval, phase, plan, step } from '../../kits/plans.js';

const first = (more: Partial<Plan> = {}): Plan => ({
  ...plan([phase('deploy', [step('page')])], {
    decisions: [
      { id: 'built', title: 'Built', requires: ['deploy'] },
      {
        id: 'live',
        title: 'Live',
        requires: ['built'],
        approval: approval('live', { needs: [{ role: 'cto', count: 2 }] }),
      },
    ],
    rollbacks: {
      R1: { id: 'R1', title: 'Old page', undo: 'all', steps: [] },
      R2: { id: 'R2', title: 'x', undo: 'none', steps: [] },
    },
    onNoGo: 'undo',
    waivers: { by: ['cto'], atMostMs: 1, distinct: false },
    ...more,
  }),
  goLiveId: 'shop/c1',
});

const takesBack = (more: Partial<TakesBack> = {}): TakesBack => ({
  goLive: 'shop/c1',
  startedAt: '2026-01-02T03:04:05.000Z',
  evidenceDir: '/e/shop/c1',
  bundle: 'b'.repeat(64),
  undos: [{ phase: asId('deploy'), phaseAttempt: 1, step: asId('page'), epoch: 1, always: false, calls: [] }],
  phases: {},
  ...more,
});

const made = (of: Plan, more: Partial<TakesBack> = {}): Plan =>
  planTakingBack(
    { plan: of, state: { verdict: 'go', endedAt: '2026-01-03T00:00:00Z' } },
    {
      takesBack: takesBack(more),
      change: 'c1-rollback-1',
      directory: '/e/shop/c1-rollback-1',
      people: { Ada: ['cto'] },
    },
  );

test('those who had to approve the decision are asked first; one decision stands on what is carried out', () => {
  const back = made(first(), { reason: 'prices' });
  expect(back.phases).toHaveLength(1);
  expect(back.phases[0]).toMatchObject({
    id: 'take-back',
    steps: [],
    approvals: [{ id: 'take-back', when: 'before', needs: [{ role: 'cto', count: 2 }] }],
  });
  expect(back.phases[0]?.approvals[0]?.question).toBe(
    'Take back shop/c1 (GO, ended 2026-01-03T00:00:00Z)? 1 undo stands: deploy.page. Because: prices',
  );
  expect(back.decisions).toEqual([{ id: 'taken-back', title: 'shop/c1 is taken back', requires: ['take-back'] }]);
  expect(back).toMatchObject({ onNoGo: 'keep', rollbacks: {}, people: { Ada: ['cto'] }, waivers: { by: [] } });
});

test('nobody approved the first: nobody is asked', () => {
  const back = made(first({ decisions: [{ id: 'live', title: 'Live', requires: ['deploy'] }] }));
  expect(back.phases[0]?.approvals).toEqual([]);
});

test('a named rollback comes along, alone', () => {
  const back = made(first(), { rollback: 'R1' });
  expect(Object.keys(back.rollbacks)).toEqual(['R1']);
  expect(back.decisions[0]?.title).toBe('R1 of shop/c1 is carried out');
});

test('its one phase has an id that no phase of the first has', () => {
  const back = made({ ...first(), phases: [phase('take-back', [step('page')])] });
  expect(back.phases[0]?.id).toBe('take-back-2');
});

test('expressions of the rollback name the first go-live, as they would have done then', () => {
  const { run } = valuesOf(made(first(), { rollback: 'R1' }), '2026-05-05T00:00:00Z', 1, {});
  expect(run).toMatchObject({ id: 'shop/c1', started: '2026-01-02T03:04:05.000Z', stamp: '20260102T030405Z' });
});

test('about an undo is asked whoever was asked about its phase', () => {
  const asking = (role: string) => ({ onFail: { attempts: 1, then: 'stop', ask: { role, expiresMs: 5 } } }) as const;
  const { phases } = plan([phase('ready', [], asking('sre')), phase('deploy', [step('page')], asking('lead'))]);
  expect(made(first({ phases })).takesBack?.asks).toEqual({
    ready: { role: 'sre', expiresMs: 5 },
    deploy: { role: 'lead', expiresMs: 5 },
  });
});
