import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { appendFileSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endStack, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

const LINES = 'starting\nApplication configuration loaded\nDatabase connection established\n';

stepKit('log.scan', {
  good: (folder) => {
    writeFileSync(join(folder, 'api.log'), LINES);
    return { files: ['api.log'], needed: ['^Application configuration'], forbidden: ['FATAL'] };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'api.log'), `${LINES}FATAL: no such table\n`);
    return { files: ['api.log'], forbidden: ['FATAL'] };
  },
  badCode: 'EXPECTATION_FAILED',
});

describe('log.scan', () => {
  let base = '';
  let path = '';
  beforeEach(() => {
    base = temporaryFolder();
    path = join(base, 'api.log');
    writeFileSync(path, LINES);
  });
  afterEach(() => endStack(base));
  const scan = (more: Parameters<typeof runStep>[1], overrides: Parameters<typeof runStep>[2] = {}): Promise<StepRun> =>
    runStep('log.scan', { files: ['api.log'], ...more }, { ...overrides, goLive: { baseDir: base } });

  test('a needed line that is missing can come later; a forbidden one is told with file, line and text', async () => {
    const missing = failed(await scan({ needed: ['OCR path', 'Database'] }));
    expect(missing).toMatchObject({ code: 'CHECK_FAILED', facts: { missing: ['OCR path'] } });
    const run = await scan({ forbidden: ['connection'] }, { task: { epoch: 2 } });
    expect(failed(run).message).toBe('A line that must not be there: api.log:3: Database connection established');
    expect(readFileSync(join(run.folder, 'matches.txt'), 'utf8')).toBe(
      'forbidden api.log:3: Database connection established\n',
    );
  });

  test('with until it waits for the line', async () => {
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const running = scan({ needed: ['OCR path'] }, { task: { until } });
    await eventually(() => existsSync(join(base, 'evidence', 'data', 'events.jsonl')), 'it looks');
    appendFileSync(path, 'the OCR path was taken\n');
    expect(passed(await running).outputs).toMatchObject({ missing: [], matched: 1 });
  });

  test('since now, what stood there before does not count, and lines keep their numbers', async () => {
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const input = { needed: ['Database'], since: 'now' };
    const memory = join(base, 'evidence', 'data', 'phases', '1-kit.1', 'step', 'remember.json');
    const running = scan(input, { task: { until } });
    await eventually(() => existsSync(memory), 'the mark is kept');
    appendFileSync(path, 'Database again\n');
    const run = await running;
    expect(passed(run).outputs).toMatchObject({ lines: 1, matched: 1 });
    expect(readFileSync(join(run.folder, 'matches.txt'), 'utf8')).toBe('api.log:4: Database again\n');
  });

  test('a pattern that takes exponential time elsewhere has its answer', async () => {
    writeFileSync(path, `${'a'.repeat(40)}!\n`);
    const run = await scan({ needed: ['^(a+)+$'] });
    expect(failed(run).code).toBe('CHECK_FAILED');
    expect(run.durationMs).toBeLessThan(4000);
  });

  test('neither a broken pattern nor a missing file passes', async () => {
    expect(failed(await scan({ needed: ['('] })).message).toContain(
      'needed.0: this is no pattern: this ( has no ). Write',
    );
    expect(failed(await scan({ files: ['other.log'], needed: ['x'] }, { task: { epoch: 2 } })).code).toBe('NOT_FOUND');
  });

  test('it reads the logs of a stack’s services', async () => {
    await smallStack(base, { COLOUR: 'blue' });
    const stack = { stack: 'stack', driver: 'native' };
    passed(await runStep('stack.up', stack, { goLive: { baseDir: base }, task: { step: 'up' } }));
    const run = await runStep(
      'log.scan',
      { ...stack, services: ['api'], needed: ['colour blue', 'api ready'] },
      { goLive: { baseDir: base } },
    );
    expect(passed(run).outputs).toEqual({ lines: 2, matched: 2, missing: [], forbidden: 0 });
  });
});
