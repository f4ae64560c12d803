import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { batchInput, batchScript } from '../../kits/batch-script.js';
import { caseManifest } from '../../kits/case-manifest.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

interface Answer {
  status?: number;
  verdict?: string;
  stub?: boolean;
  headers?: Record<string, string>;
  extraction?: JsonObject;
}
let server: Server;
let url: string;
/** How often each case was asked. */
let asked: Map<string, number>;
let answer: (id: string, times: number) => Answer;

beforeEach(async () => {
  asked = new Map();
  answer = (id) => ({ verdict: id.split('-')[0] ?? 'pass' });
  server = createServer((request, response) => {
    let text = '';
    request.on('data', (chunk) => (text += String(chunk)));
    request.on('end', () => {
      const id = (JSON.parse(text) as { case_id: string }).case_id;
      asked.set(id, (asked.get(id) ?? 0) + 1);
      const { status = 200, verdict, stub, headers = {}, extraction } = answer(id, asked.get(id) ?? 0);
      response.writeHead(status, { 'content-type': 'application/json', ...headers });
      response.end(
        JSON.stringify({
          verdict,
          stub,
          structured_result: { issues: [], extraction_summary: { confidence: 1, ...extraction } },
        }),
      );
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const address = server.address();
  url = `http://127.0.0.1:${typeof address === 'object' && address ? address.port : 0}/api/validate/`;
});
afterEach(() => new Promise((resolve) => server.close(resolve)));

const input = (): JsonObject => ({ manifest: 'manifest.json', url, minInterval: 0, retries429: 3 });

stepKit('cases.run', {
  good: (folder) => {
    caseManifest(folder, { pass: 2, reject: 1 });
    batchScript(folder, 'good.forEach(row);');
    return batchInput({ file: 'rows-{run}.jsonl' });
  },
  programsWrite: ['rows-1-kit.1.step.jsonl', 'rows-1-kit.1.step.2.jsonl'],
  bad: () => ({ ...input(), manifest: 'absent.json' }),
  badCode: 'NOT_FOUND',
  slow: (folder) => ({
    input: { ...input(), manifest: caseManifest(folder, { pass: 2 }), minInterval: '1h' },
    under: () => eventually(() => asked.size === 1, 'the first case'),
  }),
});

describe('cases.run', () => {
  let base: string;
  beforeEach(() => {
    base = temporaryFolder();
  });
  const run = (more: JsonObject = {}, overrides: Parameters<typeof runStep>[2] = {}) =>
    runStep('cases.run', { ...input(), ...more }, { ...overrides, goLive: { baseDir: base, ...overrides.goLive } });

  test('figures agree with a table counted by hand', async () => {
    caseManifest(base, { pass: 4, warn: 2, reject: 3, blocked: 1 });
    const got: Record<string, Answer> = {
      'pass-1': { verdict: 'warn' },
      'pass-2': { verdict: 'blocked' },
      'reject-0': { verdict: 'pass' },
      'warn-1': { status: 422 },
    };
    answer = (id) => got[id] ?? { verdict: id.split('-')[0] ?? '' };
    const ended = await run();
    const { outputs } = passed(ended);
    expect(outputs).toMatchObject({
      total: 10,
      comparable: 9,
      agreed: 6,
      criticalFalsePass: 1,
      http422: 1,
      exhausted429: 0,
      blocked: 2,
      stubbed: 0,
      confusion: {
        'pass>pass': 2,
        'pass>warn': 1,
        'pass>blocked': 1,
        'warn>warn': 1,
        'reject>pass': 1,
        'reject>reject': 2,
        'blocked>blocked': 1,
      },
    });
    expect(await figuresAgain('cases.run', ended)).toEqual(outputs);
    expect(outputs.accuracy).toBeCloseTo(6 / 9, 12);
    expect(outputs.recallPass).toBeCloseTo(0.5, 12);
    expect(outputs.blockedAmongExpectedPass).toBeCloseTo(0.25, 12);
    expect(readFileSync(join(ended.folder, 'confusion_matrix.csv'), 'utf8').split('\n')[1]).toBe(
      '1-kit.step,1,pass,2,1,0,1',
    );
    expect(readFileSync(join(ended.folder, 'failed_cases.csv'), 'utf8').trim().split('\n')).toHaveLength(1 + 4);
  });

  test('a share of nothing is absent, so that a gate on it is inconclusive', async () => {
    caseManifest(base, { reject: 2 });
    answer = () => ({ status: 500 });
    const { outputs } = passed(await run());
    expect(outputs).not.toHaveProperty('accuracy');
    expect(outputs).not.toHaveProperty('recallPass');
    expect(outputs.comparable).toBe(0);
  });

  test('answers that are no verdict have their figures, and a limit where the step says one', async () => {
    caseManifest(base, { pass: 3 });
    answer = (id) => (id === 'pass-1' ? { status: 500 } : { verdict: 'pass' });
    const told = passed(await run());
    expect(told.outputs).toMatchObject({ looked: 2, unreadable: 1, leftOut: 0, total: 3 });
    expect(told.summary).toContain('1 answers no verdict');
    passed(await run({ unreadable: { atMost: 1 } }, { task: { epoch: 2 } }));
    const failure = failed(await run({ unreadable: { atMost: 0 } }, { task: { epoch: 3 } }));
    expect(failure.message).toBe('1 of 3 answers cannot be read, so nothing is known; the first: pass-1: status 500.');
  });

  test('429: Retry-After is honoured, retries are counted, and running out is counted', async () => {
    caseManifest(base, { pass: 2 });
    answer = (id, times) =>
      id === 'pass-0' && times > 2 ? { verdict: 'pass' } : { status: 429, headers: { 'retry-after': '0.05' } };
    const { outputs } = passed(await run());
    expect(asked).toEqual(
      new Map([
        ['pass-0', 3],
        ['pass-1', 4],
      ]),
    );
    expect(outputs).toMatchObject({ retries429: 2 + 3, exhausted429: 1, exhausted429Share: 0.5, comparable: 1 });
  });

  test('a guard stops the run as soon as it is certain: the 15th blocked of 20 is over 70 %', async () => {
    caseManifest(base, { blocked: 20 });
    const guards = [{ id: 'uniform', title: 'Uniform block', trips: 'it.blockedShare > 0.70' }];
    const ended = await run({}, { task: { guards } });
    expect(failed(ended)).toMatchObject({ code: 'GUARD_TRIPPED' });
    expect(asked.size).toBe(15);
    expect(JSON.parse(readFileSync(join(ended.folder, 'metrics.json'), 'utf8'))).toMatchObject({
      complete: false,
      blocked: 15,
    });
  });

  test('stopped in the middle and begun again, it goes on with the next case: each recorded once, none sent twice after', async () => {
    caseManifest(base, { pass: 12 });
    const evidenceDir = temporaryFolder();
    const lines = () =>
      readFileSync(join(evidenceDir, 'data', 'phases', 'smoke.1', 'run1', 'results.jsonl'), 'utf8')
        .trim()
        .split('\n');
    const task = { phase: 'smoke', step: 'run1' };
    const first = await run(
      { minInterval: 40 },
      { goLive: { evidenceDir }, task, cancelWhen: () => eventually(() => asked.size >= 5, 'five cases') },
    );
    expect(first.cancelled).toBe(true);
    const recorded = lines().map((line) => (JSON.parse(line) as { id: string }).id);
    expect(recorded.length).toBeLessThan(12);
    asked.clear();
    passed(await run({}, { goLive: { evidenceDir }, task, attempt: 2 }));
    expect(recorded.filter((id) => asked.has(id))).toEqual([]);
    expect(new Set(lines().map((line) => (JSON.parse(line) as { id: string }).id)).size).toBe(12);
    expect(lines()).toHaveLength(12);
  });

  test('a service that is not there is a failure to try again, and what was recorded stays', async () => {
    caseManifest(base, { pass: 2 });
    const ended = await run({ url: 'http://127.0.0.1:9/api/' });
    expect(failed(ended).code).toBe('CONNECTION_FAILED');
    expect(ended.retryable).toBe(true);
  });

  test('what an answer tells of the token is kept without it', async () => {
    answer = () => ({ verdict: 'pass', extraction: { 'by passtoken': ['passtoken', 'pass'] } });
    const told = await runStep(
      'cases.run',
      { ...input(), manifest: caseManifest(base, { pass: 1 }), token: { env: 'TOLD' } },
      { goLive: { baseDir: base }, env: { ...process.env, TOLD: 'passtoken' } },
    );
    expect(passed(told).outputs).toMatchObject({ agreed: 1 });
    const line: unknown = JSON.parse(readFileSync(join(told.folder, 'results.jsonl'), 'utf8'));
    const kept = { confidence: 1, 'by [redacted]': ['[redacted]', 'pass'] };
    expect(line).toHaveProperty('extraction', kept);
  });
});
