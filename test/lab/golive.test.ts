import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { z } from 'zod';
import { inputsOf, repositoryOf } from '../../lab/golive/inputs.js';
import { freePorts } from '../../lab/kit/ports.js';
import { type Program, programFolder, startProgram } from '../kits/program.js';
import { passed, runStep } from '../kits/step-run.js';
import { eventually } from '../kits/until.js';

const built = (path: string): string => new URL(`../../dist/${path}.js`, import.meta.url).pathname;
const ASK = '/api/v1/namespaces/default/workflows/waiting/query/state';
const upFile = z.object({ api: z.string(), metrics: z.string() });
const answer = z.object({ queryResult: z.tuple([z.object({ id: z.string(), evidenceDir: z.string() })]) });
const serverRecord = z.object({ pid: z.int() });

const runs = (pid: number): boolean => existsSync(`/proc/${pid}`);

let up: Program;
let front: Program;
let url = '';
const folder = programFolder();
const workerPid = (): number => Number(readFileSync(join(folder, 'worker.pid'), 'utf8'));

beforeAll(async () => {
  const [grpc = 0, ui = 0, port = 0] = await freePorts(3);
  const ports = ['--port', String(grpc), '--ui-port', String(ui)];
  up = startProgram(
    [process.execPath, built('lab/golive/up'), '--golive', built('bin/golive'), '--dir', folder, ...ports],
    folder,
  );
  await eventually(
    'golive is up',
    60_000,
    () => existsSync(join(folder, 'up.json')) && existsSync(join(folder, 'worker.pid')),
  );
  const { api, metrics } = upFile.parse(JSON.parse(readFileSync(join(folder, 'up.json'), 'utf8')));
  const behind = ['--api', api, '--metrics', metrics, '--ask', ASK];
  front = startProgram(
    [process.execPath, built('lab/golive/front'), '--port', String(port), ...behind],
    programFolder(),
  );
  url = `http://127.0.0.1:${port}`;
  await eventually('it is well', 20_000, async () => (await fetch(`${url}/healthz`)).ok);
}, 120_000);

afterAll(async () => {
  await front?.end();
  await up?.end();
});

const query = (): Promise<Response> =>
  fetch(`${url}${ASK}`, { method: 'POST', headers: { 'content-type': 'application/json' }, body: '{}' });

test('the worker answers for the go-live that waits, and the metrics count that it was asked', async () => {
  const asked = async (): Promise<number> => {
    const text = await (await fetch(`${url}/metrics`)).text();
    return Number(/^service_requests\{.*operation="QueryWorkflow",service_name="frontend"\} (\d+)$/m.exec(text)?.[1]);
  };
  const before = await asked();
  const { queryResult } = answer.parse(await (await query()).json());
  expect(queryResult[0].id).toBe('waiting/c1');
  expect(queryResult[0].evidenceDir).toBe(join(folder, 'state', 'evidence', 'waiting', 'c1'));
  await eventually('it was counted', 20_000, async () => (await asked()) > before);
});

test('an answer of people is seen in the metrics, in the log of the worker and in the audit log', async () => {
  const [, , frontPort = ''] = url.split(':');
  const { observe } = z.object({ observe: z.record(z.string(), z.json()) }).parse(
    inputsOf({
      dir: folder,
      repository: repositoryOf(),
      running: folder,
      front: Number(frontPort),
      proxy: { url: '', proxyUrl: '' },
      bootstrap: { grpc: 0, ui: 0 },
    }),
  );
  const look = async () =>
    passed(await runStep('observability.check', { ...observe, within: '30s' }, { goLive: { baseDir: folder } }))
      .outputs;
  const seen = { counters: 2, moving: 2, pokes: 3, traced: 3, untraced: 0, unstructured: 0 };
  const first = await look();
  expect(first).toMatchObject(seen);
  expect(Number(first.structured)).toBeGreaterThan(0);
  // It waits again.
  expect(await look()).toMatchObject(seen);
}, 90_000);

test('without its worker it is not well; golive starts another one, and is well again', async () => {
  const before = workerPid();
  process.kill(before, 'SIGKILL');
  await eventually('nobody answers', 10_000, async () => (await fetch(`${url}/healthz`)).status === 503);
  await eventually(
    'another worker answers',
    60_000,
    async () => workerPid() !== before && (await fetch(`${url}/healthz`)).ok,
  );
}, 90_000);

test('it ends with nothing left', async () => {
  const server = serverRecord.parse(JSON.parse(readFileSync(join(folder, 'state', 'server.json'), 'utf8')));
  const worker = workerPid();
  expect([runs(server.pid), runs(worker)]).toEqual([true, true]);
  await up.end();
  await eventually('neither runs', 10_000, () => !runs(server.pid) && !runs(worker));
}, 60_000);
