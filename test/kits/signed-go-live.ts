import { planDigestOf } from '../../client/go-live/launch.js';
import type { ApproveMessage } from '../../model/people/message.js';
import type { Plan } from '../../model/plan/plan.js';
import {
  BREAK_GLASS_NAMESPACE,
  type Signed,
  STATEMENT_TYPE,
  startExpected,
  type Statement,
} from '../../model/signing/signing.js';
import { expectedStatement } from '../../model/state/expected-statement.js';
import type { GoLiveState } from '../../model/state/state.js';
import { FakeWorld } from './fake-world.js';
import { recordTest } from './histories.js';
import { approval, phase, plan, step } from './plans.js';
import { begin, type Running, withWorker } from './run-go-live.js';
import { SshKeys } from './ssh.js';
import type { SuiteServer } from './suite-server.js';

/** The keys of the people; a test file that uses them removes them in the end. */
export const ssh = new SshKeys();

const PEOPLE = { Ada: ['cto'], Bo: ['cto', 'sre'], Cy: ['sre'], Dee: ['cto'], Eve: ['sre'] };
export const PRINCIPALS = { Ada: 'ada@x', Bo: 'bo@x', Cy: 'cy@x', Dee: 'dee@x', Eve: 'eve@x' };

/** A question stays open for as long as a hundred forged answers take on a busy machine. */
const LONG_MS = 600_000;

/** A plan whose one question needs two CTOs; Bo starts it. */
export function signedPlan(
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
        approvals: [
          approval('one', { needs: more.needs ?? [{ role: 'cto', count: 2 }], starterMay: false, expiresMs: LONG_MS }),
        ],
      }),
      phase('two', [step('b')], {
        approvals: [approval('two', { needs: [{ role: 'cto', count: 1 }], expiresMs: LONG_MS })],
      }),
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

/** The life of a statement, from now: both in milliseconds. */
export const times = (from = 0, life = 3_600_000) => ({
  issuedAt: new Date(Date.now() + from).toISOString(),
  expiresAt: new Date(Date.now() + from + life).toISOString(),
});

/** The start of a plan, signed in one's name with a key. */
export const signedStart = (made: Plan, by: keyof typeof PRINCIPALS, key: string): Signed =>
  ssh.statement(key, {
    ...startExpected(made.goLiveId, planDigestOf(made), by),
    type: STATEMENT_TYPE,
    principal: PRINCIPALS[by],
    ...times(),
  });

/** Runs a plan that Bo starts, signed, until `drive` has ended. */
export async function goSigned(
  server: SuiteServer,
  made: Plan,
  drive: (run: Running, world: FakeWorld) => Promise<void>,
): Promise<void> {
  const world = new FakeWorld();
  ssh.path('bo', 'ecdsa');
  ssh.path('dee', 'rsa');
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const more = { planDigest: planDigestOf(made), signed: signedStart(made, 'Bo', 'bo') };
    await drive(await begin(server.client, made.target.id, made, 'Bo', more), world);
    await recordTest(server.client, made.target.id);
  });
}

/** A message with the statement that would be right for it, signed; `forge` makes it wrong. */
export function vote(
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

/** A vote that is not signed yet. */
export const ask = (approvalId: string, by: string, role = 'cto', reason = 'fine'): ApproveMessage => ({
  approval: approvalId,
  role,
  by,
  reason,
});
