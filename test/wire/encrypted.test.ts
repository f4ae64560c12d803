import { randomBytes } from 'node:crypto';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { Browser } from 'playwright-core';
import { encryptionCodec } from '../../wire/codec.js';
import { payloadKeys } from '../../wire/keys.js';
import { type CodecServer, startCodecServer } from '../../client/server/codec-server.js';
import type { GoLiveState } from '../../model/state/state.js';
import { openBrowser } from '../kits/browser.js';
import { Project } from '../kits/cli.js';
import { eventually } from '../kits/until.js';

/** Confidential, though no secret: inputs, titles, reasons and failures that a server's operator need not read. */
const WORDS = ['wombat-acquisition', 'kestrel-ledger', 'marmot-refused', 'otter-went-wrong'];

const RUNBOOK = `schema: 1
id: quiet
title: Move the wombat-acquisition
roles: { cto: CTO }
inputs:
  ledger: { type: string, default: kestrel-ledger }
phases:
  - id: move
    approval: { role: cto, question: "Is wombat-acquisition ready?" }
    steps:
      - id: write
        uses: command.run
        effect: idempotent
        onFail: continue
        retry: { attempts: 1 }
        with: { argv: [node, -e, "console.error('otter-went-wrong'); process.exit(3)", "\${{ inputs.ledger }}"] }
`;

let project: Project;
let browser: Browser;
let codec: CodecServer;
let env: Record<string, string>;
let server: { uiUrl: string; httpAddress: string; dbFile: string };
beforeAll(async () => {
  project = await Project.open();
  const key = join(project.folder, 'payload.key');
  writeFileSync(key, `${randomBytes(32).toString('base64')}\n`, { mode: 0o600 });
  env = { GOLIVE_PAYLOAD_KEY: `file:${key}` };
  writeFileSync(join(project.folder, 'quiet.yaml'), RUNBOOK);
  const up = await project.start(['up', '--detach'], env).ended;
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
  server = JSON.parse(readFileSync(join(project.folder, '.golive', 'server.json'), 'utf8')) as typeof server;
  const keys = payloadKeys(env) ?? [];
  codec = await startCodecServer({ codec: encryptionCodec(keys), origins: [new URL(server.uiUrl).origin], port: 0 });
  browser = await openBrowser();
}, 120_000);
afterAll(async () => {
  await browser?.close();
  await codec?.close();
  await project.close();
}, 60_000);

const golive = (...args: string[]) => project.start(args, env).ended;

interface Encoded {
  metadata: Record<string, string>;
  data: string;
}
/** The plan as the server holds it. */
async function storedPlan(): Promise<Encoded> {
  const answer = await fetch(`http://${server.httpAddress}/api/v1/namespaces/default/workflows/quiet/history`);
  const { history } = (await answer.json()) as {
    history: { events: { workflowExecutionStartedEventAttributes: { input: { payloads: Encoded[] } } }[] };
  };
  const payload = history.events[0]?.workflowExecutionStartedEventAttributes.input.payloads[0];
  if (!payload) throw new Error('no plan');
  return payload;
}
const ask = (path: string, body: unknown, headers: Record<string, string> = {}) =>
  fetch(`${codec.endpoint}${path}`, { method: 'POST', body: JSON.stringify(body), headers });

