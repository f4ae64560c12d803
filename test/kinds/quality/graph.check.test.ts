import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, utimesSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { Json, JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

/** main imports a and b, a imports b; c and d import each other; e stands alone. */
const EDGES: [string, string][] = [
  ['main.js', 'a.js'],
  ['main.js', 'b.js'],
  ['a.js', 'b.js'],
  ['c.js', 'd.js'],
  ['d.js', 'c.js'],
];
const MODULES = ['main.js', 'a.js', 'b.js', 'c.js', 'd.js', 'e.js'];
const GRAPH = { modules: MODULES, edges: EDGES };

async function run(graph: Json, input: JsonObject = {}, gaps?: Json) {
  const folder = temporaryFolder();
  writeFileSync(join(folder, 'graph.json'), typeof graph === 'string' ? graph : JSON.stringify(graph));
  if (gaps !== undefined) writeFileSync(join(folder, 'known.json'), JSON.stringify(gaps));
  const all = { file: 'graph.json', ...(gaps === undefined ? {} : { gaps: 'known.json' }), ...input };
  return runStep('graph.check', all, { goLive: { baseDir: folder } });
}
const outputsOf = async (...given: Parameters<typeof run>) => passed(await run(...given)).outputs;

stepKit('graph.check', {
  good: (folder) => {
    writeFileSync(join(folder, 'graph.json'), JSON.stringify(GRAPH));
    return { file: 'graph.json', entries: ['main.js'], points: { b: ['b.js'] } };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'graph.json'), '[]');
    return { file: 'graph.json' };
  },
  badCode: 'EXPECTATION_FAILED',
});

test('modules, edges, cycles, orphans and what no entry reaches', async () => {
  expect(await outputsOf(GRAPH, { entries: ['main.js'] })).toEqual({
    modules: 6,
    edges: 5,
    externalEdges: 0,
    cycles: 1,
    unresolved: 0,
    orphans: 1,
    entries: 1,
    unreached: 3,
    points: 0,
    unwired: 0,
    accepted: 0,
    expired: 0,
    stale: 0,
    findings: ['cycle c.js: c.js d.js', 'orphan e.js'],
    credentials: 0,
  });
  expect(await outputsOf(GRAPH, { entries: ['main.js', 'e.js'] })).toMatchObject({ orphans: 0, unreached: 2 });
  expect(await outputsOf(GRAPH)).not.toHaveProperty('unreached');
  expect(await outputsOf([['a', 'a']], { entries: ['a'] })).toMatchObject({ entries: 1, unreached: 0 });
  expect(await outputsOf(GRAPH, { entries: ['**'], entriesAtMost: 1 })).toMatchObject({ entries: 6, orphans: 0 });
});

test('a module alone may be an entry, and more where the step says so', async () => {
  expect(await outputsOf({ modules: ['a'], edges: [] }, { entries: ['a'] })).toMatchObject({
    entries: 1,
    unreached: 0,
  });
  expect(await outputsOf(GRAPH, { entries: ['**'], entriesAtMost: 1 })).toMatchObject({ entries: 6, orphans: 0 });
});

test.each<[string, Json, JsonObject]>([
  [
    'pairs alone',
    [
      ['a', 'b'],
      ['a', 'b'],
      ['b', 'c'],
    ],
    { modules: 3, edges: 2, cycles: 0 },
  ],
  ['a module that imports itself', [['a', 'a']], { modules: 1, edges: 1, cycles: 1 }],
  [
    'two cycles that share a module are one group',
    [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'c'],
      ['c', 'b'],
    ],
    { cycles: 1 },
  ],
  [
    'two cycles apart',
    [
      ['a', 'b'],
      ['b', 'a'],
      ['b', 'c'],
      ['c', 'd'],
      ['d', 'c'],
    ],
    { cycles: 2 },
  ],
  [
    'a diamond is no cycle',
    [
      ['a', 'b'],
      ['a', 'c'],
      ['b', 'd'],
      ['c', 'd'],
    ],
    { cycles: 0 },
  ],
  [
    'an edge that leads nowhere',
    [{ from: 'a', to: 'gone', resolved: false }, ['a', 'b']],
    { modules: 2, edges: 1, unresolved: 1 },
  ],
  [
    'a long chain',
    Array.from({ length: 20_000 }, (_, at): [string, string] => [`m${at}`, `m${(at + 1) % 20_000}`]),
    { modules: 20_000, cycles: 1 },
  ],
])('%s', async (_, graph, outputs) => {
  expect(await outputsOf(graph)).toMatchObject(outputs);
});

