import { readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import type { Browser, Page } from 'playwright-core';
import { openBrowser } from '../kits/browser.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

const RUNBOOK = new URL('runbooks/web-service.yaml', import.meta.url).pathname;

let project: Project;
let service: Server;
let url: string;
let browser: Browser;
let uiUrl: string;
beforeAll(async () => {
  project = await Project.open();
  service = createServer((request, response) => {
    response.setHeader('content-type', 'application/json');
    response.end(JSON.stringify(request.url === '/health' ? { ready: true } : { score: 4 }));
  });
  await new Promise<void>((resolve) => service.listen(0, '127.0.0.1', resolve));
  const address = service.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}`;
  expect((await project.run('up', '--detach')).code).toBe(0);
  uiUrl = (JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as { uiUrl: string }).uiUrl;
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  service?.close();
  await project.close();
}, 60_000);

async function started(target: string): Promise<string> {
  const config = join(project.folder, `${target}.conf`);
  writeFileSync(config, 'mode = old\n');
  const { code, stderr } = await project.run(
    'start',
    RUNBOOK,
    '--target',
    target,
    '--change',
    'c1',
    '--mode',
    'rehearse',
    '--input',
    `url=${url}`,
    '--input',
    `config=${config}`,
  );
  expect([code, stderr]).toEqual([0, stderr]);
  await eventually('the question', 60_000, async () => (await project.stateOf(target)).waiting?.id === 'deploy.after');
  return config;
}
/** Opens "Send a Signal" from the menu of the workflow's page and sends one message. */
async function signalFromUi(page: Page, name: string, message: object): Promise<void> {
  await page
    .getByRole('button', { name: /workflow actions|more actions|toggle menu/i })
    .first()
    .click();
  await page.getByRole('menuitem', { name: /send a signal/i }).click();
  const dialog = page.getByRole('dialog');
  await dialog.waitFor();
  // The dialog lists the signals that the workflow declares.
  await dialog.locator('#signal-select').click({ force: true });
  await page.getByRole('option', { name, exact: true }).click();
  await dialog.locator('.cm-content').click();
  await page.keyboard.press('Control+A');
  await page.keyboard.insertText(JSON.stringify(message));
  // Leaving the editor formats the JSON and moves the button, so leave it before pressing.
  await dialog.getByText('Encoding').click();
  await dialog.getByRole('button', { name: /^(submit|send)/i }).click();
}

test('the Web UI shows the board with the gate’s value, and its own dialog approves', async () => {
  const config = await started('ui-service');
  const page = await browser.newPage({ viewport: { width: 1500, height: 1100 } });
  await page.goto(`${uiUrl}/namespaces/default/workflows/ui-service`, { waitUntil: 'domcontentloaded' });
  await page.getByText('User Metadata').first().waitFor({ timeout: 60_000 });
  await page.getByText('User Metadata').first().click();
  // The Web UI renders the board as Markdown in a frame of its own.
  const board = await eventually('the board with the gate’s value', 60_000, async () => {
    const texts = await Promise.all(page.frames().map((frame) => frame.locator('body').innerText()));
    return texts.find((text) => /Score of the service 4, needs ≥ 4/.test(text));
  });
  expect(board).toMatch(/WAITING for cto: Keep the new configuration\?/);
  expect(board).toMatch(/golive approve ui-service deploy\.after --as cto/);
  if (process.env.GOLIVE_SCREENSHOT) await page.screenshot({ path: process.env.GOLIVE_SCREENSHOT });
  await signalFromUi(page, 'approve', { approval: 'deploy.after', role: 'cto', by: 'Ada', reason: 'seen in the UI' });
  const ended = await eventually('the end', 60_000, async () => {
    const now = await project.stateOf('ui-service');
    return now.endedAt ? now : undefined;
  });
  expect(ended.verdict).toBe('go');
  expect(ended.approvals[0]?.votes[0]).toMatchObject({ by: 'Ada', via: 'signal' });
  expect(readFileSync(config, 'utf8')).toBe('mode = new\n');
}, 240_000);

test('rejected from another terminal, the service is as it was', async () => {
  const config = await started('cli-service');
  const refused = await project.run(
    'approve',
    'cli-service',
    'deploy.after',
    '--as',
    'sre',
    '--by',
    'Sam',
    '--reason',
    'x',
  );
  expect(refused.code).toBe(4);
  expect(refused.stderr).toMatch(/does not ask for the role/);
  expect(
    (
      await project.run(
        'reject',
        'cli-service',
        'deploy.after',
        '--as',
        'cto',
        '--by',
        'Ada',
        '--reason',
        'not tonight',
      )
    ).code,
  ).toBe(0);
  const watched = await project.run('watch', 'cli-service');
  expect(watched.code).toBe(3);
  expect(readFileSync(config, 'utf8')).toBe('mode = old\n');
}, 120_000);
