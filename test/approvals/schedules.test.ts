import { afterAll, describe, expect, test } from '@jest/globals';
import { planDigestOf } from '../../client/go-live/launch.js';
import { addressText, readAddress } from '../../model/plan/address.js';
import type { Plan } from '../../model/plan/plan.js';
import {
  changeOf,
  SCHEDULED,
  type ScheduledResult,
  type ScheduledStart,
  withChange,
} from '../../model/plan/schedule.js';
import type { Signed } from '../../model/signing/signing.js';
import type { GoLiveStart } from '../../workflows/inputs.js';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, phase, step } from '../kits/plans.js';
import { withWorker } from '../kits/run-go-live.js';
import {
  DAY_MS,
  goLiveOf,
  KeepingWorld,
  never,
  signedBy,
  ssh,
  startOf,
  template,
  type Template,
} from '../kits/signed-schedule.js';
import { suiteServer } from '../kits/suite-server.js';

/** Where names are signed, a schedule is signed once, when it is applied; each of its runs is held to that. */
const server = suiteServer();
afterAll(() => ssh.remove());

const addressOf = (text: string) => addressText(readAddress(text));

let runs = 0;
async function run<T>(taskQueue: string, workflow: string, argument: object, workflowId?: string): Promise<T> {
  runs += 1;
  const handle = await server.client.workflow.start<(argument: object) => Promise<T>>(workflow, {
    workflowId: workflowId ?? `${taskQueue}/${runs}`,
    taskQueue,
    args: [argument],
  });
  return await handle.result();
}

const fromNow = (ms: number): Date => new Date(Date.now() + ms);
const freeze = [{ from: fromNow(-DAY_MS).toISOString(), to: fromNow(DAY_MS).toISOString(), why: 'year-end freeze' }];

