import { describe, expect, test } from '@jest/globals';
import { WorkflowFailedError } from '@temporalio/client';
import { ApplicationFailure } from '@temporalio/common';
import type { Finding } from '../../model/preflight/finding.js';
import type { Mode, Plan } from '../../model/plan/plan.js';
import type { ScheduledResult, ScheduledStart } from '../../model/plan/schedule.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
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

describe('a schedule that looks only', () => {
  const lookOnce = async (
    world: FakeWorld,
    mode: Mode,
    freeze = false,
  ): Promise<{ status: string; sentence: string }> => {
    const right = {
      id: 'look',
      times: { everyMs: 1000, timezone: 'UTC' },
      catchUpMs: 60_000,
      preflight: true as const,
    };
    const blackouts = freeze ? [{ from: '2020-01-01T00:00:00Z', to: '2100-01-01T00:00:00Z', why: 'freeze' }] : [];
    const made = plan([phase('one', [step('a')])], {
      mode,
      schedule: { ...right, blackouts },
      notices: [
        { on: ['no-go'], with: { kind: 'slack' } },
        { on: ['started', 'go'], with: { kind: 'telegram' } },
      ],
    });
    const schedule = { ...right, blackouts, title: 'Look', pauseOnFailure: false, plan: made };
    const start: ScheduledStart = { schedule, appliedBy: 'Ada' };
    const { id } = made.target;
    return withWorker(server.address, id, world, ['fake.act'], async () => {
      const options = { workflowId: `${id}/run`, taskQueue: id, args: [start] as [ScheduledStart] };
      const running = server.client.workflow.execute<(start: ScheduledStart) => Promise<ScheduledResult>>(
        'scheduled',
        options,
      );
      const result = await running.catch((error: unknown) => {
        const cause = error instanceof WorkflowFailedError ? error.cause : undefined;
        const told: unknown = cause instanceof ApplicationFailure ? cause.details?.[0] : undefined;
        if (!(told instanceof Object && 'status' in told && typeof told.status === 'string')) throw error;
        return { ...told, status: told.status, sentence: `failed: ${cause?.message}` };
      });
      await recordAs(server.client, options.workflowId, `a-schedule-looks-${result.status}`);
      return result;
    });
  };
  const host: Finding = { ...missing, area: 'host', what: 'db:5432' };

  test.each<[string, Mode, Finding[], string, string, number]>([
    ['all is there', 'live', [{ ...missing, standing: 'there' }], 'there', 'All that it needs is there.', 0],
    [
      'something is missing',
      'live',
      [missing],
      'missing',
      'failed: 1 thing missing: $TOKEN (one.a): It is not set.',
      1,
    ],
    ['a rehearsal lacks a secret', 'rehearse', [missing, host], 'missing', 'failed: 1 thing missing: $TOKEN', 1],
    ['a rehearsal lacks a host', 'rehearse', [host], 'there', 'Live, 1 thing would be missing: db:5432', 0],
  ])(
    'when %s (%s): nothing is begun, and the channel hears of what is missing',
    async (...row) => {
      const [, mode, found, status, sentence, told] = row;
      const world = new FakeWorld();
      world.preflight = found;
      expect(await lookOnce(world, mode)).toMatchObject({
        status,
        sentence: expect.stringContaining(sentence),
        findings: found,
      });
      expect([world.record, world.events]).toEqual([[], []]);
      expect(world.notices.map(({ with: channel, unlogged }) => [channel, unlogged])).toEqual(
        Array.from({ length: told }, () => [{ kind: 'slack' }, true]),
      );
    },
    60_000,
  );

  test('does not look in a blackout', async () => {
    const world = new FakeWorld();
    world.preflight = [missing];
    expect(await lookOnce(world, 'live', true)).toMatchObject({ status: 'blackout' });
    expect(world.notices).toEqual([]);
  }, 60_000);

  test('that cannot look does not say that all is there', async () => {
    class Blind extends FakeWorld {
      override activities(kinds: readonly string[]): ReturnType<FakeWorld['activities']> {
        const preflight = () => Promise.reject(ApplicationFailure.nonRetryable('The disk is gone.', 'INTERNAL'));
        return { ...super.activities(kinds), preflight };
      }
    }
    const world = new Blind();
    const sentence = 'failed: It could not be looked for: The disk is gone.';
    expect(await lookOnce(world, 'live')).toMatchObject({ status: 'inconclusive', sentence });
    expect(world.notices).toMatchObject([{ title: 'Look', text: 'It could not be looked for: The disk is gone.' }]);
  }, 60_000);
});
