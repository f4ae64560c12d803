import { mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

function write(folder: string, files: Record<string, string>): void {
  for (const [name, text] of Object.entries(files)) {
    mkdirSync(dirname(join(folder, name)), { recursive: true });
    writeFileSync(join(folder, name), text);
  }
}

async function run(files: Record<string, string>, documents: JsonObject[], more: JsonObject = {}) {
  const folder = temporaryFolder();
  write(folder, files);
  return runStep('docs.check', { documents, ...more }, { goLive: { baseDir: folder, folders: [folder] } });
}
const outputsOf = async (...given: Parameters<typeof run>) => passed(await run(...given)).outputs;
/** What is found in one document. */
const found = async (text: string, more: JsonObject = {}, files: Record<string, string> = {}) =>
  (await outputsOf({ 'a.md': text, ...files }, [{ path: 'a.md', ...more }])).findings;

stepKit('docs.check', {
  good: (folder) => {
    write(folder, { 'README.md': '# Quickstart\n\nRun it. [More](docs/more.md#how)\n', 'docs/more.md': '# How\n' });
    return { documents: [{ path: 'README.md', needs: [{ heading: 'Quickstart' }] }] };
  },
  bad: (folder) => {
    write(folder, { 'README.md': '\n \n' });
    return { documents: [{ path: 'README.md' }] };
  },
  badCode: 'EXPECTATION_FAILED',
});

const GUIDE = `---
title: A guide
---
# Guide

## Common issues

### It does not start
### It is slow
### It is full

## Quickstart

1. install
   - inner
2. start

\`\`\`sh
# Not a heading
npm start
\`\`\`

| a | b |
|---|---|
| 1 | 2 |
`;

describe('what a document needs', () => {
  test.each<[string, JsonObject, string[]]>([
    ['a heading that is there', { heading: '^Common issues$' }, []],
    ['a heading, in any case', { heading: '(?i)^COMMON' }, []],
    ['a heading that is not there', { heading: 'Escalate' }, ['a.md:1: no heading matches Escalate']],
    ['a heading within code is none', { heading: 'Not a heading' }, ['a.md:1: no heading matches Not a heading']],
    ['front matter is no heading', { heading: 'title' }, ['a.md:1: no heading matches title']],
    ['a line', { text: '^npm start$' }, []],
    ['a line that is not there', { text: 'npm stop' }, ['a.md:1: no line matches npm stop']],
    ['three categories', { under: 'Common', atLeast: 3 }, []],
    ['six categories', { under: 'Common', atLeast: 6 }, ['a.md:6: Common issues holds 3 headings, and 6 must be']],
    ['sections below the whole', { under: 'Guide', atLeast: 2 }, []],
    ['categories of a heading that is not there', { under: 'Gone', atLeast: 1 }, ['a.md:1: no heading matches Gone']],
    [
      'items, of one level',
      { under: 'Quick', atLeast: 3, of: 'items' },
      ['a.md:12: Quickstart holds 2 items, and 3 must be'],
    ],
    [
      'rows, without their header',
      { under: 'Quick', atLeast: 2, of: 'rows' },
      ['a.md:12: Quickstart holds 1 rows, and 2 must be'],
    ],
    ['code', { under: 'Quick', atLeast: 1, of: 'code' }, []],
    [
      'code of another section',
      { under: 'Common', atLeast: 1, of: 'code' },
      ['a.md:6: Common issues holds 0 code, and 1 must be'],
    ],
  ])('%s', async (_, need, findings) => {
    const outputs = await outputsOf({ 'a.md': GUIDE }, [{ path: 'a.md', needs: [need] }]);
    expect(outputs).toMatchObject({ findings, unmet: findings.length, thinDocuments: findings.length });
  });

  test('too few words, and what is still to be written', async () => {
    expect(await found('# A\n\ntwo words\n', { words: 4 })).toEqual(['a.md:1: has 3 words, and 4 must be']);
    expect(await found('# A\n\nfirst\nTBD: all\n', { without: ['\\bTBD\\b'] })).toEqual([
      'a.md:4: a line matches \\bTBD\\b, and none may',
    ]);
  });
});

describe('links', () => {
  const others = {
    'docs/b.md': '# A, b & `c`!\n\n## Twice\n\n## Twice\n\nSetext\n------\n\n<a id="own"></a>\n',
    'src/x.ts': 'x\n',
    'a b.md': '# X\n',
  };
  test.each<[string, string]>([
    ['a file', 'docs/b.md'],
    ['a folder', 'docs/'],
    ['a heading as GitHub names it', 'docs/b.md#a-b--c'],
    ['the second of a name', 'docs/b.md#twice-1'],
    ['a heading with a line below', 'docs/b.md#setext'],
    ['an id in HTML', 'docs/b.md#own'],
    ['a heading of its own', '#here'],
    ['the top', '#top'],
    ['from the root', '/docs/b.md'],
    ['a blank', 'a%20b.md#x'],
    ['a question', 'docs/b.md?plain=1#twice'],
    ['a line of code', 'src/x.ts#L1'],
  ])('%s leads somewhere', async (_, to) => {
    expect(await found(`# Here\n\n[x](${to})\n`, {}, others)).toEqual([]);
  });

  test.each<[string, string, string]>([
    ['a file that is not there', '[x](gone.md)', 'a.md:3: the link gone.md leads nowhere: there is no gone.md'],
    [
      'a heading that is not there',
      '[x](docs/b.md#gone)',
      'a.md:3: the link docs/b.md#gone leads nowhere: docs/b.md has no heading gone',
    ],
    [
      'a third of a name',
      '[x](docs/b.md#twice-2)',
      'a.md:3: the link docs/b.md#twice-2 leads nowhere: docs/b.md has no heading twice-2',
    ],
    ['a heading of its own', '[x](#gone)', 'a.md:3: the link #gone leads nowhere: a.md has no heading gone'],
    [
      'out of the folders of the plan',
      '[x](../../../../etc/passwd)',
      'a.md:3: the link ../../../../etc/passwd leads nowhere',
    ],
    ['an image', '![x](gone.png)', 'a.md:3: the link gone.png'],
    ['HTML', 'x\n<img alt="y" src="gone.png">', 'a.md:4: the link gone.png'],
    ['a block of HTML', '<p>\n<a href="gone.md">x</a></p>', 'a.md:4: the link gone.md'],
    ['a reference', 'see\nit: [x][1]\n\n[1]: gone.md', 'a.md:4: the link gone.md'],
    ['a table', '| a |\n|---|\n| [x](gone.md) |', 'a.md:5: the link gone.md'],
  ])('%s: broken', async (_, text, finding) => {
    const findings = await found(`# Here\n\n${text}\n`, {}, others);
    expect(findings).toEqual([expect.stringContaining(finding)]);
  });

  test('to elsewhere they are counted, in code they are none, and may be left alone', async () => {
    const text =
      '# A\n\n[a](https://example.test/x) <https://b.test> [m](mailto:a@b.test) [p](//c.test)\n\n`[x](gone.md)`\n<!-- [y](gone.md) -->\n';
    expect(await outputsOf({ 'a.md': text }, [{ path: 'a.md' }])).toMatchObject({
      externalLinks: 4,
      links: 0,
      brokenLinks: 0,
    });
    const without = await outputsOf({ 'a.md': '# A\n[x](gone.md)\n' }, [{ path: 'a.md' }], { links: false });
    expect(without).toMatchObject({ links: 0, brokenLinks: 0 });
  });
});

test('documents that are not there are missing, and thin ones are counted', async () => {
  const documents: JsonObject[] = [
    { path: 'a.md' },
    { path: 'gone.md' },
    { path: 'b/c.md', needs: [{ heading: 'X' }] },
  ];
  const made = await run(
    { 'a.md': '# A\n[c](b/c.md#c) [g](gone.md)\n', 'b/c.md': '# C\n[up](../a.md#a)\n' },
    documents,
  );
  expect(passed(made).outputs).toMatchObject({
    documents: 3,
    present: 2,
    missing: 1,
    thinDocuments: 1,
    unmet: 1,
    links: 3,
    brokenLinks: 1,
    findings: [
      'a.md:2: the link gone.md leads nowhere: there is no gone.md',
      'gone.md is not there',
      'b/c.md:1: no heading matches X',
    ],
  });
  expect(readFileSync(join(made.folder, 'findings.csv'), 'utf8')).toContain('b/c.md,1,no heading matches X');
});

describe('what was not read is never as it must be', () => {
  test.each<[string, string, string]>([
    ['nothing', '', 'EXPECTATION_FAILED'],
    ['a comment alone', '<!-- all is well here -->\n', 'EXPECTATION_FAILED'],
    ['front matter alone', '---\ntitle: All is well\n---\n', 'EXPECTATION_FAILED'],
    ['marks alone', '#\n\n---\n', 'EXPECTATION_FAILED'],
    ['no text', '\u0000\ufffd'.repeat(4), 'EXPECTATION_FAILED'],
  ])('%s', async (_, text, code) => {
    expect(failed(await run({ 'a.md': text }, [{ path: 'a.md' }])).code).toBe(code);
  });

  test('bytes that are no text, a folder, and a link that leads nowhere', async () => {
    const folder = temporaryFolder();
    writeFileSync(join(folder, 'a.md'), Buffer.from([0x23, 0x20, 0xff, 0xfe, 0x41]));
    mkdirSync(join(folder, 'b.md'));
    symlinkSync('nowhere', join(folder, 'c.md'));
    const look = async (path: string) =>
      runStep('docs.check', { documents: [{ path }] }, { goLive: { baseDir: folder } });
    expect(failed(await look('a.md')).code).toBe('CHECK_FAILED');
    expect(failed(await look('b.md')).code).toBe('BAD_INPUT');
    expect(passed(await look('c.md')).outputs).toMatchObject({ missing: 1 });
  });
});

test('an auditor judges again from the kept documents', async () => {
  const documents: JsonObject[] = [{ path: 'a.md', needs: [{ heading: 'B' }] }, { path: 'gone.md' }];
  const input = { documents };
  const made = await run({ 'a.md': '# A\n[x](b.md)\n', 'b.md': '# B\n' }, documents);
  const kept = (name: string): Buffer | undefined =>
    name === 'document-2.md' ? undefined : readFileSync(join(made.folder, name));
  expect(await recomputeOutputs('docs.check', input, kept)).toEqual(passed(made).outputs);
  const better = (name: string) => (name === 'document-1.md' ? Buffer.from('# B\n') : kept(name));
  expect(await recomputeOutputs('docs.check', input, better)).toMatchObject({ unmet: 0, links: 0 });
});

test('real pages: those of this project, whose links all lead somewhere', async () => {
  const baseDir = process.cwd();
  const pages = readdirSync('docs').filter((name) => name.endsWith('.md'));
  const documents = ['README.md', ...pages.map((name) => `docs/${name}`)].map((path) => ({ path }));
  const evidenceDir = join(temporaryFolder(), 'evidence');
  const made = await runStep('docs.check', { documents }, { goLive: { baseDir, folders: [baseDir], evidenceDir } });
  const { outputs } = passed(made);
  expect(outputs).toMatchObject({ present: documents.length, brokenLinks: 0, findings: [] });
  expect(outputs.links).toBeGreaterThan(100);
});
