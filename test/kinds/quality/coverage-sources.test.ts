import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { commitAll, git } from '../../kits/small-repository.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const section = (file: string, hits: readonly number[]): string =>
  `TN:\nSF:${file}\n${hits.map((hit, at) => `DA:${at + 1},${hit}\n`).join('')}end_of_record\n`;
const LCOV = section('src/pay/a.ts', [1, 1, 1, 0]) + section('src/ui/b.ts', [1, 0, 0, 0]);

/** Of a report in a folder that belongs to no repository. */
async function runAlone(text: string, input: JsonObject = {}) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'report'), text);
  return runStep('coverage.read', { file: 'report', ...input }, { goLive: { baseDir: folder } });
}
const outputsOf = async (text: string) => passed(await runAlone(text)).outputs;
const failureOf = async (text: string, input: JsonObject = {}) => failed(await runAlone(text, input));

describe('what there is stands in the commit, not in the report', () => {
  const FILES = {
    'src/pay/a.ts': 'a\nb\n\nc\nd\n',
    'src/ui/b.ts': 'a\nb\nc\nd',
    'src/pay/left.ts': 'one\n  \ntwo',
    'src/empty.ts': '\n',
    'src/types.d.ts': 'a\n',
    'test/a.test.ts': 'a\nb\n',
    'README.md': 'a\n',
  };
  async function runIn(files: Record<string, string>, report: string, input: JsonObject = {}) {
    const folder = temporaryFolder();
    git(folder, 'init', '--quiet', '-b', 'main');
    for (const [name, text] of Object.entries({ '.gitignore': 'out\n', ...files })) {
      mkdirSync(join(folder, name, '..'), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    commitAll(folder, 'start');
    mkdirSync(join(folder, 'out'));
    writeFileSync(join(folder, 'out/lcov.info'), report);
    const all = { file: 'out/lcov.info', tree: '.', ...input };
    const made = await runStep('coverage.read', all, { goLive: { baseDir: folder } });
    return { made, all };
  }
  const seen = async (...given: Parameters<typeof runIn>) => passed((await runIn(...given)).made).outputs;

  test('a file that the report leaves out is not covered, by its lines that are not empty; an auditor sees it', async () => {
    const { made, all } = await runIn(FILES, LCOV, { critical: { pay: ['src/pay/**'] } });
    const { outputs, summary } = passed(made);
    expect(outputs).toMatchObject({
      files: 3,
      allLines: 10,
      hitLines: 4,
      lines: 40,
      critical: { pay: 50 },
      unmeasured: 1,
      told: 100,
    });
    expect(summary).toContain('3 files, 1 of them not measured');
    expect(readFileSync(join(made.folder, 'files.csv'), 'utf8')).toContain('src/pay/left.ts,2,0,,,1');
    const kept = (name: string) => readFileSync(join(made.folder, name));
    const held = (name: string) => (name.endsWith('.xml') || name.endsWith('coverage.json') ? undefined : kept(name));
    expect(await recomputeOutputs('coverage.read', all, held)).toEqual(outputs);
    const fewer = (name: string) =>
      name === 'sources.json' ? Buffer.from('[{"file":"src/pay/a.ts","lines":4}]') : held(name);
    expect(await recomputeOutputs('coverage.read', all, fewer)).toMatchObject({ lines: 75, unmeasured: 0 });
    expect(
      await recomputeOutputs('coverage.read', all, (name) => (name === 'sources.json' ? undefined : held(name))),
    ).toBeUndefined();
  });

  test('one line of one small file', async () => {
    expect(await seen(FILES, section('src/pay/left.ts', [1]))).toMatchObject({
      lines: 100 / 9,
      unmeasured: 2,
      told: 50,
    });
  });

  test('tests, and files that are not of the commit, count nowhere', async () => {
    const many = Array.from({ length: 100 }, () => 1);
    const report =
      LCOV + section('test/a.test.ts', many) + section('src/made-up.ts', many) + section('x/y.spec.js', many);
    expect(await seen(FILES, report)).toMatchObject({ lines: 40, others: 3 });
    expect(await outputsOf(report)).toMatchObject({ lines: (100 * 104) / 108, others: 2 });
  });

  test('sources are what their patterns name', async () => {
    expect(await seen(FILES, LCOV, { sources: ['src/ui/**', 'README.md'] })).toMatchObject({
      files: 2,
      allLines: 5,
      hitLines: 1,
      others: 1,
    });
  });

  test.each<[string, string, JsonObject, string]>([
    ['a report of tests alone', section('test/a.test.ts', [1]), {}, 'tells of no line of the 4 sources of the commit'],
    ['a critical path of tests alone', LCOV, { critical: { all: ['test/**'] } }, 'test/** matches none of the 3 files'],
    ['a pattern of no source', LCOV, { sources: ['src/**', 'lib/**'] }, 'matches lib/**'],
    ['a report of another language', section('a.py', [1]), {}, 'ends with .py'],
  ])('%s shows nothing', async (_, report, input, words) => {
    const failure = failed((await runIn(FILES, report, input)).made);
    expect([failure.code, failure.message]).toEqual(['EXPECTATION_FAILED', expect.stringContaining(words)]);
  });

  test('without a commit, tests alone show nothing either; sources without a tree, and a tree without one, are refused', async () => {
    expect((await failureOf(section('test/a.test.ts', [1]))).message).toContain('no line of a source');
    expect((await failureOf(LCOV, { sources: ['src/**'] })).code).toBe('BAD_INPUT');
    expect((await failureOf(LCOV, { tree: '.' })).code).toBe('NOT_FOUND');
  });
});
