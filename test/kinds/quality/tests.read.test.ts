import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const suite = (attributes: string, cases: string): string =>
  `<?xml version="1.0"?><testsuites><testsuite name="s" ${attributes}>${cases}</testsuite></testsuites>`;
const good = (count: number, named = 'm'): string =>
  Array.from({ length: count }, (_, at) => `<testcase classname="${named}" name="t${at}" time="0.5"/>`).join('');
/** As pytest 9 writes modules that it cannot import. */
const importErrors = (count: number): string =>
  Array.from(
    { length: count },
    (
      _,
      at,
    ) => `<testcase classname="" name="tests.test_${at}" time="0.000"><error message="collection failure">ImportError while importing test module '/w/tests/test_${at}.py'.
Hint: make sure your test modules/packages have valid Python names.
tests/test_${at}.py:1: in &lt;module&gt;
    import nothing_there
E   ModuleNotFoundError: No module named 'nothing_there'</error></testcase>`,
  ).join('');

async function run(texts: string | Record<string, string>, input: JsonObject = {}) {
  const folder = temporaryFolder();
  const files = typeof texts === 'string' ? { 'junit.xml': texts } : texts;
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(join(folder, name, '..'), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
  return runStep('tests.read', { files: ['**/*.xml'], ...input }, { goLive: { baseDir: folder } });
}
const outputsOf = async (...given: Parameters<typeof run>) => passed(await run(...given)).outputs;

stepKit('tests.read', {
  good: (folder) => {
    writeFileSync(join(folder, 'junit.xml'), suite('tests="2"', good(2)));
    return { files: ['junit.xml'] };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'junit.xml'), suite('tests="0"', ''));
    return { files: ['junit.xml'] };
  },
  badCode: 'EXPECTATION_FAILED',
});

describe('81 import errors beside 0 gates fail is impossible', () => {
  const text = suite('errors="81" failures="0" tests="81"', importErrors(81));
  test('they are no tests, and the step fails with the first cause', async () => {
    const made = await run(text);
    const failure = failed(made);
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain('There are 0 tests, and 1 must be beside 81 collection errors');
    expect(failure.message).toContain("ModuleNotFoundError: No module named 'nothing_there'");
    const list = readFileSync(join(made.folder, 'collection-errors.csv'), 'utf8').trim().split('\n');
    expect(list).toHaveLength(82);
    expect(list[81]).toContain('tests.test_80');
  });

  test('nor beside tests that passed, by any way to write the runbook', async () => {
    const beside = suite('errors="81" failures="0" tests="181"', importErrors(81) + good(100));
    const failure = failed(await run(beside));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain('Tests were not run: 81 collection errors');
    const judged = await outputsOf(beside, { collectionErrorsAtMost: 81 });
    expect(judged).toMatchObject({ tests: 100, passed: 100, failed: 0, errors: 81, collectionErrors: 81 });
    expect(judged.causes).toHaveLength(10);
    const nothing = await outputsOf(text, { collectionErrorsAtMost: 81, atLeast: 0 });
    expect(nothing).toMatchObject({ tests: 0, passed: 0, errors: 81, collectionErrors: 81 });
  });

  test.each<[string, string]>([
    ['a count of tests without test cases', suite('tests="81"', '')],
    ['a count of errors without one', suite('tests="1" errors="81"', good(1))],
    ['a whole that says more', `<testsuites tests="81" errors="81">${suite('', good(1)).slice(33, -13)}</testsuites>`],
    ['skipped tests that are told as passed', suite('tests="9" skipped="8"', good(9))],
    ['disabled tests that are told as passed', suite('tests="9" disabled="8"', good(9))],
  ])('%s: the report contradicts itself', async (_, contradiction) => {
    const failure = failed(await run(contradiction, { atLeast: 0, collectionErrorsAtMost: 1000 }));
    expect(failure.code).toBe('CHECK_FAILED');
    expect(failure.message).toMatch(/says \d+ (tests|failures|skipped) and holds/);
  });
});

describe('what could not be collected', () => {
  const bad = (attributes: string, inside: string): string => `<testcase ${attributes}>${inside}</testcase>`;
  test.each<[string, string, string]>([
    [
      'jest',
      bad(
        'classname="a.test.js" name="Test execution failure"',
        '<failure>  ● Test suite failed to run\n\n    Cannot find module ./gone</failure>',
      ),
      '● Test suite failed to run',
    ],
    [
      'jest, by its class',
      bad('classname="Test suite failed to run" name="a"', '<error message="no module"/>'),
      'no module',
    ],
    [
      'unittest',
      bad(
        'classname="unittest.loader._FailedTest" name="tests.a"',
        '<error type="ImportError">ImportError: no b</error>',
      ),
      'ImportError: no b',
    ],
    ['JUnit 4', bad('classname="A" name="initializationError"', '<error message="none"/>'), 'none'],
    ['a file of Node', bad('classname="test" name="/w/a.test.mjs"', '<failure message="test failed"/>'), 'test failed'],
    ['a failure of a suite', '<error message="setup"/>', 'setup'],
    ['words of the runbook’s own', bad('classname="A" name="boot"', '<error message="BOOT 17"/>'), 'BOOT 17'],
  ])('%s', async (_, text, cause) => {
    const input = { collectionErrorsAtMost: 1, collection: ['^BOOT \\d+$'] };
    const outputs = await outputsOf(suite('', good(3) + text), input);
    expect(outputs).toMatchObject({ tests: 3, passed: 3, errors: 1, collectionErrors: 1 });
    expect(outputs.causes).toEqual([expect.stringContaining(cause)]);
  });

  test('a test that failed is none, nor one that passed under such a name', async () => {
    const text =
      bad('classname="m" name="a"', '<failure message="assert 1 == 2"/>') +
      bad('classname="m" name="a.test.js"', '') +
      bad('classname="m" name="b"', '<error message="failed on teardown"/>');
    expect(await outputsOf(suite('', text))).toMatchObject({
      tests: 3,
      passed: 1,
      failed: 1,
      errors: 1,
      collectionErrors: 0,
    });
  });
});

