import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const section = (file: string, hits: readonly number[], more = ''): string =>
  `TN:\nSF:${file}\n${hits.map((hit, at) => `DA:${at + 1},${hit}\n`).join('')}${more}end_of_record\n`;
const LCOV = section('src/pay/a.ts', [1, 1, 1, 0]) + section('src/ui/b.ts', [1, 0, 0, 0]);

const file = (path: string, hits: readonly number[]): JsonObject => ({
  path,
  statementMap: Object.fromEntries(
    hits.map((_, at) => [String(at), { start: { line: at + 1, column: 0 }, end: { line: at + 1, column: 9 } }]),
  ),
  fnMap: { 0: { name: 'f', decl: place(1), loc: place(1) } },
  branchMap: { 0: { type: 'if', loc: place(1), locations: [place(1), place(1)] } },
  s: Object.fromEntries(hits.map((hit, index) => [String(index), hit])),
  f: { 0: 1 },
  b: { 0: [1, 0] },
});
function place(line: number): JsonObject {
  return { start: { line, column: 0 }, end: { line, column: 9 } };
}
const final = (...files: JsonObject[]): string =>
  JSON.stringify(Object.fromEntries(files.map((one, i) => [String(i), one])));

const part = (total: number, covered: number): JsonObject => ({ total, covered, skipped: 0, pct: 1 });
const entry = (total: number, covered: number): JsonObject => ({
  lines: part(total, covered),
  statements: part(total, covered),
  functions: part(0, 0),
  branches: part(2, 1),
});

const cobertura = (classes: string, root = '', source = 'src'): string =>
  `<?xml version="1.0"?><!DOCTYPE coverage SYSTEM "http://cobertura.sourceforge.net/xml/coverage-04.dtd">
<coverage ${root}><sources><source>${source}</source></sources><packages><package name="p"><classes>${classes}</classes></package></packages></coverage>`;
const oneClass = (name: string, lines: string, methods = ''): string =>
  `<class name="${name}" filename="a.py"><methods>${methods}</methods><lines>${lines}</lines></class>`;
const CLASSES =
  oneClass('A', '<line number="1" hits="1"/><line number="2" hits="0"/>') +
  oneClass(
    'B',
    '<line number="2" hits="3"/><line number="3" hits="0" branch="true" condition-coverage="50% (1/2)"/>',
    '<method name="f" signature="()V"><lines><line number="3" hits="0"/></lines></method>',
  );

async function run(text: string, input: JsonObject = {}, name = 'report') {
  const folder = temporaryFolder();
  writeFileSync(join(folder, name), text);
  return runStep('coverage.read', { file: name, ...input }, { goLive: { baseDir: folder } });
}
const outputsOf = async (text: string, input: JsonObject = {}) => passed(await run(text, input)).outputs;
const failureOf = async (text: string, input: JsonObject = {}) => failed(await run(text, input));

stepKit('coverage.read', {
  good: (folder) => {
    writeFileSync(join(folder, 'lcov.info'), LCOV);
    return { file: 'lcov.info', critical: { pay: ['src/pay/**'] } };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'lcov.info'), '');
    return { file: 'lcov.info' };
  },
  badCode: 'CHECK_FAILED',
});

test('lcov: overall, and the worst of the critical paths', async () => {
  expect(await outputsOf(LCOV, { critical: { pay: ['src/pay/*'], all: ['**/a.ts', 'src/ui/**'] } })).toEqual({
    lines: 50,
    criticalPercent: 50,
    worst: 'all',
    critical: { pay: 75, all: 50 },
    files: 2,
    allLines: 8,
    hitLines: 4,
    others: 0,
    unmeasured: 0,
    format: 'lcov',
    written: expect.any(String),
    credentials: 0,
  });
});

