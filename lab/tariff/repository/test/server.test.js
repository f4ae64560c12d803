import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { createServer } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

const folder = mkdtempSync(join(tmpdir(), 'tariff-'));
let url;
let service;

/** A port that was free a moment ago. */
async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  await once(server, 'close');
  return port;
}

/** Asks until somebody answers. */
async function ask(path) {
  for (;;) {
    try {
      return await fetch(`${url}${path}`);
    } catch {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }
}

before(async () => {
  const port = await freePort();
  url = `http://127.0.0.1:${port}`;
  const env = { ...process.env, TARIFF_PORT: String(port), TARIFF_DATA: folder, TARIFF_COMMIT: 'abc' };
  service = spawn(process.execPath, [fileURLToPath(new URL('../src/server.js', import.meta.url))], { env });
});
after(async () => {
  service.kill('SIGTERM');
  await once(service, 'exit');
  rmSync(folder, { recursive: true });
});

test('it answers', { timeout: 20_000 }, async () => assert.equal((await ask('/healthz')).status, 200));
test('it says its commit', { timeout: 20_000 }, async () =>
  assert.deepEqual(await (await ask('/version')).json(), { commit: 'abc' }));
test('its metrics', { timeout: 20_000 }, async () =>
  assert.match(await (await ask('/metrics')).text(), /^tariff_quotes_total 0$/m));
test('no page', { timeout: 20_000 }, async () => assert.equal((await ask('/gone')).status, 404));
