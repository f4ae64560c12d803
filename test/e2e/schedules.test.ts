import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { ScheduledResult, ScheduleRow } from '../../model/plan/schedule.js';
import { openBrowser } from '../kits/browser.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

const RUNBOOK = `schema: 1
id: chores
title: Chores
roles: { sre: SRE }
inputs:
  flag: { type: path }
phases:
  - id: look
    steps:
      - { id: flag, uses: log.scan, retry: { attempts: 1 }, with: { files: ["\${{ inputs.flag }}"], needed: [ok] } }
  - id: slow
    steps:
      - { id: rest, uses: wait, with: { for: 7s } }
  - id: asks
    approval: { role: sre, question: Now? }
    steps:
      - { id: rest, uses: wait, with: { for: 1s } }
schedules:
  - { id: look, title: "Nightly look: is the shop as it was", phases: [look], cron: "0 3 * * *", timezone: Europe/Berlin, pauseOnFailure: true }
  - id: quiet
    title: A look that the freeze holds
    phases: [look]
    cron: "0 4 * * *"
    blackouts: [{ from: "2020-01-01T00:00:00Z", to: "2100-01-01T00:00:00Z", why: year-end freeze }]
`;

let project: Project;
let flag: string;
beforeAll(async () => {
  project = await Project.open();
  flag = join(project.folder, 'flag.txt');
  writeFileSync(flag, 'ok\n');
  writeFileSync(join(project.folder, 'chores.yaml'), RUNBOOK);
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
}, 120_000);
afterAll(async () => {
  await project.close();
}, 60_000);

const apply = (file = 'chores.yaml', target = 'shop') =>
  project.run('schedule', 'apply', file, '--target', target, '--input', `flag=${flag}`);
const list = async (target = 'shop') =>
  (await project.json<{ schedules: ScheduleRow[] }>('schedule', 'list', '--target', target, '--json')).value.schedules;
/** Columns of the table of `golive schedule list`: each begins where its head does. */
async function inventory(target: string): Promise<Record<string, string>[]> {
  const [head = '', ...rest] = (await project.run('schedule', 'list', '--target', target)).stdout.split('\n');
  const heads = [...head.matchAll(/\S+(?: \S+)*/g)].map(({ 0: name, index }) => ({ name, index }));
  const columns = heads.map(({ name, index }, at) => ({ name, from: index, to: heads[at + 1]?.index }));
  const wanted = ['SCHEDULE', 'STATE', 'RESULT', 'RUNS', 'BY HAND', 'PURPOSE'];
  return rest
    .filter((line) => line.startsWith(`${target}  `))
    .map((line) =>
      Object.fromEntries(
        columns
          .filter(({ name }) => wanted.includes(name))
          .map(({ name, from, to }) => [name, line.slice(from, to).trim()]),
      ),
    );
}
const server = () =>
  JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as {
    address: string;
    pid: number;
    uiUrl: string;
  };

test('`golive up` where a worker runs says that it takes no new environment', async () => {
  const { code, stderr } = await project.run('up', '--detach');
  expect([code, stderr]).toEqual([
    0,
    'The worker keeps the environment that it was started with: for secrets and variables set since, run `golive down` and `golive up`.\n',
  ]);
}, 60_000);

