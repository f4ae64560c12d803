import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { planDigestOf } from '../../client/go-live/launch.js';
import type { Plan } from '../../model/plan/plan.js';
import {
  SCHEDULED,
  type ScheduledResult,
  type ScheduledStart,
  scheduledTarget,
  withChange,
} from '../../model/plan/schedule.js';
import { type Signed, startExpected, STATEMENT_TYPE } from '../../model/signing/signing.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { phase, plan, step } from '../kits/plans.js';
import { withWorker } from '../kits/run-go-live.js';
import { SshKeys } from '../kits/ssh.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

/** Where names are signed, a schedule is signed once, when it is applied; each of its runs is held to that. */
let server: TestServer;
const ssh = new SshKeys();
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(async () => {
  ssh.remove();
  await server.stop();
});

let number = 0;
/** The template of a schedule that looks once. */
function template(revoked?: string): Plan {
  number += 1;
  const target = scheduledTarget(`signed-${process.pid}-${number}`, 'look');
  const made = plan([phase('look', [step('a')])], {
    mode: 'live',
    target: { id: target, variables: {} },
    goLiveId: `${target}/${SCHEDULED}`,
    change: SCHEDULED,
    schedule: { id: 'look' },
    people: { Ada: ['sre'] },
    signing: {
      level: 'signed',
      signers: ssh.line('ada@x', 'ada') + ssh.line('mal@x', 'mal'),
      principals: { Ada: 'ada@x' },
      ...(revoked === undefined ? {} : { revoked }),
    },
  });
  return { ...made, evidence: { ...made.evidence, directory: `/evidence/${made.goLiveId}` } };
}

/** A signature over a template that Ada made ten days ago: longer ago than any approval holds. */
function signedBy(key: string, made: Plan): Signed {
  const day = 86_400_000;
  return ssh.statement(key, {
    ...startExpected(made.goLiveId, planDigestOf(made), 'Ada'),
    type: STATEMENT_TYPE,
    principal: 'ada@x',
    issuedAt: new Date(Date.now() - 10 * day).toISOString(),
    expiresAt: new Date(Date.now() - 9 * day).toISOString(),
  });
}

async function fire(made: Plan, signed: Signed | undefined, world: FakeWorld): Promise<ScheduledResult> {
  const start: ScheduledStart = {
    schedule: {
      id: 'look',
      title: 'Look',
      times: { cron: '0 3 * * *', timezone: 'UTC' },
      catchUpMs: 60_000,
      blackouts: [],
      pauseOnFailure: false,
      plan: made,
    },
    appliedBy: 'Ada',
    ...(signed ? { signed } : {}),
  };
  return withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const handle = await server.client.workflow.start('scheduled', {
      workflowId: `${made.target.id}/run`,
      taskQueue: made.target.id,
      args: [start],
    });
    return (await handle.result()) as ScheduledResult;
  });
}

describe('a signed schedule', () => {
  test('runs long after it was signed, each run under a change of its own', async () => {
    const world = new FakeWorld();
    const made = template();
    const result = await fire(made, signedBy('ada', made), world);
    expect(result).toMatchObject({ status: 'go', target: made.target.id });
    expect(result.change).toMatch(/^\d{8}T\d{6}Z$/);
    expect(world.deeds).toEqual(['look.a']);
    await recordAs(server.client, `${made.target.id}/run`, 'a-signed-schedule-runs');
  }, 60_000);

  test.each<[string, (made: Plan) => [Plan, Signed | undefined]]>([
    ['without a signature', (made) => [made, undefined]],
    [
      'with another plan than was signed',
      (made) => [{ ...made, phases: [phase('look', [step('evil')])] }, signedBy('ada', made)],
    ],
    ['with other people than were signed', (made) => [{ ...made, people: { Mal: ['sre'] } }, signedBy('ada', made)]],
    ['signed by somebody else in her name', (made) => [made, signedBy('mal', made)]],
    ['signed for another target', (made) => [made, signedBy('ada', template())]],
    [
      'signed by a key that is revoked since',
      (made) => {
        const revoked = ssh.revoke('ada');
        const again = {
          ...made,
          signing: {
            ...made.signing,
            level: 'signed' as const,
            signers: made.signing?.signers ?? '',
            principals: { Ada: 'ada@x' },
            revoked,
          },
        };
        return [again, signedBy('ada', again)];
      },
    ],
  ])(
    'does nothing %s',
    async (_, forge) => {
      const world = new FakeWorld();
      const [made, signed] = forge(template());
      await expect(fire(made, signed, world)).rejects.toThrow();
      expect(world.deeds).toEqual([]);
    },
    60_000,
  );

  test('an ordinary plan is not let through by calling itself scheduled', async () => {
    const world = new FakeWorld();
    const made = withChange(template(), 'now');
    const planDigest = planDigestOf(made);
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const handle = await server.client.workflow.start('goLive', {
        workflowId: made.target.id,
        taskQueue: made.target.id,
        // Signed as a start of this very change, which is no template.
        args: [{ plan: made, planDigest, startedBy: 'Ada', signed: signedBy('ada', made) }],
      });
      await expect(handle.result()).rejects.toMatchObject({
        cause: { message: expect.stringContaining('was not started') },
      });
      expect(world.deeds).toEqual([]);
    });
  }, 60_000);
});

test('the template comes back from every run of it', () => {
  const made = template();
  expect(withChange(withChange(made, '20261121T031500Z'), SCHEDULED)).toEqual(made);
  expect(withChange(made, 'x').evidence.directory).toBe(`/evidence/${made.target.id}/x`);
});