test('several reports by patterns, each once; modules and seconds', async () => {
  const made = await run(
    {
      'a/out/junit.xml': suite('', good(2, 'm.a')),
      'b/out/junit.xml': suite('', good(3, 'm.b') + good(1, 'm.a')),
      'c.txt': 'x',
    },
    { files: ['*/out/*.xml', 'a/out/junit.xml'] },
  );
  expect(passed(made).outputs).toMatchObject({ tests: 6, files: 2, modules: 2, seconds: 3 });
  const table = readFileSync(join(made.folder, 'inventory.csv'), 'utf8');
  expect(table).toContain('m.a,3,3,0,0,0,0,1.500');
});

test('a class that is the title of its test is no module: its suite is', async () => {
  const text = suite('', '<testcase classname="adds one" name="adds one"/><testcase classname="x y" name="x y"/>');
  expect(await outputsOf(text)).toMatchObject({ tests: 2, modules: 1 });
});

describe('what shows no tests is no news', () => {
  const plain = suite('', good(1));
  test.each<[string, Record<string, string>, JsonObject, string, string]>([
    ['a report that is not there', {}, { files: ['gone.xml'] }, 'NOT_FOUND', 'gone.xml'],
    [
      'a pattern that matches none',
      { 'a.xml': plain },
      { files: ['a.xml', 'b/*.xml'] },
      'NOT_FOUND',
      'b/*.xml matches no file',
    ],
    ['an empty report', { 'a.xml': '' }, {}, 'CHECK_FAILED', 'root'],
    ['half a report', { 'a.xml': plain.slice(0, -9) }, {}, 'CHECK_FAILED', 'JUnit'],
    ['a report of another kind', { 'a.xml': '<coverage/>' }, {}, 'CHECK_FAILED', 'its root is coverage'],
    ['no test', { 'a.xml': suite('', '') }, {}, 'EXPECTATION_FAILED', 'There are 0 tests, and 1 must be'],
    ['fewer tests than must be', { 'a.xml': plain }, { atLeast: 2 }, 'EXPECTATION_FAILED', 'There are 1 test, and 2'],
    ['a report twice', { 'a.xml': plain, 'b.xml': plain }, {}, 'CHECK_FAILED', 'b.xml is the same report as a.xml'],
  ])('%s', async (_, files, input, code, words) => {
    const failure = failed(await run(files, input));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  test('a report of an earlier run, by its file or by its own time', async () => {
    const folder = temporaryFolder();
    const look = async () =>
      runStep('tests.read', { files: ['a.xml'], newerThan: '2026-01-02T00:00:00Z' }, { goLive: { baseDir: folder } });
    const path = join(folder, 'a.xml');
    writeFileSync(path, plain);
    utimesSync(path, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'));
    expect(failed(await look()).message).toContain('an earlier run left it');
    writeFileSync(path, suite('timestamp="2025-12-31T23:00:00.5+00:00"', good(1)));
    expect(failed(await look()).message).toContain('is of 2025-12-31');
    writeFileSync(path, suite('timestamp="2025-12-31T23:00:00"', good(1)));
    expect(passed(await look()).outputs).toMatchObject({ tests: 1 });
  });

  test('no test at all, where the runbook says so', async () => {
    expect(await outputsOf(suite('', ''), { atLeast: 0 })).toMatchObject({ tests: 0, collectionErrors: 0 });
  });
});

test('a real report: Node finds that one file cannot be loaded, and an auditor counts again', async () => {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'a.test.mjs'), "import './gone.mjs';\n");
  const code =
    "import { describe, test } from 'node:test';\ndescribe('d', () => {\n  test('x', () => {});\n  test.skip('z', () => {});\n});\n";
  writeFileSync(join(folder, 'b.test.mjs'), code);
  const how = ['--test', '--test-reporter=junit', '--test-reporter-destination=junit.xml'];
  const env = { PATH: process.env.PATH };
  expect(() => execFileSync(process.execPath, how, { cwd: folder, env, stdio: 'ignore' })).toThrow('Command failed');
  const input = { files: ['junit.xml'], collectionErrorsAtMost: 1 };
  const made = await runStep('tests.read', input, { goLive: { baseDir: folder } });
  const { outputs } = passed(made);
  expect(outputs).toMatchObject({ tests: 2, passed: 1, skipped: 1, collectionErrors: 1 });
  expect(outputs.causes).toEqual([expect.stringContaining('a.test.mjs')]);
  const kept = (name: string) => readFileSync(join(made.folder, name));
  expect(await recomputeOutputs('tests.read', input, kept)).toEqual(outputs);
  await expect(recomputeOutputs('tests.read', { files: ['junit.xml'] }, kept)).rejects.toThrow('Tests were not run');
});