describe('a signed schedule', () => {
  test('runs long after it was signed, each run under a change of its own', async () => {
    const world = new FakeWorld();
    const made = template();
    const result = await withWorker(server.address, made.target.id, world, ['fake.act'], () =>
      run<ScheduledResult>(made.target.id, 'scheduled', startOf(made, signedBy('ada', made)), `${made.target.id}/run`),
    );
    expect(result).toMatchObject({ status: 'go', target: made.target.id });
    expect(result.change).toMatch(/^\d{8}T\d{6}Z$/);
    expect(world.deeds).toEqual(['look.a']);
  }, 60_000);

  test('within its blackout, who asks for a run signs it with the reason', async () => {
    const world = new FakeWorld();
    const made = template({ blackouts: freeze, times: never });
    const due = new Date();
    const one = withChange(made, changeOf(due));
    const asked = { by: 'Bo', override: 'drill', due: due.toISOString() };
    const signed = signedBy('bo', one, 'Bo', 'drill', 0);
    await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
      const start = startOf(made, signedBy('ada', made), { ...asked, signed });
      expect(await run(made.target.id, 'scheduled', start)).toMatchObject({ status: 'go' });
    });
    expect(world.events.find(({ type }) => type === 'go-live.started')).toMatchObject({ by: 'Bo' });
  }, 60_000);

  type Attack = [
    name: string,
    why: RegExp,
    attack: (queue: string) => [workflow: string, argument: object, id?: string],
  ];
  const scheduledBy = (
    made: Template,
    signed: Signed | undefined,
    asked?: ScheduledStart['asked'],
  ): [string, object] => ['scheduled', startOf(made, signed, asked)];
  const direct = (made: Template, due = new Date(), more: Partial<GoLiveStart> = {}): [string, object, string] => [
    'goLive',
    goLiveOf(made, due, more),
    made.target.id,
  ];
  /** The template with one thing changed after it was signed. */
  const changedAfter = (more: Partial<Plan>): [string, object] => {
    const made = template(more.schedule ? { times: never } : {});
    return scheduledBy({ ...made, ...more }, signedBy('ada', made));
  };
  const ATTACKS: Attack[] = [
    ['without a signature', /must sign/, () => scheduledBy(template(), undefined)],
    ['with another plan', /another plan/, () => changedAfter({ phases: [phase('look', [step('evil')])] })],
    ['with other people', /another plan/, () => changedAfter({ people: { Mal: ['sre'] } })],
    ['with another calendar', /another plan/, () => changedAfter({ schedule: template().schedule })],
    [
      'signed by somebody else in her name',
      /not by a key of ada@x/,
      () => {
        const made = template();
        return scheduledBy(made, signedBy('mal', made));
      },
    ],
    ['signed for another target', /another go-live/, () => scheduledBy(template(), signedBy('ada', template()))],
    [
      'signed by a key that is revoked since',
      /revoked/,
      () => {
        const { signing } = template();
        const made = template({}, signing ? { signing: { ...signing, revoked: ssh.revoke('ada') } } : {});
        return scheduledBy(made, signedBy('ada', made));
      },
    ],
    [
      'at will',
      /no run of 'look' is due/,
      () => {
        const made = template({ times: never });
        return scheduledBy(made, signedBy('ada', made));
      },
    ],
    ['at will, as a go-live', /no run of 'look' is due/, () => direct(template({ times: never }))],
    [
      'at will, in her name',
      /must sign/,
      () => {
        const made = template({ times: never });
        return scheduledBy(made, signedBy('ada', made), { by: 'Ada', override: 'because' });
      },
    ],
    [
      'at will, in her name, with the signature of the template',
      /no run of 'look' is due/,
      () => {
        const made = template({ times: never });
        const signed = signedBy('ada', made);
        return scheduledBy(made, signed, { by: 'Ada', signed });
      },
    ],
    [
      'in its blackout, which the copy leaves out',
      /lies in a blackout/,
      () => {
        const made = template({ blackouts: freeze });
        const start = startOf(made, signedBy('ada', made));
        return ['scheduled', { ...start, schedule: { ...start.schedule, blackouts: [] } }];
      },
    ],
    ['in its blackout, as a go-live', /lies in a blackout/, () => direct(template({ blackouts: freeze }))],
    [
      'in its blackout, signed by oneself without a reason',
      /nobody overrides it/,
      () => {
        const made = template({ blackouts: freeze });
        const due = new Date();
        const signed = signedBy('bo', withChange(made, changeOf(due)), 'Bo', undefined, 0);
        return direct(made, due, { startedBy: 'Bo', signed });
      },
    ],
    [
      'in its blackout, with a reason that was not signed',
      /differ in 'reason'/,
      () => {
        const made = template({ blackouts: freeze });
        const due = new Date();
        const signed = signedBy('bo', withChange(made, changeOf(due)), 'Bo', undefined, 0);
        return direct(made, due, { startedBy: 'Bo', signed, override: 'because' });
      },
    ],
    ['that may look only, as a go-live', /begin nothing/, () => direct(template({ preflight: true }))],
    [
      'that may look only, as a go-live that one signs oneself',
      /begin nothing/,
      () => {
        const made = template({ preflight: true });
        const due = new Date();
        const signed = signedBy('bo', withChange(made, changeOf(due)), 'Bo', undefined, 0);
        return direct(made, due, { startedBy: 'Bo', signed });
      },
    ],
    ['that looks, without a signature', /must sign/, () => scheduledBy(template({ preflight: true }), undefined)],
    [
      'that looks, at will',
      /no run of 'look' is due/,
      () => {
        const made = template({ preflight: true, times: never });
        return scheduledBy(made, signedBy('ada', made));
      },
    ],
    ['for a due time of an hour ago', /too late/, () => direct(template(), fromNow(-3_600_000))],
    ['for a due time of the next hour', /not due yet/, () => direct(template(), fromNow(3_600_000))],
    ['after its end', /ended at/, () => direct(template({ endsAt: fromNow(-1000).toISOString() }))],
    [
      'with a template that says no end',
      /apply it anew/,
      () => {
        const { endsAt: _, ...right } = template().schedule;
        return direct(template({}, { schedule: right }));
      },
    ],
    [
      'with a template that says no calendar',
      /apply it anew/,
      () => direct(template({}, { schedule: { id: 'look' } })),
    ],
    [
      'for no due time',
      /names no due time/,
      () => {
        const made = template();
        const one = withChange(made, 'now');
        return direct(made, new Date(), { plan: one, planDigest: planDigestOf(one) });
      },
    ],
    ['under another name', /differ in 'by'/, () => direct(template(), new Date(), { startedBy: 'Bo' })],
    [
      'under another name, and the signer told',
      /differ in 'by'/,
      () => direct(template(), new Date(), { startedBy: 'Bo', signedBy: 'Ada' }),
    ],
    [
      'as another workflow',
      /its target is/,
      (queue) => {
        const [workflow, argument] = direct(template());
        return [workflow, argument, `${queue}/beside`];
      },
    ],
    [
      'with a question to people',
      /asks people/,
      () => direct(template({}, { phases: [phase('look', [step('a')], { approvals: [approval('look')] })] })),
    ],
    [
      'with a checklist',
      /asks people/,
      () =>
        direct(
          template(
            {},
            {
              phases: [
                phase('look', [step('a')], { checklist: [{ id: addressOf('look.x'), text: 'x', role: 'sre' }] }),
              ],
            },
          ),
        ),
    ],
    [
      'with a decision of people',
      /asks people/,
      () =>
        direct(template({}, { decisions: [{ id: 'go', title: 'GO', requires: ['look'], approval: approval('go') }] })),
    ],
  ];

  test('lets nothing run that it does not say: forged, replayed, at will, in a blackout, twice', async () => {
    const world = new KeepingWorld();
    const queue = `attacks-${process.pid}`;
    const survivors: string[] = [];
    let sent = 0;
    await withWorker(server.address, queue, world, ['fake.act'], async () => {
      const attempt = async (name: string, why: RegExp, [workflow, argument, id]: ReturnType<Attack[2]>) => {
        sent += 1;
        const answer = await run<unknown>(queue, workflow, argument, id).then(JSON.stringify, messages);
        if (!why.test(answer)) survivors.push(`${name}: ${answer}`);
      };
      for (const [name, why, attack] of ATTACKS) await attempt(name, why, attack(queue));
      expect(world.deeds).toEqual([]);
      // A due time runs once: the evidence of its run, sealed or not, is not taken up by another one.
      const made = template();
      const due = new Date();
      expect(await run(queue, ...direct(made, due))).toMatchObject({ verdict: 'go' });
      for (let again = 0; again < 3; again += 1) await attempt('twice for one due time', /Conflict/, direct(made, due));
      expect(world.deeds).toEqual(['look.a']);
    });
    expect(survivors).toEqual([]);
    console.log(`schedules: ${ATTACKS.length + 1} kinds of forged runs, ${sent} sent, 0 accepted`);
  }, 180_000);
});

/** Every message of an error and its causes. */
function messages(error: unknown): string {
  return error instanceof Error ? `${error.message} ${messages(error.cause)}` : '';
}

test('the template comes back from every run of it', () => {
  const made = template();
  expect(withChange(withChange(made, '20261121T031500Z'), SCHEDULED)).toEqual(made);
  expect(withChange(made, 'x').evidence.directory).toBe(`/evidence/${made.target.id}/x`);
});
