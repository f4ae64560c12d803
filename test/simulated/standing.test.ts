import { beforeAll, beforeEach, expect, jest, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { checkDecisions } from '../../evidence/verify/decisions.js';
import { Findings } from '../../evidence/verify/finding.js';
import { checkNeeds } from '../../evidence/verify/needs.js';
import { checkStanding } from '../../evidence/verify/standing.js';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { runsBeside } from '../../model/plan/needs.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import {
  abortAt,
  aborts,
  Dice,
  judgeByWorld,
  judgeEnd,
  judgeKept,
  plans,
  wordOf,
  World,
} from '../kits/random-go-live.js';
import { NOW, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { SimulatedWorld } from '../kits/simulated-world.js';

const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
const RUNS = process.env.GOLIVE_ALL ? 10_000 : 200;
let run: RunGoLive;
beforeAll(async () => {
  console.log(`GOLIVE_SEED=${SEED}`);
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

/** What the auditor says of standing and decisions. */
function audited(plan: Plan, state: GoLiveState, events: readonly LoggedEvent[]): string[] {
  const findings = new Findings();
  checkStanding(plan, state, events, findings);
  checkDecisions(plan, state, events, findings);
  checkNeeds(plan, events, findings);
  return findings.list.map(({ item, message }) => `${item} ${message}`);
}

/** Whether a phase began while another one was under way. */
function runBeside(events: readonly LoggedEvent[]): boolean {
  const open = new Set<string>();
  return eventsOf(events, 'phase.started', 'phase.passed', 'phase.failed', 'phase.cancelled').some((event) => {
    if (event.type === 'phase.started') return open.add(event.phase ?? '').size > 1;
    open.delete(event.phase ?? '');
    return false;
  });
}

/** The state as a liar would have it: each phase that was taken back stands, and each decision is GO. */
function lied({ phases, decisions, ...rest }: GoLiveState): GoLiveState {
  return {
    ...rest,
    verdict: 'go',
    phases: phases.map(({ takenBackBy, ...phase }) =>
      takenBackBy === undefined ? phase : { ...phase, status: 'passed', verdict: 'go' },
    ),
    decisions: decisions.map((one) => ({ ...one, verdict: 'go' })),
  };
}

test('no decision is GO over a deed that is not in the world, and an abort is as it was told, whatever fails and whatever people say; verify agrees', async () => {
  const seen: Record<string, number> = {};
  const count = (what: string, happened = true): void => void (seen[what] = (seen[what] ?? 0) + (happened ? 1 : 0));
  const rolls = fc.array(fc.nat(99), { minLength: 20, maxLength: 120, size: 'max' });
  await fc.assert(
    fc.asyncProperty(plans, rolls, aborts, async (plan, list, abort) => {
      jest.setSystemTime(NOW);
      const dice = new Dice(list);
      const world = new World(plan, dice);
      const outside = new SimulatedWorld();
      outside.step = (task) => world.act(task);
      outside.lasts = () => (runsBeside(plan.phases) ? dice.roll() : 1);
      outside.say = (state) => wordOf(state, dice, world);
      outside.interrupt = abortAt(abort);
      const state = await run(plan, outside);
      const { events } = outside;
      const ended = [...judgeEnd(plan, state, world), ...judgeKept(state, events)];
      expect(ended).toEqual([]);
      // What is told to whom aborts is so: accepted it is carried out, refused it changes nothing.
      const accepted = outside.receipts.some((one) => /^.{0,30}The go-live stops;/.test(JSON.stringify(one)));
      expect(accepted).toBe(state.aborted !== undefined);
      expect(judgeByWorld(plan, state, world.deeds)).toEqual([]);
      expect(audited(plan, state, events)).toEqual([]);
      const fallen = state.phases.some(({ status }) => status === 'taken-back');
      if (fallen) expect(audited(plan, lied(state), events)).not.toEqual([]);
      count(state.verdict ?? 'none');
      count('a phase is taken back at the end', fallen);
      count(
        'a phase was begun again after it was taken back',
        /Taken back by/.test(JSON.stringify(state.phases.map((one) => one.history))),
      );
      count('a person was asked', state.operator.length > 0);
      count('aborted', state.aborted !== undefined);
      count(
        'aborted while it ended',
        state.aborted !== undefined && state.aborted.at >= (state.decisions[0]?.at ?? '9'),
      );
      count('an abort came too late', /has its verdict/.test(JSON.stringify(outside.receipts)));
      const told = JSON.stringify(events);
      count('phases ran beside each other', runBeside(events));
      count('one was stopped since another failed', /Stopped since /.test(told));
      count('one was stopped to be taken again', /Stopped, to be taken again/.test(told));
      count('a question was withdrawn', /Withdrawn/.test(told));
      count('kept', state.aborted?.keep === true);
      count('kept, and something was taken back', /TAKEN BACK ALL THE SAME/.test(state.sentence ?? ''));
    }),
    { seed: SEED, numRuns: RUNS },
  );
  console.log(`simulated go-lives: ${RUNS}; ${JSON.stringify(seen)}`);
  expect(seen.go).toBeGreaterThan(0);
}, 1_800_000);
