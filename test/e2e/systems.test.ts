import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { openBrowser } from '../kits/browser.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

/** Long: each is a whole rehearsal. `npm run test:faults` takes every fault; `npm test` some. */
const ALL = process.env.GOLIVE_ALL === '1';
const SAMPLE = ['near-miss-approved', 'respawn-too-slow', 'rotation-loses-a-line'];

interface Outcome {
  bundle: string | null;
  key: string | null;
  verdict: string;
  sentence: string;
  exitCode: number;
}
interface Fault {
  id: string;
  title: string;
  expect: { verdict: string; exit: number; sentence?: string };
}

/** What each system's requirement asks for: its faults, and the files that its bundle must hold. */
const SYSTEMS = {
  'battle-tested': {
    faults: [
      'near-miss-approved',
      'order-crashes-gateway',
      'red-day-5',
      'rollback-does-not-restore',
      'sign-off-refused',
      'too-few-operations',
    ],
    files: [
      'STATS.json',
      'incident_log.md',
      'live_rollback_REPORT.md',
      'auto_approve_EVIDENCE.md',
      'window_SUMMARY.md',
      'battle_tested_FINAL.md',
    ],
  },
  'unattended-operations': {
    faults: ['alert-endpoint-down', 'drill-without-ack', 'respawn-too-slow', 'rotation-loses-a-line', 'stale-health'],
    files: [
      'health_window.jsonl',
      'rotation.json',
      'chaos_REPORT.md',
      'drill_RESULT.json',
      'pull-request.json',
      'UNATTENDED_SIGNOFF.md',
    ],
  },
} as const;
const names = Object.keys(SYSTEMS) as (keyof typeof SYSTEMS)[];

const declared = await (async () => {
  const project = await Project.open();
  try {
    const lists = names.map(async (name) => {
      const { value } = await project.json<Fault[]>('rehearse', name, '--list-faults', '--json');
      return value.map((fault) => ({ name, ...fault }));
    });
    return (await Promise.all(lists)).flat();
  } finally {
    await project.close();
  }
})();

let project: Project;
let browser: Browser;
let uiUrl: string;
const rows: string[] = [];
beforeAll(async () => {
  project = await Project.open();
  const up = await project.run('up', '--detach');
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
  uiUrl = (JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as { uiUrl: string }).uiUrl;
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  if (rows.length > 0) process.stderr.write(`\n${rows.join('\n')}\n`);
  await browser?.close();
  await project.close();
}, 60_000);

const rehearse = (name: string, ...more: string[]) =>
  project.json<Outcome>('rehearse', name, '--json', '--non-interactive', ...more);

/** What the Web UI shows of the window, while it runs. */
async function lookAtWindow(): Promise<string> {
  const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
  try {
    return await eventually('the window in the Web UI', 80_000, async () => {
      const { value } = await project.json<{ goLives?: { target: string; change: string }[] }>('list', '--json');
      const found = JSON.stringify(value).match(/"target":"gateway-lab","change":"([^"]+)"/);
      if (!found) return undefined;
      const id = encodeURIComponent(`gateway-lab/${found[1]}/stability/days`);
      await page.goto(`${uiUrl}/namespaces/default/workflows/${id}`);
      await page.waitForURL(/\/[0-9a-f-]{36}/, { timeout: 5000 });
      await page.goto(`${page.url().replace(/\/(timeline|history|user-metadata).*$/, '')}/user-metadata`);
      const board = page
        .locator('iframe')
        .last()
        .contentFrame()
        .getByText(/samples green/);
      await board.first().waitFor({ timeout: 5000 });
      if (process.env.GOLIVE_SCREENSHOTS)
        await page.screenshot({ path: join(process.env.GOLIVE_SCREENSHOTS, 'window.png') });
      return (await board.first().textContent()) ?? undefined;
    });
  } finally {
    await page.close();
  }
}

describe.each(names)('%s', (name) => {
  test('its faults are those of the requirement', () => {
    expect(
      declared
        .filter((fault) => fault.name === name)
        .map(({ id }) => id)
        .sort(),
    ).toEqual(SYSTEMS[name].faults);
  });

  test('nothing broken: GO, with every file of the requirement, and a bundle that verifies', async () => {
    const looking = name === 'battle-tested' ? lookAtWindow() : undefined;
    const { code, value } = await rehearse(name);
    expect([code, value.verdict, value.sentence]).toEqual([0, 'go', value.sentence]);
    if (looking) expect(await looking).toMatch(/\d of \d samples green/);
    const data = join(value.bundle ?? '', 'data');
    for (const file of SYSTEMS[name].files) expect([file, existsSync(join(data, file))]).toEqual([file, true]);
    const verified = await project.run('verify', value.bundle ?? '', '--key', value.key ?? '');
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
    if (name !== 'battle-tested') return;
    // One file for each of seven consecutive days, and the summary names them.
    const days = readdirSync(join(data, 'phases', 'stability.1', 'days')).filter((file) =>
      file.startsWith('monitor_daily_'),
    );
    expect(days).toHaveLength(7);
    const summary = readFileSync(join(data, 'window_SUMMARY.md'), 'utf8');
    expect(summary).toContain('REHEARSAL, time ×8640');
    for (const day of days) expect(summary).toContain(day.slice('monitor_daily_'.length, -'.json'.length));
  }, 240_000);
});

test.each(declared.filter(({ id }) => ALL || SAMPLE.includes(id)))(
  '$name, fault $id: $title',
  async ({ name, id, expect: wanted }) => {
    const { code, value, stderr } = await rehearse(name, '--fault', id);
    rows.push(`| ${name} | ${id} | ${value.verdict} | ${code} | ${value.sentence} |`);
    expect(stderr).toContain(`Fault ${id}: as expected.`);
    expect([code, value.verdict]).toEqual([wanted.exit, wanted.verdict]);
    if (wanted.sentence) expect(value.sentence).toContain(wanted.sentence);
    const verified = await project.run('verify', value.bundle ?? '', '--key', value.key ?? '');
    expect([verified.code, verified.stdout]).toEqual([0, expect.stringContaining('VERIFIED')]);
  },
  240_000,
);
