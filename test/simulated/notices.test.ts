import { beforeAll, beforeEach, expect, test } from '@jest/globals';
import type { PhasePlan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { type Argument, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

/** A world that keeps what was told, and when: among the deeds. */
class Told extends SimulatedWorld {
  override act(activity: string, argument: Argument): unknown {
    if (activity === 'sendNotice') this.deeds.push(`told: ${argument.title}`);
    return super.act(activity, argument);
  }
}

const onFail = { attempts: 1, then: 'stop', ask: { role: 'sre', expiresMs: 60_000 } } as const;
const R1 = { R1: { id: 'R1', title: 'Back', undo: 'none' as const, steps: [step('back')] } };

async function toldOf(ways: Partial<PhasePlan>, say: (state: GoLiveState) => Said[], fails = false): Promise<string[]> {
  const outside = new Told();
  outside.say = say;
  outside.step = ({ step: id }) => {
    if (fails && id === 'a') throw failure('COMMAND_FAILED');
    return {};
  };
  const made = plan([phase('deploy', [step('a', { onFail: 'ask' })], { onFail, ...ways })], {
    rollbacks: R1,
    notices: [{ on: ['no-go'], with: { kind: 'webhook', url: { env: 'HOOK' } } }],
  });
  await run(made, outside);
  return outside.deeds;
}

const rejecting = ({ waiting }: GoLiveState): Said[] =>
  waiting?.kind === 'approval'
    ? [{ name: 'reject', message: { approval: waiting.id, role: 'cto', by: 'Ada', reason: 'no' } }]
    : [];
const choosing =
  (choice: string) =>
  ({ waiting }: GoLiveState): Said[] =>
    waiting?.kind === 'operator' ? [{ name: 'choose', message: { choice, role: 'sre', by: 'Ada' } }] : [];

const FAILED = expect.stringMatching(/^told: .*deploy.*: NO-GO$/i);
const ENDED = expect.stringMatching(/^told: .*: NO-GO$/);

test.each(['before', 'after'] as const)('a rejection %s a phase is told, before its rollback', async (when) => {
  const rule = { ...approval('deploy.ask'), when, onReject: 'R1' };
  const deeds = await toldOf({ approvals: [rule] }, rejecting);
  const own = when === 'after' ? ['deploy.a'] : [];
  const undone = own.map((deed) => `undo ${deed}`);
  expect(deeds).toEqual([...own, FAILED, 'rollback-R1.back', ...undone, ENDED]);
});

test('so is a question that nobody answered in time', async () => {
  const deeds = await toldOf({ approvals: [{ ...approval('deploy.ask'), when: 'before' }] }, () => []);
  expect(deeds).toEqual([FAILED, ENDED]);
});

test('a phase that is given up at a step is told as one that fails by itself', async () => {
  const stopped = await toldOf({}, choosing('stop'), true);
  expect(stopped.filter((deed) => deed.startsWith('told'))).toEqual([FAILED, ENDED]);
});

test('an abort is told at the end alone', async () => {
  const aborting = ({ waiting }: GoLiveState): Said[] =>
    waiting ? [{ name: 'abort', message: { by: 'Ada', reason: 'enough' } }] : [];
  const deeds = await toldOf({ approvals: [{ ...approval('deploy.ask'), when: 'before' }] }, aborting);
  expect(deeds).toEqual([ENDED]);
});