test('integration points are there and reached, all of them; the table shows the ways', async () => {
  const points = { b: ['b.js'], all: ['{a,c}.js'], gone: ['gone/**'] };
  const made = await run(GRAPH, { entries: ['main.js'], points });
  expect(passed(made).outputs).toMatchObject({ points: 3, unwired: 2 });
  expect(passed(made).outputs.findings).toEqual(
    expect.arrayContaining(['unwired all: no entry reaches c.js', 'unwired gone: no module matches gone/**']),
  );
  const table = readFileSync(join(made.folder, 'wiring.csv'), 'utf8');
  expect(table).toContain('all,"{a,c}.js",a.js,yes,main.js → a.js');
  expect(table).toContain('all,"{a,c}.js",c.js,no,');
  expect(table).toContain('gone,gone/**,matches none,no,');
});

test('reviewed gaps are told apart, until their last day', async () => {
  const first = await run(GRAPH);
  const rows = readFileSync(join(first.folder, 'gaps.csv'), 'utf8').split('\n');
  const id =
    rows
      .find((row) => row.includes('cycle'))
      ?.split(',')
      .at(-1) ?? '';
  const entry = { id, reason: 'It is being taken apart.', by: 'Sam' };
  expect(await outputsOf(GRAPH, {}, [entry])).toMatchObject({
    cycles: 0,
    orphans: 1,
    accepted: 1,
    expired: 0,
    stale: 0,
  });
  expect(await outputsOf(GRAPH, {}, [{ ...entry, until: '2020-01-01' }])).toMatchObject({ cycles: 1, expired: 1 });
  expect(await outputsOf([['c.js', 'd.js']], {}, [entry])).toMatchObject({ cycles: 0, accepted: 0, stale: 1 });
  expect(failed(await run(GRAPH, {}, [{ ...entry, reason: 'ok' }])).code).toBe('BAD_INPUT');
});

