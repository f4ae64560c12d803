import { beforeAll, beforeEach, describe, expect, test } from '@jest/globals';
import { eventsOf } from '../../model/evidence/logged-event.js';
import { asId, type PhaseId } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { choose, deployed, looks, lookingWorld as world, R1 } from '../kits/deployed.js';
import { phase, plan, step } from '../kits/plans.js';
import { abortAt } from '../kits/random-go-live.js';
import { type Argument, type RunGoLive, simulatedTime, simulatedWorkflows } from '../kits/simulated.js';
import { failure, type Said, SimulatedWorld } from '../kits/simulated-world.js';

let run: RunGoLive;
beforeAll(async () => {
  run = await simulatedWorkflows();
});
beforeEach(simulatedTime);

const abort = (more: object = {}): Said => ({ name: 'abort', message: { by: 'Ada', reason: 'enough', ...more } });

/** Each moment of the end of a go-live at which somebody aborts, until it is over. */
async function atEachMoment(
  made: () => Plan,
  keep: boolean,
): Promise<{ state: GoLiveState; deeds: string[]; told: string }[]> {
  const ended = [];
  for (let at = 0; ; at += 3) {
    const outside = new SimulatedWorld();
    outside.interrupt = abortAt({ at, closing: true, keep });
    const state = await run(made(), outside);
    const told = JSON.stringify(outside.receipts);
    if (outside.receipts.length === 0) return ended;
    ended.push({ state, deeds: outside.deeds, told });
  }
}

describe('an abort while the go-live ends', () => {
  const held = () => plan([phase('deploy', [step('freeze', { undoOn: 'always' }), step('a')])]);

  test('is carried out, or refused because the verdict is set', async () => {
    const all = await atEachMoment(held, false);
    for (const { state, deeds, told } of all) {
      const done = deeds.includes('undo deploy.a');
      expect([told, state.verdict, state.aborted !== undefined, deeds.includes('undo deploy.freeze')]).toEqual(
        done
          ? [expect.stringMatching(/The go-live stops; /), 'no-go', true, true]
          : [expect.stringMatching(/The go-live has (its verdict: GO|ended)\./), 'go', false, true],
      );
    }
    // While it releases, it can still be stopped.
    const stopped = all.filter(({ deeds }) => deeds.indexOf('undo deploy.freeze') < deeds.indexOf('undo deploy.a'));
    expect(stopped.length).toBeGreaterThan(0);
    expect(all.at(-1)?.state.verdict).toBe('go');
    expect(all.some(({ told }) => told.includes('`golive rollback'))).toBe(true);
  });

  test('that keeps says what was taken back all the same', async () => {
    const failing = () => {
      const made = held();
      made.decisions = [{ id: 'go', title: 'GO', requires: ['deploy', 'never'] }];
      return made;
    };
    const all = await atEachMoment(failing, true);
    for (const { state, deeds, told } of all) {
      const { sentence = '', aborted } = state;
      // What is held is released all the same.
      expect(deeds).toContain('undo deploy.freeze');
      if (!aborted) expect(told).toMatch(/has its verdict|has ended/);
      else
        expect([sentence, deeds.includes('undo deploy.a')]).toEqual(
          /NOTHING WAS TAKEN BACK/.test(sentence)
            ? [expect.anything(), false]
            : [expect.stringMatching(/TAKEN BACK ALL THE SAME: deploy by undo; the rest stays/), true],
        );
    }
    const sentences = all.map(({ state }) => state.sentence ?? '');
    expect(sentences.some((one) => one.includes('ALL THE SAME'))).toBe(true);
    expect(sentences.some((one) => one.includes('NOTHING WAS'))).toBe(true);
    expect(all.some(({ told }) => told.includes('undo is under way and is taken to its end'))).toBe(true);
  });
});

describe('an abort that keeps', () => {
  test('ends a rollback that has not begun', async () => {
    const outside = world();
    let said = false;
    outside.interrupt = ({ phases }) => {
      if (said || phases[1]?.endedAt === undefined) return [];
      said = true;
      return [abort({ keep: 'yes' })];
    };
    const state = await run(deployed('stop'), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n']);
    expect(state.sentence).toMatch(/NOTHING WAS TAKEN BACK \(--keep\)\.$/);
    expect(outside.receipts).toEqual([{ accepted: true, text: 'The go-live stops; what it did stays.' }]);
  });

  test('during a rollback lets it end, and says so', async () => {
    const outside = world();
    let said = false;
    outside.interrupt = ({ rollbacks }) => {
      if (said || rollbacks.length === 0) return [];
      said = true;
      return [abort({ keep: 'yes' })];
    };
    const state = await run(deployed('stop'), outside);
    expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a']);
    expect(state.sentence).toMatch(/TAKEN BACK ALL THE SAME: deploy by R1, check by R1; the rest stays \(--keep\)\.$/);
  });
});

/** A world in whose log another execution, as after a reset, takes back a deed just when the verdict is written. */
class TakenBackBehind extends SimulatedWorld {
  private taken = false;
  override act(activity: string, argument: Argument): unknown {
    if (activity === 'appendEvents' && argument.events.some(({ type }) => type === 'verdict') && !this.taken) {
      this.taken = true;
      this.tell({ type: 'undo.started', phase: 'rollback-undo', undoes: 'deploy.1/a' });
    }
    return super.act(activity, argument);
  }
}

describe('what the end does, it does once, also where it comes to its verdict again', () => {
  test('to keep is written down once', async () => {
    const outside = new TakenBackBehind();
    outside.interrupt = ({ decisions, aborted }) =>
      decisions[0]?.verdict === 'go' && !aborted ? [abort({ keep: 'yes' })] : [];
    const state = await run(plan([phase('deploy', [step('a')])]), outside);
    expect(state.aborted?.keep).toBe(true);
    expect(eventsOf(outside.events, 'verdict')).toHaveLength(2);
    expect(eventsOf(outside.events, 'abort.kept')).toHaveLength(1);
  });

  test('an undo that was given up is not tried again for an abort', async () => {
    const outside = world();
    let tried = 0;
    outside.step = ({ undoes, step: id }) => {
      if (undoes) tried += 1;
      if (undoes) throw failure('CHECK_FAILED');
      return { v: id === 'n' ? 1 : 0 };
    };
    outside.say = ({ waiting }) => (waiting?.choices?.includes('stop') ? [choose('stop'), abort()] : []);
    const state = await run(deployed('stop', 1, { rollbacks: { R1: { ...R1, undo: 'none' } } }), outside);
    expect(state.aborted?.by).toBe('Ada');
    expect(state.rollbacks.map(({ id, status }) => [id, status])).toEqual([['undo', 'incomplete']]);
    expect(tried).toBe(1);
  });
});

test('a rollback with nothing to undo and no steps takes back what it says', async () => {
  const outside = world();
  const names = { ...R1, undo: 'none' as const, takesBack: [asId<PhaseId>('deploy')] };
  const made = deployed('continue', 1, {
    rollbacks: { R1: names },
    onNoGo: 'keep',
    decisions: [{ id: 'd', title: 'D', requires: ['deploy'] }],
  });
  made.phases = [phase('deploy', [step('a', looks)]), ...made.phases.slice(1)];
  const state = await run(made, outside);
  expect(outside.deeds).toEqual(['deploy.a', 'check.n', 'deploy.a', 'last.z']);
  expect(state.rollbacks.map(({ id, status }) => [id, status])).toEqual([['R1', 'done']]);
  expect(state.phases[0]).toMatchObject({ status: 'passed', attempt: 2 });
});