test('a file that stands twice, by several names, counts once: line by line', async () => {
  const folder = temporaryFolder();
  const text =
    section('src/a.ts', [1, 0, 0, 0]) +
    section('./src/a.ts', [1, 1, 0, 0]) +
    section(join(folder, 'src/a.ts'), [0, 0, 1, 0]);
  writeFileSync(join(folder, 'lcov.info'), text);
  const made = await runStep('coverage.read', { file: 'lcov.info' }, { goLive: { baseDir: folder } });
  expect(passed(made).outputs).toMatchObject({ files: 1, allLines: 4, hitLines: 3, lines: 75 });
});

test('a root of another machine: paths of a container are relative to it', async () => {
  const outputs = await outputsOf(section('/app/src/pay/a.ts', [1]), {
    root: '/app',
    critical: { pay: ['src/pay/*'] },
  });
  expect(outputs).toMatchObject({ criticalPercent: 100 });
});

test('Cobertura: classes of one file are one file, below its source; methods are functions', async () => {
  expect(await outputsOf(cobertura(CLASSES), { critical: { a: ['src/a.py'] } })).toMatchObject({
    format: 'cobertura',
    files: 1,
    allLines: 3,
    hitLines: 2,
    branches: 50,
    functions: 0,
    criticalPercent: 200 / 3,
  });
});

test('istanbul: coverage-final with a file twice, and coverage-summary', async () => {
  const text = final(file('/w/src/a.ts', [1, 0]), file('/w/./src/a.ts', [0, 1]), file('/w/src/b.ts', [1, 0]));
  expect(await outputsOf(text, { root: '/w', critical: { b: ['src/b.ts'] } })).toMatchObject({
    format: 'istanbul',
    files: 2,
    lines: 75,
    branches: 50,
    functions: 100,
    criticalPercent: 50,
  });
  const two: Record<string, JsonObject> = { '/w/a.ts': entry(6, 3), '/w/b.ts': entry(4, 3) };
  two.total = { ...entry(10, 6), branches: part(4, 2) };
  expect(await outputsOf(JSON.stringify(two), { root: '/w' })).toMatchObject({
    format: 'istanbul-summary',
    lines: 60,
    branches: 50,
  });
  expect(passed(await run(JSON.stringify(two))).outputs).not.toHaveProperty('functions');
  two.total = { ...entry(10, 9), branches: part(4, 2) };
  expect((await failureOf(JSON.stringify(two))).message).toContain('its files come to 6 of 10 lines');
});

