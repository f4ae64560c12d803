import { describe, expect, test } from '@jest/globals';
import { eventually } from '../kits/until.js';
import { readView } from '../../client/go-live/read-state.js';
import type { Plan } from '../../model/plan/plan.js';
import { FakeWorld } from '../kits/fake-world.js';
import { handingOn, SUGGESTED_AT } from '../kits/handing-on.js';
import { recordAs } from '../kits/histories.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { type Running, withWorker } from '../kits/run-go-live.js';

const { server, go, executions, untilAsked } = handingOn();

const asked = (more: Partial<Plan> = {}): Plan =>
  plan(
    [
      phase('one', [step('a')], { approvals: [approval('one')] }),
      phase('two', [step('b')], {
        approvals: [
          approval('two', {
            needs: [
              { role: 'cto', count: 1 },
              { role: 'sre', count: 1 },
            ],
          }),
        ],
      }),
    ],
    more,
  );

/** More messages than one history is meant to hold. */
async function flood(run: Running): Promise<void> {
  for (let sent = 0; sent < SUGGESTED_AT * 2; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, () => run.handle.signal('approve', { approval: 'one', role: 'king' })),
    );
  }
}

describe('a go-live that has had too many messages for one history', () => {
  test('goes on in a next execution with all that was said and done', async () => {
    const world = new FakeWorld();
    const made = asked();
    await go(world, made, async (run) => {
      await run.until((state) => state.waiting?.id === 'one', 'the first question');
      // Early, for a question of the next execution.
      await run.handle.signal('approve', { approval: 'two', role: 'sre', by: 'Cy' });
      await flood(run);
      await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
      const state = await untilAsked(made, 'two');
      expect((await executions(made)).length).toBeGreaterThan(1);
      expect(state.phases[0]).toMatchObject({ id: 'one', status: 'passed' });
      expect(state.approvals[1]?.votes.map(({ by }) => by)).toEqual(['Cy']);
      expect(state.startedBy).toBe('tester');
      // Whoever has watched the first execution sees the next one.
      const runId = run.handle.firstExecutionRunId;
      await eventually('the next execution is seen', 30_000, async () => {
        const { state: seen } = await readView(server.client, { target: made.target.id, runId });
        return seen.waiting?.id === 'two';
      });

      // The same vote once more, and a vote for a question of the first execution.
      const handle = server.client.workflow.getHandle(made.target.id);
      await handle.signal('approve', { approval: 'two', role: 'sre', by: 'Cy' });
      await expect(
        handle.executeUpdate('approve', { args: [{ approval: 'one', role: 'cto', by: 'Bo' }] }),
      ).resolves.toMatchObject({ accepted: false });
      await handle.executeUpdate('approve', { args: [{ approval: 'two', role: 'cto', by: 'Ada' }] });
      const ended = await run.result();
      expect(ended).toMatchObject({ verdict: 'go' });
      expect(ended.continued).toBeUndefined();
      expect(ended.approvals[1]?.votes.filter(({ status }) => status === 'counted').map(({ by }) => by)).toEqual([
        'Cy',
        'Ada',
      ]);
      expect(world.deeds).toEqual(['one.a', 'two.b']);
      expect(ended.events).toBeGreaterThan(SUGGESTED_AT * 2);
      expect(world.events.filter(({ type }) => type === 'go-live.started').length).toBe(1);
      await recordAs(server.client, made.target.id, 'continued-the-first-execution-hands-on', runId);
      await recordAs(server.client, made.target.id, 'continued-the-second-execution-goes-on');
    });
  }, 60_000);

  test('takes back in the next execution what was done in the one before', async () => {
    const world = new FakeWorld();
    const made = asked();
    await go(world, made, async (run) => {
      await run.until((state) => state.waiting?.id === 'one', 'the first question');
      await flood(run);
      await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
      await untilAsked(made, 'two');
      await server.client.workflow.getHandle(made.target.id).executeUpdate('reject', {
        args: [{ approval: 'two', role: 'cto', by: 'Ada', reason: 'no' }],
      });
      expect(await run.result()).toMatchObject({ verdict: 'no-go' });
      expect(world.deeds).toEqual(['one.a', 'undo one.a']);
    });
  }, 60_000);

  test('cannot be begun by a client with a past that it made up', async () => {
    const made = asked();
    const world = new FakeWorld();
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const handle = await server.client.workflow.start('goLive', {
        workflowId: made.target.id,
        taskQueue: made.target.id,
        args: [
          { plan: made, planDigest: 'p1', startedBy: 'Eve' },
          { state: {}, phases: {}, undos: [], next: 2, refused: 0 },
        ],
      });
      await expect(handle.result()).rejects.toMatchObject({
        cause: { message: 'The go-live was not started: it brings a past of its own.' },
      });
      expect(world.deeds).toEqual([]);
    });
  }, 60_000);

  test('after a reset, votes that the server sends again count once', async () => {
    const made = asked();
    const world = new FakeWorld();
    await go(world, made, async (run) => {
      await run.until((state) => state.waiting?.id === 'one', 'the first question');
      await run.handle.signal('approve', { approval: 'two', role: 'sre', by: 'Cy' });
      await run.send('approve', { approval: 'one', role: 'cto', by: 'Ada' });
      await untilAsked(made, 'two');
      const history = await run.handle.fetchHistory();
      const first = (history.events ?? []).find((event) => event.workflowTaskCompletedEventAttributes);
      await server.client.workflowService.resetWorkflowExecution({
        namespace: 'default',
        workflowExecution: { workflowId: made.target.id },
        reason: 'a test',
        workflowTaskFinishEventId: first?.eventId ?? null,
        requestId: 'reset-1',
      });
      const state = await untilAsked(made, 'two');
      expect(state.approvals.map(({ votes }) => votes.map(({ by, status }) => `${by} ${status}`))).toEqual([
        ['Ada counted'],
        ['Cy counted'],
      ]);
      const handle = server.client.workflow.getHandle(made.target.id);
      await handle.executeUpdate('approve', { args: [{ approval: 'two', role: 'cto', by: 'Ada' }] });
      expect(await handle.result()).toMatchObject({ verdict: 'go' });
      expect(world.deeds.at(-1)).toBe('two.b');
      expect(world.deeds.filter((deed) => deed === 'two.b')).toHaveLength(1);
    });
  }, 60_000);
});
