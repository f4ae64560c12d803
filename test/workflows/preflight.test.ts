import { describe, expect, test } from '@jest/globals';
import type { Finding } from '../../model/preflight/finding.js';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { phase, plan, step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();

const missing: Finding = {
  area: 'secret',
  what: '$TOKEN',
  where: 'one.a',
  standing: 'missing',
  found: 'It is not set.',
};
async function run(more: Partial<Plan>, found: Finding[]): Promise<{ world: FakeWorld; end: string }> {
  const world = new FakeWorld();
  world.preflight = found;
  const made = plan([phase('one', [step('a')])], more);
  const end = await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const running = await begin(server.client, made.target.id, made);
    return running.result().then(
      ({ verdict = '' }) => verdict,
      (error: Error) => String(error.cause instanceof Error ? error.cause.message : error),
    );
  });
  return { world, end };
}

describe('a live go-live', () => {
  test('that lacks something is not started: no event, no deed', async () => {
    const { world, end } = await run({ mode: 'live' }, [missing]);
    expect(end).toBe(
      'The go-live was not started: 1 of what it needs is missing. $TOKEN (one.a): It is not set. `golive preflight` shows all.',
    );
    expect([world.record, world.events]).toEqual([[], []]);
  }, 60_000);

  test('goes on when something is only doubtful', async () => {
    const { world, end } = await run({ mode: 'live' }, [{ ...missing, standing: 'doubtful' }]);
    expect([end, world.deeds]).toEqual(['go', ['one.a']]);
  }, 60_000);
});

test('a rehearsal is not held up by its workflow', async () => {
  const { world, end } = await run({ mode: 'rehearse' }, [missing]);
  expect([end, world.deeds]).toEqual(['go', ['one.a']]);
}, 60_000);

test('the workflow of the verb gives what the worker found, and nothing else', async () => {
  const world = new FakeWorld();
  world.preflight = [missing];
  const made = plan([phase('one', [step('a')])]);
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const found = await server.client.workflow.execute('preflight', {
      workflowId: `${made.target.id}/preflight-1`,
      taskQueue: made.target.id,
      args: [{ plan: made }],
    });
    expect(found).toEqual({ version: '', findings: [missing] });
  });
  expect(world.record).toEqual([]);
}, 60_000);