describe('what is not measured is never covered', () => {
  test.each<[string, string, JsonObject, string, string]>([
    ['an empty report', '', {}, 'CHECK_FAILED', 'holds no source file'],
    ['blanks', '\n\n', {}, 'CHECK_FAILED', 'holds no source file'],
    ['half an lcov', LCOV.slice(0, -14), {}, 'CHECK_FAILED', 'ends within src/ui/b.ts'],
    ['files without a line', section('a.ts', []), {}, 'CHECK_FAILED', 'holds no line'],
    ['a line that cannot be read', LCOV.replace('DA:2', '\0DA:2'), {}, 'CHECK_FAILED', 'line 4'],
    ['half an XML', cobertura(CLASSES).slice(0, -4), {}, 'CHECK_FAILED', 'cobertura'],
    ['XML of another kind', '<testsuite tests="0"/>', {}, 'CHECK_FAILED', 'its root is testsuite'],
    ['an entity', cobertura('&pass;'), {}, 'CHECK_FAILED', 'entity'],
    ['Cobertura without a line', cobertura(oneClass('A', '')), {}, 'CHECK_FAILED', 'holds no line'],
    ['half a JSON', final(file('a.ts', [1])).slice(0, -3), {}, 'CHECK_FAILED', 'ends before'],
    ['JSON of another kind', '{"results":[]}', {}, 'CHECK_FAILED', 'is none of istanbul'],
    ['an empty JSON', '{}', {}, 'CHECK_FAILED', 'holds no line'],
    [
      'a count that is missing',
      final({ ...file('a.ts', [1, 0]), s: { 0: 1 } }),
      {},
      'CHECK_FAILED',
      'counts other than it maps',
    ],
    [
      'a summary without files',
      JSON.stringify({ total: entry(5, 5) }),
      {},
      'CHECK_FAILED',
      'its files come to 0 of 0 lines',
    ],
    [
      'a critical path that matches no file',
      LCOV,
      { critical: { pay: ['src/payments/**'] } },
      'EXPECTATION_FAILED',
      'matches none of the 2 files',
    ],
    [
      'one pattern of several that matches none',
      LCOV,
      { critical: { pay: ['src/pay/**', 'gone/**'] } },
      'EXPECTATION_FAILED',
      'gone/** matches none',
    ],
    [
      'a critical path without a line',
      LCOV + section('src/x.ts', []),
      { critical: { x: ['src/x.ts'] } },
      'EXPECTATION_FAILED',
      'only files without a line',
    ],
    ['another format than is said', LCOV, { format: 'cobertura' }, 'CHECK_FAILED', 'cobertura'],
    ['a bound that is no time', LCOV, { newerThan: 'today' }, 'BAD_INPUT', 'newerThan'],
  ])('%s', async (_, text, input, code, words) => {
    const failure = await failureOf(text, input);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  test('a report of an earlier run, by its file or by its own word', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'r');
    const look = async () =>
      runStep('coverage.read', { file: 'r', newerThan: '2026-01-02T00:00:00Z' }, { goLive: { baseDir: folder } });
    writeFileSync(path, LCOV);
    utimesSync(path, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'));
    expect(failed(await look()).message).toContain('an earlier run left it');
    writeFileSync(path, cobertura(CLASSES, 'timestamp="1735689600"'));
    expect(failed(await look()).message).toContain('is of 2025-01-01');
    writeFileSync(path, LCOV);
    passed(await look());
  });

  test('a report that is not there', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'coverage'));
    const made = await runStep('coverage.read', { file: 'coverage' }, { goLive: { baseDir: folder } });
    expect(failed(made).code).toBe('BAD_INPUT');
    const gone = await runStep('coverage.read', { file: 'gone' }, { goLive: { baseDir: folder } });
    expect(failed(gone).code).toBe('NOT_FOUND');
  });
});

test('an auditor counts again from the kept report, and finds one that was changed', async () => {
  const input = { file: 'report', critical: { pay: ['src/pay/**'] } };
  const made = await run(LCOV, input);
  const kept = (name: string): Buffer | undefined =>
    ['coverage.lcov', 'read.json'].includes(name) ? readFileSync(join(made.folder, name)) : undefined;
  expect(await recomputeOutputs('coverage.read', input, kept)).toEqual(passed(made).outputs);
  const better = (name: string) => (name === 'coverage.lcov' ? Buffer.from(LCOV.replaceAll(',0', ',1')) : kept(name));
  expect(await recomputeOutputs('coverage.read', input, better)).toMatchObject({ lines: 100 });
  expect(readFileSync(join(made.folder, 'critical.csv'), 'utf8')).toContain('pay,4,75');
});

test('a real report: what Node itself measures of its tests', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.mjs'), 'export const a = (x) => {\n  if (x) return 1;\n  return 2;\n};\n');
  const code = "import { test } from 'node:test';\nimport { a } from './a.mjs';\ntest('a', () => void a(true));\n";
  writeFileSync(join(folder, 'a.test.mjs'), code);
  const how = [
    '--test',
    '--experimental-test-coverage',
    '--test-reporter=lcov',
    '--test-reporter-destination=lcov.info',
  ];
  execFileSync(process.execPath, [...how, 'a.test.mjs'], { cwd: folder, env: { PATH: process.env.PATH } });
  const input = { file: 'lcov.info', critical: { a: ['a.mjs'] } };
  const { outputs } = passed(await runStep('coverage.read', input, { goLive: { baseDir: folder } }));
  expect(outputs).toMatchObject({ format: 'lcov', critical: { a: 75 } });
});
