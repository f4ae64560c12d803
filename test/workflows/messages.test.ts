import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

const ALL = process.env.GOLIVE_ALL !== undefined;
const SEED = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));

let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
  console.log(`GOLIVE_SEED=${SEED}`);
}, 120_000);
afterAll(() => server.stop());

/** A generator of the seed: mulberry32. */
function random(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let value = Math.imul(state ^ (state >>> 15), 1 | state);
    value = (value + Math.imul(value ^ (value >>> 7), 61 | value)) ^ value;
    return ((value ^ (value >>> 14)) >>> 0) / 4294967296;
  };
}
function shuffled<T>(list: readonly T[], next: () => number): T[] {
  const rest = [...list];
  return list.map(() => rest.splice(Math.floor(next() * rest.length), 1)[0] as T);
}

const asked = () =>
  plan([
    phase('one', [step('a')], {
      approvals: [
        approval('one', {
          needs: [
            { role: 'cto', count: 2 },
            { role: 'sre', count: 1 },
          ],
        }),
      ],
    }),
  ]);

async function go(world: FakeWorld, drive: (run: Running) => Promise<void>): Promise<void> {
  const made = asked();
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    await drive(await begin(server.client, made.target.id, made));
  });
}

const votes = [
  { name: 'approve', message: { approval: 'one', role: 'cto', by: 'Ada' } },
  { name: 'approve', message: { approval: 'one', role: 'cto', by: 'Bo' } },
  { name: 'approve', message: { approval: 'one', role: 'sre', by: 'Cy' } },
];
const junk: unknown[] = [
  null,
  1,
  'x',
  [],
  {},
  { approval: 1 },
  { approval: 'x'.repeat(3000) },
  { approval: 'one', role: 'cto', by: '' },
  { approval: 'one', role: 'king', by: 'Eve' },
  { approval: 'two', role: 'cto', by: 'Eve' },
  { __proto__: null, approval: 'one', role: 'cto', by: 'Eve', admin: true },
  { approval: 'one', role: 'cto', by: '\u001b[2J' },
  undefined,
  { nested: { deep: [1, 2, { x: 'y'.repeat(100) }] } },
];
const NAMES = ['approve', 'reject', 'tick', 'choose', 'waive', 'omit', 'abort', 'unknown', '__proto__', 'constructor'];

describe('messages', () => {
  test('a flood of junk changes nothing and wedges nothing; a good answer still works', async () => {
    const world = new FakeWorld();
    await go(world, async (run) => {
      await run.until((state) => state.waiting?.id === 'one', 'the question');
      const next = random(SEED);
      const count = ALL ? 5000 : 300;
      for (let sent = 0; sent < count; sent += 50) {
        await Promise.all(
          Array.from({ length: 50 }, () => {
            // An abort that can be read is an abort.
            const name = NAMES[Math.floor(next() * NAMES.length)] ?? 'approve';
            return run.handle.signal(name, junk[Math.floor(next() * junk.length)]);
          }),
        );
      }
      let refused = 0;
      for (let sent = 0; sent < (ALL ? 500 : 60); sent += 1) {
        const answer = await run
          .send('approve', junk[Math.floor(next() * junk.length)] as object)
          .catch(() => ({ accepted: false }));
        if (!answer.accepted) refused += 1;
      }
      expect(refused).toBe(ALL ? 500 : 60);
      const still = await run.until((state) => state.waiting?.id === 'one', 'the question, still');
      expect(still.approvals[0]?.votes).toEqual([]);
      expect(still.refusals.length).toBeLessThanOrEqual(20);
      for (const { name, message } of votes) expect(await run.send(name, message)).toMatchObject({ accepted: true });
      expect((await run.result()).verdict).toBe('go');
      expect(world.deeds).toEqual(['one.a']);
      const history = await run.handle.fetchHistory();
      // The server itself begins a task anew when more messages wait than it buffers; the worker must fail none.
      const failed = (history.events ?? []).filter(
        ({ workflowTaskFailedEventAttributes: one }) => one && one.identity !== 'history-service',
      );
      expect(failed).toEqual([]);
    });
  }, 240_000);

  test.each(Array.from({ length: ALL ? 40 : 4 }, (_, index) => index))(
    'good votes doubled and in any order, by signal and by update, count once (%d)',
    async (round) => {
      const next = random(SEED + round);
      const world = new FakeWorld();
      await go(world, async (run) => {
        // Some come before the question, some while it waits, some when all is over.
        const early = Math.floor(next() * 5);
        const all = shuffled([...votes, ...votes, ...votes], next);
        for (const [index, { name, message }] of all.entries()) {
          if (index === early)
            await run.until((state) => state.waiting?.id === 'one' || state.endedAt !== undefined, 'the question');
          if (next() < 0.5) await run.handle.signal(name, message).catch(() => undefined);
          else await run.send(name, message).catch(() => undefined);
        }
        const state = await run.result();
        expect(state.verdict).toBe('go');
        expect(
          state.approvals[0]?.votes
            .filter((vote) => vote.status === 'counted')
            .map((vote) => vote.by)
            .toSorted(),
        ).toEqual(['Ada', 'Bo', 'Cy']);
        expect(world.deeds).toEqual(['one.a']);
      });
    },
    60_000,
  );

  test('what comes too late is refused and changes nothing', async () => {
    const world = new FakeWorld();
    await go(world, async (run) => {
      await run.until((state) => state.waiting?.id === 'one', 'the question');
      for (const { name, message } of votes) await run.send(name, message);
      const ended = await run.result();
      await expect(run.send('reject', { approval: 'one', role: 'cto', by: 'Eve', reason: 'late' })).rejects.toThrow();
      expect(await run.state()).toEqual(ended);
    });
  }, 60_000);
});
