import { afterEach, beforeEach, expect, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { parse } from 'yaml';
import type { Manifest } from '../../../lab/lc/cases/build.js';
import { MAIN, alive, connects, startLab, startStack, status, until } from './drive.js';
import type { Lab } from './drive.js';

let dir = '';
let lab: Lab | undefined;

beforeEach(() => {
  dir = mkdtempSync(join(tmpdir(), 'golive-lc-e2e-'));
});
afterEach(async () => {
  if (lab && lab.child.exitCode === null && lab.child.signalCode === null) {
    const ended = new Promise((done) => lab?.child.on('exit', done));
    lab.child.kill('SIGTERM');
    await ended;
  }
  rmSync(dir, { recursive: true, force: true });
  lab = undefined;
}, 30_000);

async function end(running: Lab): Promise<number | null> {
  const ended = new Promise<number | null>((done) => running.child.on('exit', done));
  running.child.stdin?.end();
  return ended;
}

function control(running: Lab, verb: 'freeze' | 'thaw' | 'status'): { code: number | null; state: string } {
  const [program = '', ...args] = running.inputs.agents[0]?.[verb] ?? [];
  const result = spawnSync(program, args);
  return { code: result.status, ...(JSON.parse(String(result.stdout)) as { state: string }) };
}

/** Sends a set as the case runner does: an interval between cases, Retry-After honoured. */
async function send(running: Lab, set: string, intervalMs: number) {
  const { cases } = JSON.parse(readFileSync(join(running.inputs.casesDir, `${set}.json`), 'utf8')) as Manifest;
  const waits: number[] = [];
  let right = 0;
  let falsePass = 0;
  for (const one of cases) {
    const next = Date.now() + intervalMs;
    const body = JSON.stringify({
      case_id: one.id,
      documents: one.documents.map(({ name, type, text }) => ({ name, type, text })),
    });
    for (let attempt = 0; attempt <= 8; attempt += 1) {
      const response = await fetch(`${running.inputs.apiUrl}/api/validate/`, { method: 'POST', body });
      const answer = (await response.json()) as { verdict: string };
      if (response.status !== 429) {
        expect(response.status).toBe(200);
        right += answer.verdict === one.expected ? 1 : 0;
        falsePass += one.expected === 'reject' && answer.verdict === 'pass' ? 1 : 0;
        break;
      }
      const seconds = Number(response.headers.get('retry-after'));
      waits.push(seconds);
      await sleep(seconds * 1000);
    }
    await sleep(Math.max(0, next - Date.now()));
  }
  return { right, falsePass, waits };
}

test('from NO-GO to a validated smoke set, and nothing is left', async () => {
  lab = await startLab(dir, ['--time-scale', '30']);
  const { inputs } = lab;
  expect(lab.readyMs).toBeLessThan(15_000);
  expect(existsSync(join(inputs.stackDir, '.env'))).toBe(false);
  expect(readFileSync(join(inputs.stackDir, '.env.example'), 'utf8')).toContain('USE_STUBS=true');
  expect(readdirSync(inputs.resultsDir)).toContain('day2_results.jsonl');
  expect(
    Object.keys((parse(readFileSync(join(inputs.stackDir, 'compose.yaml'), 'utf8')) as { services: object }).services),
  ).toHaveLength(3);
  expect(await status(`${inputs.apiUrl}/healthz`)).toBe(0);

  expect(control(lab, 'freeze')).toMatchObject({ code: 0, state: 'frozen' });
  const groups = await startStack(inputs.stackDir);
  expect(await status(`${inputs.apiUrl}/health/live`)).toBe(200);
  const malformed = await fetch(`${inputs.apiUrl}/api/validate/`, { method: 'POST', body: '{' });
  expect(malformed.status).toBe(422);

  const probe = await send(lab, 'probe1', 100);
  expect(probe.right).toBe(1);
  const smoke = await send(lab, 'smoke20', 100);
  expect(smoke.right).toBeGreaterThanOrEqual(18);
  expect(smoke.falsePass).toBe(0);
  expect(smoke.waits.length).toBeGreaterThanOrEqual(1);
  expect(Math.min(...smoke.waits)).toBeGreaterThan(0);

  const log = readFileSync(join(inputs.stackDir, '.stack', 'api.log'), 'utf8');
  expect(log).toContain('Application configuration {');
  expect(log).toContain('Database connection established');
  expect(log).toMatch(/Document classified .*type=\w+ path=text/);
  expect(log).toMatch(/Document classified .*type=\w+ path=ocr/);
  expect(log).not.toMatch(/CRITICAL|FATAL/);
  expect(readFileSync(join(inputs.agents[0]?.freeze.at(-1) ?? '', 'agent.log'), 'utf8')).not.toContain('HTTP 200');

  await until('production answers', async () => (await status(`${inputs.prodUrl}/healthz`)) === 200);
  expect(await (await fetch(inputs.prodUrl)).text()).toContain('<title>LCopilot');

  const ports = [inputs.apiUrl, inputs.prodUrl].map((url) => Number(new URL(url).port));
  expect(await end(lab)).toBe(0);
  for (const port of ports) expect(await connects('127.0.0.1', port)).toBe(false);
  await until('the groups are gone', () => !groups.some(alive), 5000);
}, 120_000);

test('a killed host takes production and the agent with it', async () => {
  lab = await startLab(dir, ['--fault', 'prod-404']);
  const running = lab;
  await until('the front answers', async () => (await status(running.inputs.prodUrl)) === 404);
  running.child.kill('SIGKILL');
  await until('the front is gone', async () => (await status(running.inputs.prodUrl)) === 0, 15_000);
  await until('the agent is gone', () => control(running, 'status').state !== 'running', 15_000);
}, 60_000);

test('an unknown fault is refused by name, and the known ones are listed', () => {
  const refused = spawnSync(process.execPath, [MAIN, '--dir', dir, '--fault', 'nonsense']);
  expect(refused.status).toBe(2);
  expect(String(refused.stderr)).toContain('unknown fault "nonsense"; known: db-never');
  const listed = spawnSync(process.execPath, [MAIN, '--list-faults', '--json']);
  expect((JSON.parse(String(listed.stdout)) as { id: string }[]).map(({ id }) => id)).toContain('flaky-verdicts');
});
