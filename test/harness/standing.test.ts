import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import fc from 'fast-check';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { Dice, judgeByWorld, plans, wordOf, World } from '../kits/random-go-live.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import type { Argument } from '../kits/simulated.js';
import { SimulatedWorld } from '../kits/simulated-world.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
const RUNS = process.env.GOLIVE_ALL ? 300 : 6;
const AT_ONCE = 6;
/** Nobody waits for long where a question is left without an answer. */
const EXPIRES_MS = 1500;

let server: TestServer;
beforeAll(async () => {
  console.log(`GOLIVE_SEED=${SEED}`);
  server = await sharedServer();
}, 120_000);
afterAll(() => server.stop());

/** A random go-live with the world that it acts on. */
interface Subject {
  plan: Plan;
  dice: Dice;
  world: World;
  outside: SimulatedWorld;
}

function subjectOf([plan, rolls]: [Plan, number[]]): Subject {
  const dice = new Dice(rolls);
  const world = new World(plan, dice);
  const outside = new SimulatedWorld();
  outside.step = (task) => world.act(task);
  for (const phase of plan.phases) {
    phase.onFail.ask.expiresMs = EXPIRES_MS;
    for (const approval of phase.approvals) approval.expiresMs = EXPIRES_MS;
  }
  for (const { approval } of plan.decisions) if (approval) approval.expiresMs = EXPIRES_MS;
  return { plan, dice, world, outside };
}

/** One worker for all of them: each activity acts on the world of its own go-live. */
function activitiesOf(subjects: ReadonlyMap<string, Subject>) {
  const names = ['openEvidence', 'appendEvents', 'collectEvidence', 'closeEvidence', 'sendNotice'];
  return Object.fromEntries(
    [...names, 'fake.act', 'undo fake.act'].map((name) => [
      name,
      async (task: Argument) => subjects.get(task.goLive.id)?.outside.act(name, task),
    ]),
  );
}

async function goThrough({ plan, dice, world }: Subject, queue: string): Promise<GoLiveState> {
  const run = await begin(server.client, queue, plan);
  let over = false;
  const result = run.result().finally(() => (over = true));
  let asked = '';
  while (!over) {
    const state = await run.state();
    const question = `${state.waiting?.kind} ${state.waiting?.id} ${state.waiting?.since} ${state.rollbacks.length}`;
    if (question !== asked && !state.endedAt) {
      asked = question;
      // What comes too late is refused, as it would be of a person.
      for (const { name, message } of wordOf(state, dice, world)) await run.send(name, message).catch(() => undefined);
    }
    await sleep(20);
  }
  return result;
}

test('on a real server, too: no decision is GO over a deed that is not in the world', async () => {
  const rolls = fc.array(fc.nat(99), { minLength: 20, maxLength: 120, size: 'max' });
  const subjects = fc.sample(fc.tuple(plans, rolls), { seed: SEED, numRuns: RUNS }).map(subjectOf);
  const queue = `standing-${SEED}-${process.pid}`;
  const seen: Record<string, number> = {};
  const activities = () => activitiesOf(new Map(subjects.map((one) => [one.plan.goLiveId, one])));
  await withWorker(server.address, queue, { activities }, [], async () => {
    const left = [...subjects];
    const take = async (): Promise<void> => {
      for (let one = left.shift(); one; one = left.shift()) {
        const state = await goThrough(one, queue);
        expect(judgeByWorld(one.plan, state, one.world.deeds)).toEqual([]);
        seen[state.verdict ?? 'none'] = (seen[state.verdict ?? 'none'] ?? 0) + 1;
      }
    };
    await Promise.all(Array.from({ length: AT_ONCE }, take));
  });
  console.log(`real go-lives: ${RUNS}; ${JSON.stringify(seen)}`);
}, 1_800_000);
