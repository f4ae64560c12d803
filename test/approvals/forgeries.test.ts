import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { asId } from '../../model/plan/address.js';
import { planDigestOf } from '../../client/go-live/launch.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import type { ApproveMessage } from '../../model/people/message.js';
import type { Plan } from '../../model/plan/plan.js';
import {
  BREAK_GLASS_NAMESPACE,
  type Signed,
  STATEMENT_TYPE,
  startExpected,
  type Statement,
  statementText,
} from '../../model/signing/signing.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { SshKeys } from '../kits/ssh.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

const ssh = new SshKeys();
let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(async () => {
  ssh.remove();
  await server.stop();
});

const PEOPLE = { Ada: ['cto'], Bo: ['cto', 'sre'], Cy: ['sre'], Dee: ['cto'], Eve: ['sre'] };
const PRINCIPALS = { Ada: 'ada@x', Bo: 'bo@x', Cy: 'cy@x', Dee: 'dee@x', Eve: 'eve@x' };

/** A plan whose one question needs two CTOs; Bo starts it. */
function signedPlan(
  more: { revoked?: string; breakGlass?: boolean; needs?: Plan['phases'][0]['approvals'][0]['needs'] } = {},
): Plan {
  const signers =
    ssh.line(PRINCIPALS.Ada, 'ada') +
    ssh.line(PRINCIPALS.Ada, 'ada-second') +
    ssh.line(PRINCIPALS.Bo, 'bo', { type: 'ecdsa' }) +
    ssh.line(PRINCIPALS.Cy, 'cy') +
    ssh.line(PRINCIPALS.Dee, 'dee', { type: 'rsa' }) +
    ssh.line(PRINCIPALS.Eve, 'eve', { namespaces: BREAK_GLASS_NAMESPACE }) +
    ssh.line(PRINCIPALS.Ada, 'ada-old', { options: 'valid-before="20200101Z"' });
  return plan(
    [
      phase('one', [step('a')], {
        approvals: [approval('one', { needs: more.needs ?? [{ role: 'cto', count: 2 }], starterMay: false })],
      }),
      phase('two', [step('b')], { approvals: [approval('two', { needs: [{ role: 'cto', count: 1 }] })] }),
    ],
    {
      mode: 'live',
      people: PEOPLE,
      signing: {
        level: 'signed',
        signers,
        principals: PRINCIPALS,
        ...(more.revoked === undefined ? {} : { revoked: more.revoked }),
        ...(more.breakGlass ? { breakGlass: { reviewMs: 3_600_000 } } : {}),
      },
    },
  );
}

const times = (from = 0, life = 3_600_000) => ({
  issuedAt: new Date(Date.now() + from).toISOString(),
  expiresAt: new Date(Date.now() + from + life).toISOString(),
});

const signedStart = (made: Plan, by: keyof typeof PRINCIPALS, key: string): Signed =>
  ssh.statement(key, {
    ...startExpected(made.goLiveId, planDigestOf(made), by),
    type: STATEMENT_TYPE,
    principal: PRINCIPALS[by],
    ...times(),
  });

async function go(made: Plan, drive: (run: Running, world: FakeWorld) => Promise<void>): Promise<void> {
  const world = new FakeWorld();
  ssh.path('bo', 'ecdsa');
  ssh.path('dee', 'rsa');
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const more = { planDigest: planDigestOf(made), signed: signedStart(made, 'Bo', 'bo') };
    await drive(await begin(server.client, made.target.id, made, 'Bo', more), world);
    const name = expect.getState().currentTestName ?? 'unnamed';
    await recordAs(
      server.client,
      made.target.id,
      name
        .replace(/[^a-z]+/gi, '-')
        .toLowerCase()
        .slice(0, 60),
    );
  });
}

/** A message with the statement that would be right for it, signed; `forge` makes it wrong. */
function vote(
  state: GoLiveState,
  message: ApproveMessage,
  key: string,
  forge: { statement?: Partial<Statement>; namespace?: string; verb?: 'approve' | 'reject' } = {},
): ApproveMessage {
  const expected = expectedStatement(state, forge.verb ?? 'approve', message);
  if (typeof expected === 'string') throw new Error(expected);
  const principal = PRINCIPALS[message.by as keyof typeof PRINCIPALS] ?? 'nobody@x';
  const statement = { ...expected, type: STATEMENT_TYPE, principal, ...times(), ...forge.statement } as Statement;
  return { ...message, ...ssh.statement(key, statement, forge.namespace) };
}

