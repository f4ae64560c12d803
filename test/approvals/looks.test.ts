import { afterAll, expect, test } from '@jest/globals';
import { changeOf, type ScheduledResult, type ScheduledStart, withChange } from '../../model/plan/schedule.js';
import { FakeWorld } from '../kits/fake-world.js';
import { approval, phase, step } from '../kits/plans.js';
import { withWorker } from '../kits/run-go-live.js';
import { signedBy, ssh, startOf, template } from '../kits/signed-schedule.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();
afterAll(() => ssh.remove());

let runs = 0;
/** One run of a schedule; what it may not do is among the attacks of `schedules.test.ts`. */
function lookOnce(taskQueue: string, start: ScheduledStart): Promise<ScheduledResult> {
  runs += 1;
  return server.client.workflow.execute<(start: ScheduledStart) => Promise<ScheduledResult>>('scheduled', {
    workflowId: `${taskQueue}/${runs}`,
    taskQueue,
    args: [start],
  });
}

test('a signed schedule that looks only looks on time, also where a person is asked, and who asks for a look signs it', async () => {
  const world = new FakeWorld();
  const asks = { phases: [phase('look', [step('a')], { approvals: [approval('look')] })] };
  const made = template({ preflight: true }, asks);
  const due = new Date();
  const one = withChange(made, changeOf(due));
  const asked = { by: 'Bo', due: due.toISOString(), signed: signedBy('bo', one, 'Bo', undefined, 0) };
  await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
    const looked = { status: 'there', sentence: 'All that it needs is there.' };
    expect(await lookOnce(made.target.id, startOf(made, signedBy('ada', made)))).toMatchObject(looked);
    expect(await lookOnce(made.target.id, startOf(made, undefined, asked))).toMatchObject(looked);
  });
  expect([world.record, world.events]).toEqual([[], []]);
}, 60_000);
