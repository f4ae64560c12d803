import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client, Connection } from '@temporalio/client';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { ScheduledResult, ScheduleRow } from '../../model/plan/schedule.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

const RUNBOOK = `schema: 1
id: chores
title: Chores
roles: { sre: SRE }
phases:
  - id: slow
    steps:
      - { id: rest, uses: wait, with: { for: 7s } }
schedules:
  - { id: often, phases: [slow], every: 5s, catchUp: 10s }
`;

let project: Project;
beforeAll(async () => {
  project = await Project.open();
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
}, 120_000);
afterAll(async () => {
  await project.close();
}, 60_000);

async function row(): Promise<ScheduleRow | undefined> {
  const list = ['schedule', 'list', '--target', 'busy-shop', '--json'];
  return (await project.json<{ schedules: ScheduleRow[] }>(...list)).value.schedules[0];
}
const server = () =>
  JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as { address: string; pid: number };

test('a server that was down over fire times starts nothing late, and no run beside another', async () => {
  writeFileSync(join(project.folder, 'often.yaml'), RUNBOOK);
  const applied = await project.run('schedule', 'apply', 'often.yaml', '--target', 'busy-shop');
  expect(applied.stdout).toBe('created  often\n');
  const before = server();
  await eventually('the first run', 60_000, async () => ((await row())?.runs ?? 0) > 0);
  process.kill(before.pid, 'SIGKILL');
  const killed = Date.now();
  // Several of its times, and longer than a run may be late below, so that one that is caught up is seen.
  await eventually('the times are over', 60_000, () => Date.now() - killed > 20_000);
  const back = await project.run('up', '--detach');
  expect([back.code, back.stderr]).toEqual([0, back.stderr]);
  await eventually('a run after it', 60_000, async () => {
    const last = (await row())?.last;
    return last != null && Date.parse(last.due) > Date.now() - 20_000 && last.status === 'go';
  });
  await project.run('schedule', 'remove', 'busy-shop', 'often');
  const connection = await Connection.connect({ address: server().address });
  const runs: ScheduledResult[] = [];
  const goLives: [number, number][] = [];
  try {
    const client = new Client({ connection });
    await eventually('all have ended', 60_000, async () => {
      const open = client.workflow.list({
        query: `WorkflowId STARTS_WITH 'busy-shop.often' AND ExecutionStatus = 'Running'`,
      });
      for await (const _ of open) return false;
      return true;
    });
    for await (const one of client.workflow.list({ query: `WorkflowId STARTS_WITH 'busy-shop.often'` })) {
      if (one.type === 'scheduled')
        runs.push((await client.workflow.getHandle(one.workflowId, one.runId).result()) as ScheduledResult);
      if (one.type === 'goLive' && one.workflowId === 'busy-shop.often')
        goLives.push([one.startTime.getTime(), one.closeTime?.getTime() ?? 0]);
    }
  } finally {
    await connection.close();
  }
  const late = runs.map(({ due, began }) => Date.parse(began) - Date.parse(due));
  console.log(
    `scheduled runs ${runs.length}, latest ${Math.max(...late)} ms after its time, go-lives ${goLives.length}`,
  );
  expect(runs.length).toBeGreaterThanOrEqual(2);
  // The catch-up, and the time that the server takes to come up with it.
  expect(Math.max(...late)).toBeLessThan(15_000);
  goLives.sort(([a], [b]) => a - b);
  const overlaps = goLives.filter(([start], index) => start < (goLives[index - 1]?.[1] ?? 0));
  expect(overlaps).toEqual([]);
  expect(runs.filter(({ status }) => status === 'go').length).toBe(goLives.length);
}, 240_000);
