import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from '@jest/globals';
import { planDigestOf } from '../../client/go-live/launch.js';
import type { ApproveMessage, MessageName, Messages } from '../../model/people/message.js';
import { asId } from '../../model/plan/address.js';
import { BREAK_GLASS_NAMESPACE, STATEMENT_TYPE, type Statement, statementText } from '../../model/signing/signing.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from '../kits/fake-world.js';
import { step } from '../kits/plans.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { ask, goSigned, PRINCIPALS, signedPlan, signedStart, ssh, times, vote } from '../kits/signed-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();
afterAll(() => ssh.remove());

describe('signed approvals', () => {
  test('good votes of every kind of key are accepted once, any order; the nonce of an earlier asking is of no use', async () => {
    const made = signedPlan();
    await goSigned(server, made, async (run, world) => {
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      const dee = vote(state, ask('one', 'Dee'), 'dee');
      await run.handle.signal('approve', dee);
      await run.handle.signal('approve', dee);
      await run.until((now) => now.approvals[0]?.votes.length === 1, 'the first vote');
      expect(await run.send('approve', vote(state, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      const next = await run.until((now) => now.waiting?.id === 'two', 'the second question');
      expect(next.approvals[0]).toMatchObject({
        status: 'approved',
        votes: [{ level: 'signed', by: 'Dee' }, { by: 'Ada' }],
      });
      expect(next.approvals[0]?.votes[1]).toMatchObject({ principal: 'ada@x', key: expect.stringMatching(/^SHA256:/) });
      expect(await run.send('approve', vote(state, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: false });
      expect(
        await run.send('approve', {
          ...vote(next, ask('two', 'Ada'), 'ada', { statement: { nonce: state.approvals[0]?.nonce } }),
        }),
      ).toMatchObject({ accepted: false });
      expect(await run.send('approve', vote(next, ask('two', 'Bo'), 'bo'))).toMatchObject({ accepted: true });
      const ended = await run.result();
      expect(ended.verdict).toBe('go');
      expect(ended.startedProof).toMatchObject({ principal: 'bo@x' });
      expect(world.deeds).toEqual(['one.a', 'two.b']);
      expect(world.events.filter(({ type }) => type === 'message.refused').length).toBe(ended.refusals.length);
    });
  }, 60_000);

  test('a key revoked while the question waits, and a vote that expired meanwhile, count no more at the close', async () => {
    const revoked = join(ssh.folder, 'revoked-later');
    writeFileSync(revoked, '');
    const made = signedPlan({ revoked });
    await goSigned(server, made, async (run) => {
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      expect(await run.send('approve', vote(state, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      writeFileSync(revoked, `${ssh.public('ada')}\n`);
      expect(await run.send('approve', vote(state, ask('one', 'Dee'), 'dee'))).toMatchObject({ accepted: true });
      const now = await run.until((one) => one.approvals[0]?.votes[0]?.status === 'void', 'the void vote');
      expect(now.approvals[0]?.votes[0]?.why).toContain('revoked');
      expect(now.waiting?.id).toBe('one');
      // Her other key is hers as well, and is good.
      const again = await run.send('approve', vote(now, ask('one', 'Ada'), 'ada-second'));
      expect(again).toMatchObject({ accepted: true });
      const next = await run.until((one) => one.waiting?.id === 'two', 'the second question');
      const brief = { issuedAt: new Date().toISOString(), expiresAt: new Date(Date.now() + 60_000).toISOString() };
      expect(await run.send('approve', vote(next, ask('two', 'Dee'), 'dee', { statement: brief }))).toMatchObject({
        accepted: true,
      });
      expect((await run.result()).verdict).toBe('go');
    });
  }, 60_000);

  test('no list of revoked keys, no vote', async () => {
    const made = signedPlan({ revoked: join(ssh.folder, 'not-there') });
    const world = new FakeWorld();
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const more = { planDigest: planDigestOf(made), signed: signedStart(made, 'Bo', 'bo') };
      const run = await begin(server.client, made.target.id, made, 'Bo', more);
      await expect(run.result()).rejects.toMatchObject({ cause: { message: expect.stringContaining('not-there') } });
      expect(world.events).toEqual([]);
    });
  }, 60_000);

  test('break-glass: one person alone, with an own key, loud in the verdict', async () => {
    const made = signedPlan({ breakGlass: true });
    await goSigned(server, made, async (run, world) => {
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      const alone: ApproveMessage = {
        ...ask('one', 'Eve', 'sre', 'CTO unreachable, incident 4711'),
        breakGlass: 'yes',
      };
      expect(
        await run.send('approve', vote(state, { ...alone, by: 'Cy' }, 'cy', { namespace: BREAK_GLASS_NAMESPACE })),
      ).toMatchObject({ accepted: false });
      expect(await run.send('approve', vote(state, alone, 'eve', { namespace: BREAK_GLASS_NAMESPACE }))).toMatchObject({
        accepted: true,
      });
      const next = await run.until((now) => now.waiting?.id === 'two', 'the second question');
      expect(await run.send('approve', vote(next, ask('two', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      const ended = await run.result();
      expect(ended.sentence).toMatch(
        /^BREAK-GLASS: Eve alone approved 'one' \(CTO unreachable, incident 4711\); review it by 20/,
      );
      expect(ended.approvals[0]?.votes).toMatchObject([{ by: 'Eve', breakGlass: true }]);
      expect(world.events.map(({ type }) => type)).toContain('break-glass');
    });
  }, 60_000);

  test('ticks, choices and waivers are signed as well; and so is an abort', async () => {
    const made = signedPlan({ needs: [{ role: 'cto', count: 1 }] });
    const [first] = made.phases;
    if (!first) throw new Error('no phase');
    first.checklist = [{ id: asId('one.window'), text: 'The window is open', role: 'sre' }];
    first.steps = [step('a', { onFail: 'ask' })];
    await goSigned(server, made, async (run, world) => {
      world.broken.set('one.a', 1);
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      expect(await run.send('approve', vote(state, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      const listed = await run.until((now) => now.waiting?.kind === 'checklist', 'the checklist');
      const sign = <N extends MessageName>(
        now: GoLiveState,
        name: N,
        message: Messages[N],
        by: 'Cy' | 'Ada',
        key: string,
      ): object => {
        const expected = expectedStatement(now, name, message);
        if (typeof expected === 'string') throw new Error(expected);
        const statement = { ...expected, type: STATEMENT_TYPE, principal: PRINCIPALS[by], ...times() } as Statement;
        return { ...message, ...ssh.statement(key, statement) };
      };
      const tick = { item: 'one.window', role: 'sre', by: 'Cy' };
      expect(await run.send('tick', tick)).toMatchObject({ accepted: false });
      expect(await run.send('tick', sign(listed, 'tick', tick, 'Cy', 'cy'))).toMatchObject({ accepted: true });
      const asked = await run.until((now) => now.waiting?.kind === 'operator', 'the failure');
      const waive = {
        gate: 'one',
        role: 'cto',
        by: 'Ada',
        reason: 'known',
        until: new Date(Date.now() + 60_000).toISOString(),
      };
      expect(await run.send('waive', waive)).toMatchObject({ accepted: false });
      expect(await run.send('waive', sign(asked, 'waive', waive, 'Ada', 'ada'))).toMatchObject({
        accepted: true,
      });
      const retry = { choice: 'retry' as const, role: 'sre', by: 'Cy' };
      expect(await run.send('choose', retry)).toMatchObject({ accepted: false });
      expect(await run.send('choose', sign(asked, 'choose', retry, 'Cy', 'cy'))).toMatchObject({
        accepted: true,
      });
      const next = await run.until((now) => now.waiting?.id === 'two', 'the second question');
      expect(next.checklist[0]?.signed?.principal).toBe('cy@x');
      expect(next.waivers[0]?.signed?.principal).toBe('ada@x');
      expect(next.operator[0]).toMatchObject({ choice: 'retry', signed: { principal: 'cy@x' } });
      expect(await run.send('abort', { by: 'anybody', reason: 'smoke' })).toMatchObject({ accepted: false });
      const stop = { by: 'Cy', reason: 'smoke' };
      expect(await run.send('abort', stop)).toMatchObject({
        accepted: false,
        reason: expect.stringContaining('signed'),
      });
      const kept = sign(next, 'abort', { ...stop, keep: 'yes' }, 'Cy', 'cy');
      expect(await run.send('abort', { ...kept, keep: undefined })).toMatchObject({
        accepted: false,
        reason: expect.stringContaining("'meaning'"),
      });
      expect(await run.send('abort', sign(next, 'abort', stop, 'Cy', 'cy'))).toMatchObject({ accepted: true });
      expect(await run.result()).toMatchObject({
        verdict: 'no-go',
        aborted: { by: 'Cy', signed: { principal: 'cy@x' } },
      });
    });
  }, 60_000);
});

test('the text that is signed is the text that a person can read', () => {
  expect(statementText({ type: STATEMENT_TYPE, by: 'Ada', about: 'x' } as Statement)).toBe(
    '{"about":"x","by":"Ada","type":"golive-approval@v1"}',
  );
});
