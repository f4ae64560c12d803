import { expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import { FakeWorld } from '../kits/fake-world.js';
import { recordTest } from '../kits/histories.js';
import { phase, plan, step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

/** No notice leaves this world, and its activity says so by failing. */
class Mute extends FakeWorld {
  override activities(kinds: readonly string[]): ReturnType<FakeWorld['activities']> {
    const sendNotice = () => Promise.reject(ApplicationFailure.nonRetryable('The channel is a wall.', 'CHECK_FAILED'));
    return { ...super.activities(kinds), sendNotice };
  }
}

test.each([
  [false, 'go'],
  [true, 'no-go'],
] as const)(
  'a notice whose activity fails (a deed, too: %j) is noted, and fails no go-live',
  async (bad, verdict) => {
    const world = new Mute();
    if (bad) world.broken.set('one.b', 1);
    const made = plan([phase('one', [step('a'), step('b')])], {
      notices: [{ on: ['started', 'go', 'no-go'], with: { kind: 'slack' } }],
    });
    const state = await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const run = await begin(server.client, made.target.id, made);
      const ended = await run.result();
      await recordTest(server.client, made.target.id);
      return ended;
    });
    expect(state.verdict).toBe(verdict);
    expect(world.deeds.includes('undo one.a')).toBe(bad);
    const lost = world.events.filter(({ type }) => type === 'notice.failed');
    expect(lost.length).toBeGreaterThan(1);
    expect(lost[0]).toMatchObject({ code: 'CHECK_FAILED', reason: 'The channel is a wall.' });
  },
  60_000,
);
