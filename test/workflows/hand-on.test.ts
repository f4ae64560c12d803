import { afterAll, describe, expect, test } from '@jest/globals';
import { planDigestOf } from '../../client/go-live/launch.js';
import { addressText, readAddress } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from '../kits/fake-world.js';
import { handingOn, SUGGESTED_AT } from '../kits/handing-on.js';
import { recordAs } from '../kits/histories.js';
import { approval, gate, phase, plan, step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { ask, signedPlan, signedStart, ssh, vote } from '../kits/signed-go-live.js';
import { eventually } from '../kits/until.js';

const ALL = process.env.GOLIVE_ALL !== undefined;
const { server, go, executions, newest, untilAsked } = handingOn();
afterAll(() => ssh.remove());

/** Messages that are large, and none of which means anything. The server suggests to go on at 4 MiB, later than here. */
const floodOf =
  (count: number, bytes: number, senders = 1) =>
  async (made: Plan): Promise<number> => {
    const handle = server.client.workflow.getHandle(made.target.id);
    const message = { approval: 'two', role: 'cto', by: 'Ada', reason: 'x'.repeat(bytes) };
    // One that comes while the go-live goes on is refused at the door: whoever sent it is told.
    const send = async (): Promise<void> => {
      for (let sent = 0; sent < count / senders; sent += 1)
        await handle.signal('approve', message).catch(() => undefined);
    };
    await Promise.all(Array.from({ length: senders }, send));
    return count;
  };
const floodOfBytes = ALL ? floodOf(40, 300_000) : floodOf(6, 300_000);
/** More than the server's own limit of 50 MiB, in messages as large as it takes them. */
const floodOfGiants = floodOf(28, 1_900_000);
/** The same by four who send at once: the worker's task does not end before they do, and the history has some 36 MiB then. */
const floodOfMany = floodOf(28, 1_900_000, 4);

/** Sends nonsense of many kinds to whatever execution is the newest. */
const MANY = SUGGESTED_AT * (ALL ? 3 : 1) + 20;
async function floodOfNumbers(made: Plan): Promise<number> {
  const handle = server.client.workflow.getHandle(made.target.id);
  let sent = 0;
  for (; sent < MANY; sent += 20) {
    await Promise.all(
      Array.from({ length: 20 }, (_, n) =>
        handle.signal(['approve', 'reject', 'tick', 'choose', 'waive', 'omit'][n % 6] ?? '', {
          approval: 'two',
          role: 'king',
          by: `Eve ${n}`,
        }),
      ),
    );
  }
  return sent;
}

describe('a flood while people are asked', () => {
  /** Floods the open question until it stands in a later execution, and gives how it stands there. */
  async function flooded(made: Plan, about: string, kind: (made: Plan) => Promise<number>): Promise<GoLiveState> {
    const before = await untilAsked(made, about);
    const sent = await kind(made);
    const begun = performance.now();
    const after = await eventually('a next execution', 60_000, async () => {
      const state = await newest(made);
      return (await executions(made)).length > 1 && state.waiting?.id === about && state;
    });
    expect(after.waiting).toMatchObject({ ...before.waiting });
    expect(after.approvals).toEqual(before.approvals);
    const told = `${sent} sent while '${about}' is open, 0 accepted, 0 ended`;
    const waited = `${Math.round(performance.now() - begun)} ms after the last it stands`;
    console.log(`flood: ${told}, ${(await executions(made)).length} executions, ${waited}`);
    return after;
  }
  const send = async (made: Plan, name: string, message: object): Promise<unknown> =>
    server.client.workflow.getHandle(made.target.id).executeUpdate(name, { args: [message] });

  test.each([
    ['numbers', floodOfNumbers],
    ['bytes', floodOfBytes],
    ...(ALL ? [['messages of 1.9 MB', floodOfGiants] as const] : []),
  ])(
    'of %s: an approval before the steps goes on in the next execution, and so do its votes',
    async (_name, kind) => {
      const world = new FakeWorld();
      const made = plan([
        phase('one', [step('a')]),
        phase('two', [step('b')], {
          approvals: [approval('first'), approval('two', { needs: [{ role: 'cto', count: 2 }] })],
        }),
      ]);
      await go(world, made, async (run) => {
        await untilAsked(made, 'first');
        await send(made, 'approve', { approval: 'first', role: 'cto', by: 'Ada' });
        await untilAsked(made, 'two');
        await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' });
        const after = await flooded(made, 'two', kind);
        expect(after.phases[1]).toMatchObject({ attempt: 1, status: 'waiting' });
        expect(await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' })).toMatchObject({
          accepted: false,
        });
        expect(await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Bo' })).toMatchObject({
          accepted: true,
        });
        expect(await run.result()).toMatchObject({ verdict: 'go' });
        expect(world.deeds).toEqual(['one.a', 'two.b']);
        const told = world.events.map(({ type }) => type);
        expect(told.filter((type) => type === 'approval.asked')).toHaveLength(2);
        expect(told.filter((type) => type === 'phase.started')).toHaveLength(2);
        const said = JSON.stringify(world.events.filter(({ type }) => type === 'message.refused'));
        expect(said.length).toBeLessThan(40_000);
      });
    },
    120_000,
  );

  test('an approval after the steps, with what was measured', async () => {
    const world = new FakeWorld();
    const made = plan([
      phase('one', [step('a')], {
        approvals: [approval('one'), approval('two', { when: 'after' })],
        gates: [gate('g', 'steps.a.ok', 1)],
      }),
    ]);
    await go(world, made, async (run) => {
      await untilAsked(made, 'one');
      await send(made, 'approve', { approval: 'one', role: 'cto', by: 'Ada' });
      await flooded(made, 'two', floodOfNumbers);
      await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' });
      expect(await run.result()).toMatchObject({ verdict: 'go', phases: [{ attempt: 1, gates: [{ verdict: 'go' }] }] });
      expect(world.deeds).toEqual(['one.a']);
    });
  }, 120_000);

  test('a checklist', async () => {
    const world = new FakeWorld();
    const item = { id: addressText(readAddress('one.x')), text: 'x', role: 'sre' };
    const made = plan([phase('one', [step('a')], { approvals: [approval('two')], checklist: [item] })]);
    await go(world, made, async (run) => {
      await untilAsked(made, 'two');
      await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' });
      await flooded(made, 'one', floodOfNumbers);
      await send(made, 'tick', { item: 'one.x', role: 'sre', by: 'Bo' });
      expect(await run.result()).toMatchObject({ verdict: 'go' });
      expect(world.deeds).toEqual(['one.a']);
      const first = run.handle.firstExecutionRunId;
      await recordAs(server.client, made.target.id, 'flooded-the-open-question-is-handed-on', first);
      await recordAs(server.client, made.target.id, 'flooded-the-next-execution-takes-it-up');
    });
  }, 120_000);

  test('an operator’s choice about a step: what is done stays done', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a'), step('b', { onFail: 'ask' })])]);
    await go(world, made, async (run) => {
      world.broken.set('one.b', 1);
      await flooded(made, 'one.b', floodOfNumbers);
      await send(made, 'choose', { choice: 'retry', role: 'sre', by: 'Bo' });
      expect(await run.result()).toMatchObject({ verdict: 'go', operator: [{ choice: 'retry' }] });
      expect(world.deeds).toEqual(['one.a', 'one.b']);
    });
  }, 120_000);

  test('an operator’s choice about a phase that failed for good', async () => {
    const world = new FakeWorld();
    const onFail = { attempts: 1, then: 'ask', ask: { role: 'sre', expiresMs: 600_000 } } as const;
    const made = plan([phase('one', [step('a'), step('b')], { onFail })]);
    await go(world, made, async (run) => {
      world.broken.set('one.b', 1);
      await flooded(made, 'one', ALL ? floodOfGiants : floodOfBytes);
      await send(made, 'choose', { choice: 'retry-phase', role: 'sre', by: 'Bo' });
      const ended = await run.result();
      expect(ended).toMatchObject({ verdict: 'go', operator: [{ choice: 'retry-phase' }] });
      // What was not written yet has travelled.
      expect(ended.refusals.length).toBeGreaterThan(0);
      expect(world.events.filter(({ type }) => type === 'message.refused')).toHaveLength(ended.refusals.length);
      expect(world.deeds).toEqual(['one.a', 'one.a', 'one.b']);
      expect(world.events.filter(({ type }) => type === 'operator.chose')).toHaveLength(1);
      const first = run.handle.firstExecutionRunId;
      await recordAs(server.client, made.target.id, 'flooded-with-bytes-a-failed-phase-is-handed-on', first);
      await recordAs(server.client, made.target.id, 'flooded-with-bytes-a-failed-phase-is-taken-up');
    });
  }, 120_000);

  test('an operator’s choice about an undo that failed: it is carried out, once', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a'), step('b'), step('c')])]);
    await go(world, made, async (run) => {
      world.broken.set('one.c', 1);
      world.broken.set('undo one.a', 1);
      world.broken.set('undo one.b', 1);
      await flooded(made, 'one.b', ALL ? floodOfMany : floodOfBytes);
      await send(made, 'choose', { choice: 'retry', role: 'sre', by: 'Bo' });
      // The next question is handed on, too; its answer comes with the flood.
      await untilAsked(made, 'one.a');
      const more = floodOfBytes(made);
      await send(made, 'choose', { choice: 'retry', role: 'sre', by: 'Bo' });
      await more;
      const ended = await run.result();
      expect(ended).toMatchObject({ verdict: 'no-go', rollbackIncomplete: false });
      expect(ended.operator.map(({ about, choice }) => [about, choice])).toEqual([
        ['one.b', 'retry'],
        ['one.a', 'retry'],
      ]);
      expect(world.deeds).toEqual(['one.a', 'one.b', 'undo one.c', 'undo one.b', 'undo one.a']);
      expect(world.events.filter(({ type }) => type === 'rollback.started')).toHaveLength(1);
      const first = run.handle.firstExecutionRunId;
      await recordAs(server.client, made.target.id, 'flooded-with-bytes-a-failed-undo-is-handed-on', first);
      await recordAs(server.client, made.target.id, 'flooded-with-bytes-a-failed-undo-is-taken-up');
    });
  }, 240_000);

  test('updates that cannot be read are not in the history', async () => {
    const made = plan([phase('one', [step('a')], { approvals: [approval('two')] })]);
    await go(new FakeWorld(), made, async (run) => {
      await untilAsked(made, 'two');
      const giant = { approval: 'two', role: 'cto', by: 'Ada', reason: 'x'.repeat(1_900_000) };
      for (let sent = 0; sent < (ALL ? 28 : 3); sent += 1) await expect(send(made, 'approve', giant)).rejects.toThrow();
      expect((await run.handle.describe()).historySize).toBeLessThan(100_000);
      expect(await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' })).toMatchObject({
        accepted: true,
      });
      expect(await run.result()).toMatchObject({ verdict: 'go' });
      expect(await executions(made)).toHaveLength(1);
    });
  }, 120_000);

  test('a decision, bound to what was collected', async () => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a')])], {
      decisions: [
        { id: 'early', title: 'Early', requires: ['one'] },
        { id: 'two', title: 'Two', requires: ['one', 'early'], approval: approval('two') },
      ],
    });
    await go(world, made, async (run) => {
      await flooded(made, 'two', ALL ? floodOfGiants : floodOfBytes);
      await send(made, 'approve', { approval: 'two', role: 'cto', by: 'Ada' });
      expect(await run.result()).toMatchObject({ verdict: 'go' });
      expect(world.deeds).toEqual(['one.a']);
      expect(world.events.filter(({ type }) => type === 'decision')).toHaveLength(2);
    });
  }, 120_000);

  test('of forged signatures: the nonce stays, so a vote that was signed before the flood counts after it', async () => {
    const world = new FakeWorld();
    const made = signedPlan();
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const more = { planDigest: planDigestOf(made), signed: signedStart(made, 'Bo', 'bo') };
      const run = await begin(server.client, made.target.id, made, 'Bo', more);
      const before = await untilAsked(made, 'one');
      const good = [vote(before, ask('one', 'Ada'), 'ada'), vote(before, ask('one', 'Dee'), 'dee')];
      const forged = vote(before, ask('one', 'Ada'), 'stranger');
      await flooded(made, 'one', async () => {
        const handle = server.client.workflow.getHandle(made.target.id);
        for (let sent = 0; sent < SUGGESTED_AT; sent += 10)
          await Promise.all(Array.from({ length: 10 }, () => handle.signal('approve', forged)));
        return SUGGESTED_AT;
      });
      for (const one of good) expect(await send(made, 'approve', one)).toMatchObject({ accepted: true });
      const next = await untilAsked(made, 'two');
      expect(await send(made, 'approve', vote(next, ask('two', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      expect(await run.result()).toMatchObject({ verdict: 'go' });
      expect(world.deeds).toEqual(['one.a', 'two.b']);
    });
  }, 120_000);
});