describe('an encrypted go-live', () => {
  test('is read by those who have the key, and shows the server nothing', async () => {
    expect((await golive('start', 'quiet.yaml', '--target', 'quiet', '--change', 'c1')).code).toBe(0);
    await eventually('the question', 30_000, async () => {
      const { stdout } = await golive('status', 'quiet', '--json');
      return (JSON.parse(stdout) as GoLiveState).waiting?.id === 'move';
    });
    const status = await golive('status', 'quiet');
    expect(status.stdout).toContain('Is wombat-acquisition ready?');

    const plan = await storedPlan();
    expect(Buffer.from(plan.metadata.encoding ?? '', 'base64').toString()).toBe('binary/encrypted');

    // In a browser, with the codec.
    const page = await browser.newPage({ viewport: { width: 1400, height: 1000 } });
    await page.goto(`${server.uiUrl}/namespaces/default/workflows/quiet`);
    await page.waitForURL(/workflows\/quiet\/[0-9a-f-]+/);
    const board = `${page.url().replace(/\/(timeline|history).*$/, '')}/user-metadata`;
    await page.goto(board);
    await page.getByText('User Metadata').first().waitFor();
    await page.getByText('Current Details').first().waitFor();
    // The board is in the address of its frame, so in the page.
    expect(await page.content()).not.toContain('wombat-acquisition');
    await page.evaluate((endpoint) => {
      // Where the Web UI keeps what its dialog "Codec Server" was told.
      localStorage.setItem('endpoint', JSON.stringify(endpoint));
      localStorage.setItem('overrideRemoteCodecConfiguration', JSON.stringify(true));
    }, codec.endpoint);
    await page.reload();
    // The board stands in a frame of its own.
    const shown = page.locator('iframe').last().contentFrame().getByText('Is wombat-acquisition ready?');
    await shown.first().waitFor({ timeout: 20_000 });
    if (process.env.GOLIVE_SCREENSHOTS)
      await page.screenshot({ path: join(process.env.GOLIVE_SCREENSHOTS, 'codec.png') });
    await page.close();

    const approved = await golive(
      'reject',
      'quiet',
      'move',
      '--as',
      'cto',
      '--by',
      'Ada',
      '--reason',
      'marmot-refused',
    );
    expect([approved.code, approved.stderr]).toEqual([0, approved.stderr]);
    const watched = await golive('watch', 'quiet');
    expect(watched.stdout).toContain('marmot-refused');
    const second = await golive('start', 'quiet.yaml', '--target', 'quiet', '--change', 'c2');
    expect([second.code, second.stderr]).toEqual([0, second.stderr]);
    await eventually('the approval', 30_000, async () => {
      return (await golive('approve', 'quiet', 'move', '--as', 'cto', '--by', 'Bo')).code === 0;
    });
    await golive('watch', 'quiet');
  }, 120_000);

  test('its codec answers its Web UI alone', async () => {
    const plan = await storedPlan();
    const body = { payloads: [plan] };
    const { origin } = new URL(server.uiUrl);
    const good = await ask('/decode', body, { origin });
    expect(good.status).toBe(200);
    expect(good.headers.get('access-control-allow-origin')).toBe(origin);
    const { payloads } = (await good.json()) as { payloads: Encoded[] };
    expect(Buffer.from(payloads[0]?.data ?? '', 'base64').toString()).toContain('kestrel-ledger');
    const again = (await (await ask('/encode', { payloads })).json()) as { payloads: Encoded[] };
    expect(Buffer.from(again.payloads[0]?.metadata.encoding ?? '', 'base64').toString()).toBe('binary/encrypted');

    expect((await ask('/decode', body, { origin: 'http://evil.test' })).status).toBe(403);
    expect((await fetch(`${codec.endpoint.slice(0, -1)}0x/decode`, { method: 'POST' })).status).toBe(404);
    expect((await fetch(`${new URL(codec.endpoint).origin}/decode`, { method: 'POST' })).status).toBe(404);
    expect((await ask('/decode', { payloads: 'x' })).status).toBe(400);
    expect((await ask('/decode', 'x'.repeat(9_000_000))).status).toBe(413);
    const foreign = { ...plan, metadata: { ...plan.metadata, 'encryption-key-id': btoa('0011223344556677') } };
    const unknown = await ask('/decode', { payloads: [foreign] });
    expect([unknown.status, await unknown.text()]).toEqual([422, expect.stringContaining('which is not here')]);
  }, 30_000);

  test('a rebound name is refused', async () => {
    const { request } = await import('node:http');
    const { port, pathname } = new URL(codec.endpoint);
    const status = await new Promise<number | undefined>((resolve, reject) => {
      const call = request(
        { host: '127.0.0.1', port, path: `${pathname}/decode`, method: 'POST', headers: { host: `evil.test:${port}` } },
        (answer) => {
          answer.resume();
          resolve(answer.statusCode);
        },
      );
      call.once('error', reject);
      call.end('{}');
    });
    expect(status).toBe(421);
  });

  test('`golive codec` names its address, and says what is missing', async () => {
    const missing = await project.start(['codec']).ended;
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('There is no payload key')]);
    const { child, ended } = project.start(['codec'], env);
    const endpoint = await new Promise<string>((resolve) =>
      child.stdout?.once('data', (text: string) => resolve(text.trim())),
    );
    const answer = await fetch(`${endpoint}/decode`, {
      method: 'POST',
      body: JSON.stringify({ payloads: [await storedPlan()] }),
    });
    expect(answer.status).toBe(200);
    child.kill('SIGINT');
    expect((await ended).code).toBe(0);
  }, 30_000);

  test('nothing confidential is in the server’s files', async () => {
    await golive('down');
    const folder = join(project.folder, '.golive');
    // The server's lock is a folder; what it holds names processes alone.
    const files = readdirSync(folder, { withFileTypes: true })
      .filter((entry) => entry.isFile() && (entry.name.startsWith('temporal.db') || entry.name.startsWith('server.')))
      .map(({ name }) => name);
    expect(files).toContain('temporal.db');
    const hits = files.flatMap((name) => {
      const text = readFileSync(join(folder, name), 'latin1');
      return WORDS.flatMap((word) =>
        [word, Buffer.from(word).toString('base64').slice(0, -4), Buffer.from(word).toString('hex')].some((spelling) =>
          text.includes(spelling),
        )
          ? [`${name}: ${word}`]
          : [],
      );
    });
    expect(hits).toEqual([]);
  }, 60_000);
});