describe('golive schedule', () => {
  test('applies, lists, runs, pauses and removes what the runbook says', async () => {
    expect((await apply()).stdout).toBe('created  look\ncreated  quiet\n');
    expect((await apply()).stdout).toBe('updated  look\nupdated  quiet\n');
    const [look] = await list();
    expect(look).toMatchObject({
      id: 'golive.shop.look',
      times: '0 3 * * *',
      timezone: 'Europe/Berlin',
      state: 'active',
      last: null,
    });
    // Three in the morning in Berlin is one or two in UTC.
    expect(look?.next[0]).toMatch(/T0[12]:00:00\.000Z$/);
    expect(look?.next).toHaveLength(5);

    const browser = await openBrowser();
    try {
      const page = await browser.newPage();
      await page.goto(`${server().uiUrl}/namespaces/default/schedules`);
      await page.getByText('golive.shop.look').first().waitFor({ timeout: 20_000 });
      expect(await page.locator('body').innerText()).toContain('Europe/Berlin');
    } finally {
      await browser.close();
    }

    const ran = await project.json<ScheduledResult>('schedule', 'run', 'shop', 'look', '--by', 'Ada', '--json');
    expect([ran.code, ran.value]).toMatchObject([0, { status: 'go', target: 'shop.look' }]);
    expect((await list())[0]).toMatchObject({ last: { status: 'go' }, byHand: 1 });
    // The inventory as people read it: what each is for, and how often somebody ran it.
    expect(await inventory('shop')).toEqual([
      {
        SCHEDULE: 'look',
        STATE: 'active',
        RESULT: 'go',
        RUNS: '0',
        'BY HAND': '1',
        PURPOSE: 'Nightly look: is the shop as it was',
      },
      {
        SCHEDULE: 'quiet',
        STATE: 'active',
        RESULT: '–',
        RUNS: '0',
        'BY HAND': '0',
        PURPOSE: 'A look that the freeze holds',
      },
    ]);
    const plan = JSON.parse(
      readFileSync(join(project.folder, 'evidence', 'shop.look', ran.value.change ?? '', 'data', 'plan.json'), 'utf8'),
    ) as { startedBy: string; plan: { schedule: object } };
    expect(plan).toMatchObject({ startedBy: 'Ada', plan: { schedule: { id: 'look' } } });

    expect((await project.run('schedule', 'pause', 'shop', 'look', '--reason', 'rebuild')).code).toBe(0);
    expect((await list())[0]).toMatchObject({ state: 'paused: rebuild', next: [] });
    await apply();
    expect((await list())[0]?.state).toBe('paused: rebuild');
    expect((await project.run('schedule', 'resume', 'shop', 'look', '--reason', 'done')).code).toBe(0);
    expect((await list())[0]?.state).toBe('active');

    writeFileSync(join(project.folder, 'fewer.yaml'), RUNBOOK.slice(0, RUNBOOK.indexOf('  - id: quiet')));
    expect((await apply('fewer.yaml')).stdout).toBe('updated  look\nremoved  quiet\n');
    // An update is seen in the list at once.
    const later = RUNBOOK.slice(0, RUNBOOK.indexOf('  - id: quiet')).replace('0 3 * * *', '30 5 * * *');
    writeFileSync(join(project.folder, 'later.yaml'), later);
    await apply('later.yaml');
    expect((await list())[0]).toMatchObject({
      times: '30 5 * * *',
      next: Array.from({ length: 5 }, () => expect.stringContaining(':30:00')),
    });
    const live = await project.run(
      'schedule',
      'apply',
      'chores.yaml',
      '--target',
      'shop',
      '--input',
      `flag=${flag}`,
      '--mode',
      'live',
    );
    expect([live.code, live.stderr]).toEqual([expect.any(Number), expect.not.stringContaining('created')]);
    expect(live.code).not.toBe(0);
    expect((await list()).map(({ mode }) => mode)).toEqual(['rehearse']);

    expect((await project.run('schedule', 'remove', 'shop', 'look')).code).toBe(0);
    expect(await list()).toEqual([]);
    const gone = await project.run('schedule', 'run', 'shop', 'look');
    expect([gone.code, gone.stderr]).toEqual([2, expect.stringContaining("has no schedule 'look'")]);
  }, 240_000);

  test('nothing runs in a blackout but what a person overrides, and that is recorded', async () => {
    await apply('chores.yaml', 'quiet-shop');
    const run = (...more: string[]) =>
      project.json<ScheduledResult>('schedule', 'run', 'quiet-shop', 'quiet', '--by', 'Ada', '--json', ...more);
    const stopped = await run();
    expect([stopped.code, stopped.value]).toMatchObject([
      4,
      { status: 'blackout', sentence: expect.stringContaining('year-end freeze') },
    ]);
    const forced = await run('--override', 'the auditor waits');
    expect([forced.code, forced.value.status]).toEqual([0, 'go']);
    const events = readFileSync(
      join(project.folder, 'evidence', 'quiet-shop.quiet', forced.value.change ?? '', 'data', 'events.jsonl'),
      'utf8',
    );
    expect(events).toContain('in spite of a blackout (year-end freeze): the auditor waits');
  }, 60_000);

  test('the unattended runbook says what each of its schedules is for, and an input when the hourly one runs', async () => {
    const inputs = {
      agentDir: project.folder,
      redisUrl: 'redis://127.0.0.1:1',
      alertUrlFile: flag,
      repository: project.folder,
      logs: JSON.stringify([flag]),
      selfTestAt: '17 * * * *',
    };
    const given = Object.entries(inputs).flatMap(([name, value]) => ['--input', `${name}=${value}`]);
    await project.must('schedule', 'apply', 'unattended-operations', '--target', 'agent', ...given);
    expect((await inventory('agent')).map(({ SCHEDULE, PURPOSE }) => [SCHEDULE, PURPOSE])).toEqual([
      ['daily-rotation', 'Daily log rotation: logs stay small, no line is lost'],
      ['hourly-self-test', 'Hourly self-test: is the health contract kept'],
      ['weekly-drill', 'Weekly drill: an order still finds its way'],
    ]);
    const [, hourly] = await list('agent');
    expect(hourly).toMatchObject({
      times: '17 * * * *',
      next: Array.from({ length: 5 }, () => expect.stringContaining(':17:00')),
    });
    for (const { schedule } of await list('agent')) await project.must('schedule', 'remove', 'agent', schedule);
  }, 120_000);

  test('a run that is no GO pauses the schedule where the runbook says so', async () => {
    writeFileSync(flag, 'bad\n');
    const often = RUNBOOK.replace('cron: "0 3 * * *"', 'every: 4s');
    writeFileSync(join(project.folder, 'sad.yaml'), often);
    await apply('sad.yaml', 'sad-shop');
    const row = await eventually('it is paused', 60_000, async () => {
      const [look] = await list('sad-shop');
      return look?.state.startsWith('paused') && look;
    });
    expect(row).toMatchObject({ state: expect.stringContaining('paused due to workflow failure'), next: [], runs: 1 });
    expect(row.last).toMatchObject({ status: 'no-go' });
    writeFileSync(flag, 'ok\n');
  }, 240_000);

  test('one that looks only begins nothing, says what is missing, and pauses where the runbook says so', async () => {
    const ahead = RUNBOOK.slice(0, RUNBOOK.indexOf('schedules:')).replace(
      'steps:\n      - { id: rest, uses: wait, with: { for: 1s } }',
      'steps:\n      - { id: tell, uses: notify, with: { kind: slack, url: { file: url.txt }, text: Go } }',
    );
    // The notice cannot be sent either: there is no event log in which that could stand.
    const looks = `${ahead}notices: [{ on: [no-go], with: { kind: slack, url: { file: url.txt } } }]
schedules: [{ id: ahead, preflight: true, every: 4s, pauseOnFailure: true }]\n`;
    writeFileSync(join(project.folder, 'ahead.yaml'), looks);
    await apply('ahead.yaml', 'ahead-shop');
    const row = await eventually('it is paused', 60_000, async () => {
      const [look] = await list('ahead-shop');
      return look?.state.startsWith('paused') && look;
    });
    const sentence = expect.stringMatching(/^1 thing missing: url\.txt \(asks\.tell\): /);
    expect(row).toMatchObject({ runs: 1, last: { status: 'missing', sentence } });
    expect((await project.run('schedule', 'list', '--target', 'ahead-shop')).stdout).toContain(
      '1 thing missing: url.txt',
    );
    const run = await project.run('schedule', 'run', 'ahead-shop', 'ahead', '--by', 'Ada');
    expect([run.code, run.stdout]).toEqual([
      2,
      expect.stringMatching(/✗ secret +url\.txt +asks\.tell .*\n[^]*\nMISSING {2}1 /),
    ]);

    writeFileSync(join(project.folder, 'url.txt'), 'https://hooks.slack.com/services/a', { mode: 0o600 });
    const good = await project.json<ScheduledResult>('schedule', 'run', 'ahead-shop', 'ahead', '--by', 'Ada', '--json');
    expect([good.code, good.value]).toMatchObject([0, { status: 'there', sentence: 'All that it needs is there.' }]);
    expect((await list('ahead-shop'))[0]?.last).toMatchObject({ status: 'there' });
    const begun = await project.json<object[]>('list', '--target', 'ahead-shop', '--json');
    expect([begun.value, existsSync(join(project.folder, 'evidence', 'ahead-shop'))]).toEqual([[], false]);
  }, 120_000);

  test.each([
    ['neither phases nor a look', 'phases: [look], cron', 'cron', 'either `phases` or `preflight: true`'],
    ['a phase that asks', 'phases: [look], cron', 'phases: [asks], cron', 'waits for a person'],
    ['a phase that is not there', 'phases: [look], cron', 'phases: [loko], cron', "there is no phase 'loko'"],
    ['a time zone that is none', 'Europe/Berlin', 'Europe/Atlantis', "there is no time zone 'Europe/Atlantis'"],
    ['cron and every', 'cron: "0 3 * * *"', 'every: 5m, cron: "0 3 * * *"', 'either `cron` or `every`'],
    ['a cron line of four fields', '0 3 * * *', '0 3 * *', 'five fields'],
    ['a blackout backwards', '2100-01-01', '2019-01-01', 'ends before it begins'],
  ])('%s is refused, with its place', async (_, from, to, message) => {
    writeFileSync(join(project.folder, 'wrong.yaml'), RUNBOOK.replace(from, to));
    const { code, stdout, stderr } = await project.run('validate', 'wrong.yaml');
    expect([code, stdout + stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(stdout + stderr).toMatch(/wrong\.yaml:\d+:\d+/);
  });
});
