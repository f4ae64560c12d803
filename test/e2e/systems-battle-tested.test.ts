import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { openBrowser } from '../kits/browser.js';
import type { Project } from '../kits/cli.js';
import { testSystem } from '../kits/system.js';
import { eventually } from '../kits/until.js';
import { GatewayBundle } from './battle-tested/bundle.js';
import {
  looksAtCounts,
  looksAtDays,
  looksAtDecisions,
  looksAtTrippedGates,
  looksAtWindowDays,
  looksForRehearsal,
} from './battle-tested/look.js';

/** Where the Web UI shows the window, once it has begun. */
async function runOfWindow(project: Project): Promise<string | undefined> {
  const { value } = await project.json('list', '--json');
  const change = /"target":"gateway-lab","change":"([^"]+)"/.exec(JSON.stringify(value))?.[1];
  if (change === undefined) return undefined;
  const id = `gateway-lab/${change}/stability/days`;
  const run = await project.runOf(id);
  return run === undefined ? undefined : `${encodeURIComponent(id)}/${run}`;
}

/** What the Web UI shows of the window, while it runs. */
async function lookAtWindow(project: Project, uiUrl: string): Promise<void> {
  const browser = await openBrowser();
  try {
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    const run = await eventually('the window', 180_000, () => runOfWindow(project));
    await page.goto(`${uiUrl}/namespaces/default/workflows/${run}/user-metadata`);
    // The board stands in a frame of its own, which the page fills again and again.
    const board = page
      .locator('iframe')
      .last()
      .contentFrame()
      .getByText(/samples green/)
      .first();
    await board.waitFor({ timeout: 120_000 });
    const shown = (await board.textContent()) ?? '';
    if (process.env.GOLIVE_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.GOLIVE_SCREENSHOTS, 'window.png') });
    expect(shown).toMatch(/\d of \d samples green/);
  } finally {
    await browser.close();
  }
}

const boundFile = z.object({ file: z.string(), sha256: z.string().nullable() });
const signedState = z.object({
  approvals: z.array(z.object({ id: z.string(), files: z.array(boundFile).optional() })),
});

await testSystem({
  name: 'battle-tested',
  faults: [
    'approved-by-hand',
    'approved-not-done',
    'audit-lost',
    'error-untold',
    'inbox-jams',
    'near-miss-approved',
    'nothing-local',
    'nothing-rejected',
    'nothing-strict',
    'order-crashes-gateway',
    'order-restarts-gateway',
    'policy-approves-nothing',
    'red-day-5',
    'reverted-before',
    'reverted-to-another',
    'rollback-does-not-restore',
    'sign-off-refused',
    'telemetry-lost',
    'too-few-operations',
    'torn-telemetry',
  ],
  sample: [],
  files: [
    'STATS.json',
    'incident_log.md',
    'live_rollback_REPORT.md',
    'auto_approve_EVIDENCE.md',
    'window_SUMMARY.md',
    'battle_tested_REPORT.md',
    'battle_tested_FINAL.md',
  ],
  meanwhile: lookAtWindow,
  after: (data) => {
    // One file for each of seven consecutive days, and the summary names them.
    const days = readdirSync(join(data, 'phases', 'stability.1', 'days')).filter((file) =>
      file.startsWith('monitor_daily_'),
    );
    expect(days).toHaveLength(7);
    const summary = readFileSync(join(data, 'window_SUMMARY.md'), 'utf8');
    expect(summary).toContain('REHEARSAL, time ×8640');
    // Status, error rate and the backlog of each inbox, of each day.
    expect(
      summary.match(/\| green \|.* status up, .*numbers\.errorRate [\d.]+, .*backlogs\.\S*inbox\/local 0/g),
    ).toHaveLength(7);
    const signed = readFileSync(join(data, 'battle_tested_FINAL.md'), 'utf8');
    expect(signed).toMatch(/\| incident\\_log\.md \| present \| [0-9a-f]{64} \|/);
    for (const day of days) {
      const name = day.replaceAll('_', '\\_');
      expect(signed).toMatch(
        new RegExp(`\\| phases/stability\\.1/days/${name.replaceAll('\\', '\\\\')} \\| present \\| [0-9a-f]{64} \\|`),
      );
    }
    // Who signed is bound to the named files as they stood when it was asked.
    const { approvals } = signedState.parse(JSON.parse(readFileSync(join(data, 'state.json'), 'utf8')));
    const bound = approvals.find(({ id }) => id === 'sign-off.after')?.files ?? [];
    expect(bound.map(({ file }) => file)).toEqual(expect.arrayContaining(['STATS.json', 'battle_tested_REPORT.md']));
    expect(bound.filter(({ sha256 }) => sha256 === null)).toEqual([]);
    for (const day of days) expect(summary).toContain(day.slice('monitor_daily_'.length, -'.json'.length));
    const bundle = new GatewayBundle(data);
    looksAtDays(bundle);
    looksAtCounts(bundle);
    looksAtWindowDays(bundle);
    looksAtDecisions(bundle);
    looksForRehearsal(bundle);
  },
  afterEachFault: (data, fault) => looksAtTrippedGates(new GatewayBundle(data), fault),
});
