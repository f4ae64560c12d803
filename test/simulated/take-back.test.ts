import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import { asId, type PhaseId } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import { planTakingBack } from '../../model/plan/plan-taking-back.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { StandingUndo } from '../../model/plan/taking-back.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { abortAt } from '../kits/random-go-live.js';
import { type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

/** The CTO, who had to approve the first one's decision, agrees. */
const approving = ({ waiting }: GoLiveState): Said[] =>
  waiting?.kind === 'approval' ? [{ name: 'approve', message: { approval: waiting.id, role: 'cto', by: 'Ada' } }] : [];

/** A world in which it is approved. */
function world(): SimulatedWorld {
  const outside = new SimulatedWorld();
  outside.say = approving;
  return outside;
}

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
  const first = plan([phase('deploy', [step('page')])], {
    rollbacks: { R1 },
    decisions: [{ id: 'go', title: 'GO', requires: ['deploy'], approval: approval('go') }],
  });
  const more = rollback ? { rollback } : {};
  const at = { goLive: first.goLiveId, startedAt: '2026-01-01T00:00:00Z', evidenceDir: OF_FIRST, bundle: 'b' };
  const takesBack = { ...at, undos, phases: {}, ...more };
  return planTakingBack(
    { plan: first, state: { verdict: 'go', endedAt: 'T' } },
    { takesBack, change: 'c1-rollback-1', directory },
  );
}

test('what a step of the rollback holds is released at the end', async () => {
  const outside = world();
  const state = await run(taking([page], 'R1'), outside);
  expect(outside.deeds).toEqual(['undo deploy.page', 'rollback-R1.freeze', 'undo rollback-R1.freeze']);
  expect([state.verdict, state.undos, state.rollbackIncomplete]).toEqual(['go', [], false]);
  expect(state.phases[0]?.sentence).toContain('1 of 1 undo carried out.');
});

test('what it could not release stands, and the next rollback finds its journal in the bundle of this one', async () => {
  const outside = world();
  outside.step = ({ undoes }) => {
    if (undoes) throw failure('COMMAND_FAILED');
    return {};
  };
  const state = await run(taking([page], 'R1'), outside);
  expect(state.rollbackIncomplete).toBe(true);
  const left = [page, { ...freeze, evidenceDir: OWN }];
  expect(state.undos).toEqual(left);

  const next = world();
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

const abort = (keep: boolean): Said => ({
  name: 'abort',
  message: { by: 'Cy', reason: 'now', ...(keep ? { keep: 'yes' } : {}) },
});

/** An abort at each moment of a take-back of two deeds, until it is over; and one with the approval. */
async function abortedAt(keep: boolean): Promise<{ told: string; state: GoLiveState; deeds: string[] }[]> {
  const all = [];
  for (let at = -1; ; at += 1) {
    const outside = new SimulatedWorld();
    outside.say = (state) => (at < 0 ? [...approving(state), abort(keep)] : approving(state));
    if (at >= 0) outside.interrupt = abortAt({ at, closing: false, keep });
    const flag = { ...page, step: asId<StandingUndo['step']>('flag') };
    const state = await run(taking([page, flag], 'R1'), outside);
    const told = JSON.stringify(outside.receipts).replaceAll(state.takesBack?.goLive ?? '', 'shop/c1');
    if (!/stops|verdict|ended/.test(told)) return all;
    all.push({ told, state, deeds: outside.deeds });
  }
}

test.each([false, true])('an abort is told what becomes of the first, and so it is (keep: %s)', async (keep) => {
  const seen = new Set<string>();
  for (const { told, state, deeds } of await abortedAt(keep)) {
    const { undos = [], verdict, takesBack } = state;
    const sentence = state.sentence?.replaceAll(takesBack?.goLive ?? '', 'shop/c1');
    const undone = deeds.filter((deed) => deed.startsWith('undo deploy.')).length;
    const held = deeds.filter((deed) => deed.includes('freeze')).length;
    const came = [undone, undos.length, held, verdict];
    if (told.includes('nothing of shop/c1 is taken back')) {
      seen.add('before');
      expect([...came, sentence]).toEqual([0, 2, 0, 'no-go', 'Aborted by Cy: now NOTHING OF shop/c1 WAS TAKEN BACK.']);
    } else if (
      /R1 of shop\/c1 is under way and is taken to its end|what was taken back of shop\/c1 stays so/.test(told)
    ) {
      seen.add('after it began');
      expect([...came, sentence]).toEqual([
        2,
        0,
        2,
        'no-go',
        'Aborted by Cy: now THE WAY BACK HAD BEGUN: Of shop/c1, 2 of 2 undos carried out.',
      ]);
    } else {
      seen.add('late');
      expect(told).toMatch(/has its verdict|has ended/);
      expect(came).toEqual([2, 0, 2, 'go']);
    }
  }
  expect([...seen].toSorted()).toEqual(['after it began', 'before', 'late']);
});

test('an undo that fails asks the operator of its own phase, not that of another one', async () => {
  const asking = (role: string) =>
    ({ onFail: { attempts: 1, then: 'stop', ask: { role, expiresMs: 60_000 } } }) as const;
  const first = plan([phase('ready', [step('look')], asking('sre')), phase('deploy', [step('page')], asking('lead'))], {
    decisions: [{ id: 'go', title: 'GO', requires: ['deploy'], approval: approval('go') }],
  });
  const at = { goLive: first.goLiveId, startedAt: '2026-01-01T00:00:00Z', evidenceDir: OF_FIRST, bundle: 'b' };
  const takesBack = { ...at, undos: [page, { ...page, phase: asId<PhaseId>('ready') }], phases: {} };
  const back = planTakingBack(
    { plan: first, state: { verdict: 'go', endedAt: 'T' } },
    { takesBack, change: 'c1-rollback-1', directory: OWN },
  );
  const outside = new SimulatedWorld();
  outside.step = ({ undoes }) => {
    if (undoes) throw failure('COMMAND_FAILED');
    return {};
  };
  const asked: unknown[] = [];
  outside.say = (state) => {
    const { waiting } = state;
    if (waiting?.kind !== 'operator') return approving(state);
    asked.push([waiting.about, waiting.roles]);
    const [role = ''] = waiting.roles;
    return [{ name: 'choose', message: { choice: 'stop', role, by: 'Ada' } }];
  };
  await run(back, outside);
  expect(asked).toEqual([
    ['ready.page', ['sre']],
    ['deploy.page', ['lead']],
  ]);
});
