import { afterAll, describe, expect, test } from '@jest/globals';
import { planDigestOf } from '../../client/go-live/launch.js';
import type { ApproveMessage } from '../../model/people/message.js';
import { BREAK_GLASS_NAMESPACE, STATEMENT_TYPE, startExpected } from '../../model/signing/signing.js';
import { FakeWorld } from '../kits/fake-world.js';
import { begin, withWorker } from '../kits/run-go-live.js';
import { ask, goSigned, signedPlan, signedStart, ssh, times, vote } from '../kits/signed-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();
afterAll(() => ssh.remove());

describe('signed approvals', () => {
  test('forged ones count for nothing, each refused for its own reason; good ones count once', async () => {
    const other = signedPlan();
    const made = signedPlan({ revoked: ssh.revoke('dee') });
    await goSigned(server, made, async (run, world) => {
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
});
