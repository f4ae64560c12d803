import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { CANARIES, spellingsOf } from '../kits/canaries.js';
import { Project } from '../kits/cli.js';

let project: Project;
let echo: Server;
const heard: string[] = [];
beforeAll(async () => {
  project = await Project.open();
  echo = createServer((request, response) => {
    let body = '';
    request.on('data', (chunk: Buffer) => (body += chunk.toString()));
    request.on('end', () => {
      heard.push(`${request.url} ${JSON.stringify(request.headers)} ${body}`);
      response.setHeader('x-echo', encodeURIComponent(request.headers['x-token']?.toString() ?? ''));
      response.statusCode = request.url === '/fails' ? 500 : 200;
      response.end(JSON.stringify({ you: request.headers, said: body }));
    });
  });
  await new Promise<void>((done) => echo.listen(0, '127.0.0.1', done));
});
afterAll(async () => {
  echo.closeAllConnections();
  await new Promise((done) => echo.close(done));
  await project.close();
}, 60_000);

/** Prints every canary in every spelling to both streams and its output file, then fails where it is told to. */
const SCRIPT = `
const fs = require('node:fs');
const names = Object.keys(process.env).filter((name) => name.startsWith('CANARY_'));
const told = names.flatMap((name) => { const s = process.env[name]; const b = Buffer.from(s);
  return [s, b.toString('base64'), b.toString('base64url'), b.toString('hex'), encodeURIComponent(s), JSON.stringify(s)]; });
for (const text of told) { process.stdout.write('out ' + text + '\\n'); process.stderr.write('err ' + text + '\\n'); }
if (process.env.GOLIVE_OUTPUT_FILE) fs.writeFileSync(process.env.GOLIVE_OUTPUT_FILE, JSON.stringify({ first: told[0], n: names.length }));
fs.writeFileSync(process.argv[2], String(names.length));
process.exit(Number(process.argv[3]));
`;

function runbook(port: number): string {
  const env = (indent: string) =>
    CANARIES.map((_, index) => `${indent}CANARY_${index}: { env: SECRET_${index} }`).join('\n');
  return `schema: 1
id: canaries
title: Canaries
roles: { sre: SRE }
notices:
  - on: [started, no-go]
    with: { kind: webhook, url: { env: HOOK }, token: { env: SECRET_0 }, hmac: { env: SECRET_1 } }
phases:
  - id: tell
    steps:
      - id: command
        uses: command.run
        effect: idempotent
        with:
          argv: [node, tell.cjs, told, "0"]
          outputs: { file: out.json }
          env:
${env('            ')}
      - { id: header, uses: http.check, with: { url: "http://127.0.0.1:${port}/echo", headers: { x-token: { env: SECRET_22 } }, expect: { status: 200 } } }
      - id: env
        uses: env.ensure
        with: { file: app.env, set: { API_TOKEN: { env: SECRET_23 } } }
      - { id: bad, uses: http.check, onFail: continue, retry: { attempts: 1 }, with: { url: "http://127.0.0.1:${port}/fails", headers: { x-token: { env: SECRET_22 } }, expect: { status: 200, bodyContains: nothing } } }
      - id: fails
        uses: command.run
        effect: idempotent
        retry: { attempts: 1 }
        with:
          argv: [node, tell.cjs, told-too, "3"]
          env:
${env('            ')}
`;
}

/** Every file below a folder with its bytes, but those that people gave. */
function filesBelow(folder: string, without: readonly string[]): [path: string, bytes: Buffer][] {
  return readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name))
    .filter((path) => !without.includes(path))
    .map((path) => [path, readFileSync(path)]);
}

test('no secret stands anywhere: evidence, report, logs, state, terminal, command lines, the server’s database', async () => {
  const { port } = echo.address() as AddressInfo;
  writeFileSync(join(project.folder, 'tell.cjs'), SCRIPT);
  writeFileSync(join(project.folder, 'canaries.yaml'), runbook(port));
  const secrets = Object.fromEntries(CANARIES.map((secret, index) => [`SECRET_${index}`, secret]));
  const env = { ...secrets, HOOK: `http://127.0.0.1:${port}/hook/${encodeURIComponent(CANARIES[0] ?? '')}` };
  const up = await project.start(['up', '--detach'], env).ended;
  expect([up.code, up.stderr]).toEqual([0, up.stderr]);
  const lines = new Set<string>();
  const looking = setInterval(() => {
    for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
      try {
        lines.add(readFileSync(`/proc/${pid}/cmdline`, 'latin1'));
      } catch {
        // It has ended meanwhile.
      }
    }
  }, 20);
  const started = await project.run('start', 'canaries.yaml', '--target', 'shop', '--change', 'c1', '--wait', '--json');
  clearInterval(looking);
  expect(started.code).toBe(3);
  const status = await project.run('status', 'shop', '--json');
  const listed = await project.run('watch', 'shop');
  await project.run('down');

  // They were really there: the commands had all of them, the service heard them.
  expect(readFileSync(join(project.folder, 'told'), 'utf8')).toBe(String(CANARIES.length));
  expect(readFileSync(join(project.folder, 'told-too'), 'utf8')).toBe(String(CANARIES.length));
  expect(heard.join()).toContain(`Bearer ${CANARIES[0]}`);
  expect(heard.join()).toContain(CANARIES[22]);

  const sinks: [string, Buffer][] = [
    ...filesBelow(project.folder, [join(project.folder, 'app.env'), join(project.folder, 'out.json')]),
    ...[started, status, listed].flatMap(({ stdout, stderr }, index): [string, Buffer][] => [
      [`terminal ${index}`, Buffer.from(stdout + stderr)],
    ]),
    ['command lines', Buffer.from([...lines].join('\n'), 'latin1')],
  ];
  const database = sinks.filter(([path]) => /\.(db|sqlite)(-wal)?$|temporal.*db/.test(path));
  expect(database.length).toBeGreaterThan(0);
  expect(sinks.some(([path]) => path.endsWith('report.html'))).toBe(true);
  expect(sinks.some(([path]) => path.endsWith('output.log'))).toBe(true);
  const hits: string[] = [];
  for (const secret of CANARIES) {
    for (const [name, spelling] of [
      ...spellingsOf(secret),
      ['UTF-16', Buffer.from(secret, 'utf16le').toString('latin1')] as const,
    ]) {
      const wanted = name === 'UTF-16' ? Buffer.from(secret, 'utf16le') : Buffer.from(spelling);
      for (const [path, bytes] of sinks)
        if (bytes.includes(wanted)) hits.push(`${JSON.stringify(secret).slice(0, 30)} as ${name} in ${path}`);
    }
  }
  const size = sinks.reduce((sum, [, bytes]) => sum + bytes.length, 0);
  console.log(
    `canaries: ${CANARIES.length} secrets × 9 spellings in ${sinks.length} files and streams (${(size / 1e6).toFixed(1)} MB): ${hits.length} hits`,
  );
  expect(hits).toEqual([]);
}, 180_000);