const ask = (approvalId: string, by: string, role = 'cto', reason = 'fine'): ApproveMessage => ({
  approval: approvalId,
  role,
  by,
  reason,
});

describe('signed approvals', () => {
  test('forged ones count for nothing, each refused for its own reason; good ones count once', async () => {
    const other = signedPlan();
    const made = signedPlan({ revoked: ssh.revoke('dee') });
    await go(made, async (run, world) => {
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      const message = ask('one', 'Ada');
      const flip = (text: string, at: number) =>
        `${text.slice(0, at)}${text[at] === 'A' ? 'B' : 'A'}${text.slice(at + 1)}`;
      const right = vote(state, message, 'ada');
      const broken = (changes: Partial<ApproveMessage>) => ({ ...right, ...changes });
      const text = right.statement ?? '';
      const signature = right.signature ?? '';
      const forgeries: [name: string, why: RegExp, forged: (n: number) => ApproveMessage][] = [
        ['unsigned', /must be signed/, () => message],
        ['a statement without signature', /must be signed/, () => broken({ signature: undefined })],
        ['a stranger’s key', /not by a key of ada@x/, (n) => vote(state, message, `stranger-${n}`)],
        ['another person’s key', /not by a key of ada@x/, () => vote(state, message, 'cy')],
        ['right key, role not held', /does not hold the role/, () => vote(state, ask('one', 'Ada', 'sre'), 'ada')],
        [
          'right key, role not asked for',
          /does not ask for the role/,
          () => vote(state, ask('one', 'Cy', 'sre'), 'cy'),
        ],
        ['an unknown role', /no role/, () => vote(state, ask('one', 'Ada', 'king'), 'ada')],
        ['the starter', /started this go-live/, () => vote(state, ask('one', 'Bo'), 'bo')],
        [
          'another printed name',
          /no principal/,
          () => vote(state, ask('one', 'Grace'), 'ada', { statement: { principal: 'ada@x' } }),
        ],
        [
          'someone else’s principal',
          /signs as ada@x/,
          () => vote(state, message, 'cy', { statement: { principal: 'cy@x' } }),
        ],
        ['expired', /expired/, () => vote(state, message, 'ada', { statement: times(-7_200_000) })],
        ['from the future', /in the future/, () => vote(state, message, 'ada', { statement: times(3_600_000) })],
        ['for ever', /longer than a week/, () => vote(state, message, 'ada', { statement: times(0, 40 * 86_400_000) })],
        [
          'another go-live',
          /another go-live/,
          () => vote(state, message, 'ada', { statement: { goLive: other.goLiveId } }),
        ],
        ['another question', /another question/, () => vote(state, message, 'ada', { statement: { about: 'two' } })],
        ['another nonce', /earlier asking/, (n) => vote(state, message, 'ada', { statement: { nonce: `n${n}` } })],
        [
          'another plan',
          /another plan/,
          () => vote(state, message, 'ada', { statement: { plan: planDigestOf(other) } }),
        ],
        [
          'another digest',
          /changed since/,
          () => vote(state, message, 'ada', { statement: { digest: '0'.repeat(64) } }),
        ],
        [
          'an approval of a rejection',
          /another kind of message/,
          () => vote(state, message, 'ada', { statement: { message: 'reject' } }),
        ],
        [
          'another meaning',
          /differ in 'meaning'/,
          () => vote(state, message, 'ada', { statement: { meaning: 'Lunch?' } }),
        ],
        ['another reason', /differ in 'reason'/, () => broken({ reason: 'I was told to' })],
        ['signed for git', /not signed for golive-approval/, () => vote(state, message, 'ada', { namespace: 'git' })],
        [
          'signed for files',
          /not signed for golive-approval/,
          () => vote(state, message, 'ada', { namespace: 'file' }),
        ],
        [
          'signed for the emergency',
          /not signed for golive-approval/,
          () => vote(state, message, 'ada', { namespace: BREAK_GLASS_NAMESPACE }),
        ],
        [
          'a key for emergencies only',
          /not (by a key|signed for|valid)|not good/,
          () => vote(state, { ...ask('one', 'Eve', 'sre') }, 'eve'),
        ],
        [
          'break-glass that nobody allowed',
          /Nobody may break the glass|not signed for|not by a key/,
          () =>
            vote(state, { ...ask('one', 'Eve', 'sre'), breakGlass: 'yes' }, 'eve', {
              namespace: BREAK_GLASS_NAMESPACE,
            }),
        ],
        ['a revoked key', /revoked/, () => vote(state, ask('one', 'Dee'), 'dee')],
        ['a key whose time is over', /not valid now|not by a key|not good/, () => vote(state, message, 'ada-old')],
        [
          'a key twice in the statement',
          /canonical/,
          () => broken({ statement: text.replace('{', '{"about":"two",') }),
        ],
        [
          'a statement with blanks',
          /canonical/,
          (n) => broken({ statement: text.replace('{', `{${' '.repeat(n + 1)}`) }),
        ],
        [
          'a statement with an extra field',
          /unknown field/,
          () => vote(state, message, 'ada', { statement: { extra: 'x' } as never }),
        ],
        [
          'a changed statement under a good signature',
          /differ in|another|signs as|future|expired/,
          () => broken({ statement: text.replace('"Ada"', '"Bo"'), by: 'Bo' }),
        ],
        [
          'a flipped signature',
          /not good|not by a key|not signed|does not fit/,
          (n) => broken({ signature: flip(signature, 150 + 7 * n) }),
        ],
        [
          'another encoding of base64',
          /plain base64|control characters/,
          (n) => broken({ signature: ['\n', ' ', '-', '_', '='].map((c) => signature.slice(0, -3) + c)[n] ?? '!' }),
        ],
        [
          'a signature that is none',
          /not good|plain base64/,
          (n) => broken({ signature: Buffer.alloc(60 + 3 * n, 7).toString('base64') }),
        ],
        [
          'a statement that is too long',
          /longer than/,
          () => vote(state, message, 'ada', { statement: { meaning: 'x'.repeat(6500) } }),
        ],
        ['before it is asked', /not been asked/, () => ({ ...right, approval: 'two' })],
        ['no such question', /no approval/, () => ({ ...right, approval: 'three' })],
      ];
      let sent = 0;
      const survivors: string[] = [];
      for (const [name, why, forged] of forgeries) {
        for (let variant = 0; variant < 3; variant += 1) {
          const answer = await run.send('approve', forged(variant)).catch((error: Error & { cause?: Error }) => ({
            accepted: false,
            reason: error.cause?.message ?? error.message,
          }));
          sent += 1;
          if (answer.accepted || !why.test(answer.reason ?? '')) survivors.push(`${name}: ${JSON.stringify(answer)}`);
        }
        // The same by a bare signal: nobody answers, nothing changes.
        await run.handle.signal('approve', forged(3));
        sent += 1;
      }
      expect(survivors).toEqual([]);
      expect(forgeries.length).toBeGreaterThanOrEqual(24);
      const after = await run.until((now) => now.waiting?.id === 'one', 'still the question');
      expect(after.approvals[0]?.votes).toEqual([]);
      expect(world.deeds).toEqual([]);

      expect(await run.send('approve', vote(after, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      // Two keys of one person are one person; the same vote again is no second one.
      expect(await run.send('approve', vote(after, ask('one', 'Ada'), 'ada-second'))).toMatchObject({
        accepted: false,
      });
      expect(await run.send('approve', vote(after, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: false });
      expect(world.deeds).toEqual([]);
      await run.handle.terminate('enough seen');
      console.log(`forgeries: ${forgeries.length} kinds, ${sent} sent, 0 accepted`);
    });
  }, 180_000);

  test('good votes of every kind of key are accepted once, any order; the nonce of an earlier asking is of no use', async () => {
    const made = signedPlan();
    await go(made, async (run, world) => {
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
    await go(made, async (run) => {
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
    await go(made, async (run, world) => {
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

  test.each([
    ['nobody', undefined, /must sign/],
    ['another plan', 'plan', /another plan/],
    ['a key of someone else', 'key', /not by a key of bo@x/],
    ['a digest that is not the plan’s', 'digest', /not the one that its digest names/],
  ])(
    'a start signed by %s does nothing',
    async (_what, flaw, why) => {
      const made = signedPlan();
      const world = new FakeWorld();
      await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
        const digest = planDigestOf(made);
        const good = signedStart(made, 'Bo', flaw === 'key' ? 'cy' : 'bo');
        const wrong = {
          ...startExpected(made.goLiveId, planDigestOf(signedPlan()), 'Bo'),
          type: STATEMENT_TYPE,
          principal: 'bo@x',
          ...times(),
        } as const;
        const signed = flaw === undefined ? undefined : flaw === 'plan' ? ssh.statement('bo', wrong) : good;
        const more = { planDigest: flaw === 'digest' ? 'f'.repeat(64) : digest, ...(signed ? { signed } : {}) };
        const run = await begin(server.client, made.target.id, made, 'Bo', more);
        await expect(run.result()).rejects.toMatchObject({ cause: { message: expect.stringMatching(why) } });
        expect([...world.deeds, ...world.events]).toEqual([]);
      });
    },
    60_000,
  );

  test('ticks, choices and waivers are signed as well; to abort is anybody’s right', async () => {
    const made = signedPlan({ needs: [{ role: 'cto', count: 1 }] });
    const [first] = made.phases;
    if (!first) throw new Error('no phase');
    first.checklist = [{ id: asId('one.window'), text: 'The window is open', role: 'sre' }];
    first.steps = [step('a', { onFail: 'ask' })];
    await go(made, async (run, world) => {
      world.broken.set('one.a', 1);
      const state = await run.until((now) => now.waiting?.id === 'one', 'the question');
      expect(await run.send('approve', vote(state, ask('one', 'Ada'), 'ada'))).toMatchObject({ accepted: true });
      const listed = await run.until((now) => now.waiting?.kind === 'checklist', 'the checklist');
      const sign = (
        now: GoLiveState,
        name: 'tick' | 'choose' | 'waive',
        message: never,
        by: 'Cy' | 'Ada',
        key: string,
      ): object => {
        const expected = expectedStatement(now, name, message);
        if (typeof expected === 'string') throw new Error(expected);
        const statement = { ...expected, type: STATEMENT_TYPE, principal: PRINCIPALS[by], ...times() } as Statement;
        return { ...(message as object), ...ssh.statement(key, statement) };
      };
      const tick = { item: 'one.window', role: 'sre', by: 'Cy' };
      expect(await run.send('tick', tick)).toMatchObject({ accepted: false });
      expect(await run.send('tick', sign(listed, 'tick', tick as never, 'Cy', 'cy'))).toMatchObject({ accepted: true });
      const asked = await run.until((now) => now.waiting?.kind === 'operator', 'the failure');
      const waive = {
        gate: 'one',
        role: 'cto',
        by: 'Ada',
        reason: 'known',
        until: new Date(Date.now() + 60_000).toISOString(),
      };
      expect(await run.send('waive', waive)).toMatchObject({ accepted: false });
      expect(await run.send('waive', sign(asked, 'waive', waive as never, 'Ada', 'ada'))).toMatchObject({
        accepted: true,
      });
      const retry = { choice: 'retry', role: 'sre', by: 'Cy' };
      expect(await run.send('choose', retry)).toMatchObject({ accepted: false });
      expect(await run.send('choose', sign(asked, 'choose', retry as never, 'Cy', 'cy'))).toMatchObject({
        accepted: true,
      });
      const next = await run.until((now) => now.waiting?.id === 'two', 'the second question');
      expect(next.checklist[0]?.signed?.principal).toBe('cy@x');
      expect(next.waivers[0]?.signed?.principal).toBe('ada@x');
      expect(next.operator[0]).toMatchObject({ choice: 'retry', signed: { principal: 'cy@x' } });
      expect(await run.send('abort', { by: 'anybody', reason: 'smoke' })).toMatchObject({ accepted: true });
      expect((await run.result()).verdict).toBe('no-go');
    });
  }, 60_000);
});

test('the text that is signed is the text that a person can read', () => {
  expect(statementText({ type: STATEMENT_TYPE, by: 'Ada', about: 'x' } as Statement)).toBe(
    '{"about":"x","by":"Ada","type":"golive-approval@v1"}',
  );
});
