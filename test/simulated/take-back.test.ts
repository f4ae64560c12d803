import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { asId, type PhaseId } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import { planTakingBack } from '../../model/plan/plan-taking-back.js';
import type { StandingUndo } from '../../model/plan/taking-back.js';
import { phase, plan, step } from '../kits/plans.js';
import { type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

const OF_FIRST = '/evidence/shop/c1';
const OWN = '/evidence/shop/c1-rollback-1';
const page: StandingUndo = {
  phase: asId('deploy'),
  phaseAttempt: 1,
  step: asId('page'),
  epoch: 1,
  always: false,
  calls: [{ activity: 'undo fake.act', title: 'page' }],
  deedDone: true,
};
const freeze: StandingUndo = {
  ...page,
  phase: asId<PhaseId>('rollback-R1'),
  step: asId('freeze'),
  always: true,
  calls: [{ activity: 'undo fake.act', title: 'freeze' }],
};

/** Takes back a go-live of one page; R1 holds something while it does. */
function taking(undos: StandingUndo[], rollback: 'R1' | undefined, directory = OWN): Plan {
  const R1 = { id: 'R1', title: 'Old', undo: 'all' as const, steps: [step('freeze', { undoOn: 'always' })] };
  const first = plan([phase('deploy', [step('page')])], { rollbacks: { R1 } });
  const more = rollback ? { rollback } : {};
  const at = { goLive: first.goLiveId, startedAt: '2026-01-01T00:00:00Z', evidenceDir: OF_FIRST, bundle: 'b' };
  const takesBack = { ...at, undos, phases: {}, ...more };
  return planTakingBack(
    { plan: first, state: { verdict: 'go', endedAt: 'T' } },
    { takesBack, change: 'c1-rollback-1', directory },
  );
}

test('what a step of the rollback holds is released at the end', async () => {
  const outside = new SimulatedWorld();
  const state = await run(taking([page], 'R1'), outside);
  expect(outside.deeds).toEqual(['undo deploy.page', 'rollback-R1.freeze', 'undo rollback-R1.freeze']);
  expect([state.verdict, state.undos, state.rollbackIncomplete]).toEqual(['go', [], false]);
  expect(state.phases[0]?.sentence).toContain('1 of 1 undo carried out.');
});

test('what it could not release stands, and the next rollback finds its journal in the bundle of this one', async () => {
  const outside = new SimulatedWorld();
  outside.step = ({ undoes }) => {
    if (undoes) throw failure('COMMAND_FAILED');
    return {};
  };
  const state = await run(taking([page], 'R1'), outside);
  expect(state.rollbackIncomplete).toBe(true);
  const left = [page, { ...freeze, evidenceDir: OWN }];
  expect(state.undos).toEqual(left);

  const next = new SimulatedWorld();
  const asked: unknown[] = [];
  next.step = ({ undoes }) => {
    if (undoes) asked.push([undoes.step, undoes.deedDone, undoes.evidenceDir]);
    return {};
  };
  const ended = await run(taking(left, undefined, '/evidence/shop/c1-rollback-2'), next);
  expect(asked).toEqual([
    ['freeze', true, OWN],
    ['page', true, OF_FIRST],
  ]);
  expect([ended.verdict, ended.undos]).toEqual(['go', []]);
});