describe('dependency-cruiser', () => {
  const dependency = (resolved: string, more: JsonObject = {}): JsonObject => ({
    module: `./${resolved}`,
    resolved,
    ...more,
  });
  const cruised = (modules: [string, JsonObject[], JsonObject?][], summary: JsonObject = {}): JsonObject => ({
    modules: modules.map(([source, dependencies, more]) => ({ source, dependencies, ...more })),
    summary,
  });
  test('packages, the platform and what cannot be resolved are no modules; imports of types may be left out', async () => {
    const graph = cruised([
      [
        'a.ts',
        [
          dependency('b.ts', { dependencyTypes: ['local', 'type-only'] }),
          dependency('fs', { coreModule: true }),
          dependency('gone', { couldNotResolve: true }),
        ],
      ],
      ['b.ts', [dependency('a.ts'), dependency('node_modules/z/i.js')]],
      ['fs', [], { coreModule: true }],
      ['gone', [], { couldNotResolve: true }],
      ['node_modules/z/i.js', []],
    ]);
    expect(await outputsOf(graph)).toMatchObject({
      modules: 2,
      edges: 2,
      externalEdges: 2,
      unresolved: 1,
      cycles: 1,
      orphans: 0,
    });
    expect(await outputsOf(graph, { typeOnly: false })).toMatchObject({ edges: 1, cycles: 0 });
  });

  test('a real run, judged again by an auditor', async () => {
    const folder = temporaryFolder();
    for (const [name, text] of Object.entries({
      'src/main.mjs': "import './a.mjs';\nimport 'node:fs';\nimport './gone.mjs';\n",
      'src/a.mjs': "import './b.mjs';\n",
      'src/b.mjs': "import './a.mjs';\n",
      'src/alone.mjs': 'export const x = 1;\n',
    })) {
      mkdirSync(dirname(join(folder, name)), { recursive: true });
      writeFileSync(join(folder, name), text);
    }
    const depcruise = join(process.cwd(), 'node_modules', 'dependency-cruiser', 'bin', 'dependency-cruise.mjs');
    const how = [depcruise, '--no-config', '--output-type', 'json', 'src'];
    writeFileSync(join(folder, 'graph.json'), execFileSync(process.execPath, how, { cwd: folder }));
    const input = {
      file: 'graph.json',
      entries: ['src/main.mjs'],
      points: { b: ['src/b.mjs'], alone: ['src/alone.mjs'] },
    };
    const made = await runStep('graph.check', input, { goLive: { baseDir: folder } });
    const { outputs } = passed(made);
    expect(outputs).toMatchObject({
      modules: 4,
      edges: 3,
      externalEdges: 1,
      cycles: 1,
      unresolved: 1,
      orphans: 1,
      unwired: 1,
    });
    const kept = (name: string): Buffer | undefined =>
      ['graph.json', 'read.json'].includes(name) ? readFileSync(join(made.folder, name)) : undefined;
    expect(await recomputeOutputs('graph.check', input, kept)).toEqual(outputs);
    const other = (name: string) =>
      name === 'graph.json' ? Buffer.from('[["src/main.mjs","src/b.mjs"]]') : kept(name);
    expect(await recomputeOutputs('graph.check', input, other)).toMatchObject({ modules: 2, cycles: 0 });
  });

  const ONE: [string, JsonObject[]] = ['a.js', []];
  test.each<[string, Json, JsonObject, string, string]>([
    ['an empty file', '', {}, 'CHECK_FAILED', 'cannot be read'],
    ['half a file', JSON.stringify(GRAPH).slice(0, -4), {}, 'CHECK_FAILED', 'cannot be read'],
    ['JSON of another kind', { results: [] }, {}, 'CHECK_FAILED', 'neither of dependency-cruiser'],
    [
      'fewer modules than it says',
      cruised([ONE], { totalCruised: 9 }),
      {},
      'CHECK_FAILED',
      'says 9 modules and holds 1',
    ],
    [
      'fewer dependencies than it says',
      cruised([ONE], { totalDependenciesCruised: 9 }),
      {},
      'CHECK_FAILED',
      'says 9 dependencies and holds 0',
    ],
    [
      'an edge to what it does not hold',
      cruised([['a.js', [dependency('b.js')]]]),
      {},
      'CHECK_FAILED',
      'imports b.js, which it does not hold',
    ],
    [
      'a list with an edge to what it does not hold',
      { modules: ['a'], edges: [['a', 'b']] },
      {},
      'CHECK_FAILED',
      'none of its modules',
    ],
    ['no module', cruised([]), {}, 'EXPECTATION_FAILED', 'holds 0 modules'],
    ['packages alone', cruised([['node_modules/z/i.js', []]]), {}, 'EXPECTATION_FAILED', 'holds 0 modules'],
    ['fewer modules than must be', GRAPH, { atLeast: 7 }, 'EXPECTATION_FAILED', 'holds 6 modules, and 7 must be'],
    [
      'an entry that matches none',
      GRAPH,
      { entries: ['index.js'] },
      'EXPECTATION_FAILED',
      'index.js matches none of the 6',
    ],
    ['all as entries', GRAPH, { entries: ['**'] }, 'EXPECTATION_FAILED', '6 of 6 modules are entries, and 2 may be'],
    ['too many entries', GRAPH, { entries: ['{main,c,e}.js'] }, 'EXPECTATION_FAILED', '3 of 6 modules are entries'],
    ['points without entries', GRAPH, { points: { a: ['a.js'] } }, 'BAD_INPUT', 'entries'],
    ['a list of gaps that is not there', GRAPH, { gaps: 'gone.json' }, 'NOT_FOUND', 'gone.json'],
  ])('%s', async (_, graph, input, code, words) => {
    const failure = failed(await run(graph, input));
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
  });

  test('a graph of an earlier run', async () => {
    const folder = temporaryFolder();
    const path = join(folder, 'graph.json');
    writeFileSync(path, JSON.stringify(GRAPH));
    utimesSync(path, new Date('2026-01-01T00:00:00Z'), new Date('2026-01-01T00:00:00Z'));
    const input = { file: 'graph.json', newerThan: '2026-01-02T00:00:00Z' };
    const made = await runStep('graph.check', input, { goLive: { baseDir: folder } });
    expect(failed(made).message).toContain('an earlier run left it');
  });
});
