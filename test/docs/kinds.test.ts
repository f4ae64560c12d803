import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { parse } from 'yaml';
import { readStack } from '../../kinds/stack/definition.js';
import { loadProject } from '../../model/schema/format/project.js';
import { loadRunbook } from '../../model/schema/load.js';
import { stepKinds } from '../../kinds/catalog.js';
import { blocksOf, pageText } from '../kits/doc-blocks.js';
import { expectGenerated } from './generated.js';
import { kindLinks, kindSections, kindTable, untoldDefaults } from './kind-pages.js';

test('the table of kinds in docs/runbook-format.md is that of the code', () => {
  expectGenerated('docs/runbook-format.md', 'kinds', kindTable());
});

test('docs/step-kinds.md says of each kind what the code says', () => {
  expectGenerated('docs/step-kinds.md', 'contents', kindLinks());
  expectGenerated('docs/step-kinds.md', 'sections', kindSections());
});

test.each(Object.keys(stepKinds))('%s stands in both pages', (kind) => {
  expect(pageText('docs/runbook-format.md')).toContain(`| [\`${kind}\`](`);
  expect(pageText('docs/step-kinds.md')).toContain(`## ${kind}\n`);
});

test.each(Object.entries(stepKinds))('the page says each default of %s', (_, kind) => {
  expect(untoldDefaults(kind)).toEqual([]);
});

test('each duration that may be left out has a default, or the page says that there is none', () => {
  const rows = pageText('docs/step-kinds.md')
    .split('\n')
    .filter((line) => /^\| `[^|]*\| number [^|]*or text ≤ 40 /.test(line));
  expect(rows.length).toBeGreaterThan(30);
  expect(rows.filter((row) => row.split(' | ')[2]?.trim() === '')).toEqual([]);
});

const runbooks = ['docs/runbook-format.md', 'docs/tutorial.md'].flatMap((page) =>
  blocksOf(page)
    .filter(({ language, text }) => language === 'yaml' && text.startsWith('schema: 1'))
    .map(({ file, text }, index) => ({ name: file ?? `${page}, block ${index + 1}`, text })),
);
test.each(runbooks)('the runbook $name validates', ({ name, text }) => {
  expect(loadRunbook(text, name, stepKinds).problems ?? []).toEqual([]);
});

/** What a whole runbook needs around an excerpt of one. */
const AROUND = {
  schema: 1,
  id: 'excerpt',
  title: 'Excerpt',
  roles: { cto: 'CTO', sre: 'SRE' },
  inputs: { apiUrl: { type: 'url' } },
  phases: [{ id: 'one', owner: 'sre', steps: [{ id: 'w', uses: 'wait', with: { for: '1s' } }] }],
};
// Excerpts of top-level keys that need nothing besides: put into a small runbook, they must validate.
const excerpts = blocksOf('docs/runbook-format.md')
  .filter(({ language, text }) => language === 'yaml' && /^(inputs|guards|notices):/.test(text))
  .map(({ text }) => [text.split(':')[0], text] as const);
test.each(excerpts)('the excerpt `%s:` validates in a runbook', (_, text) => {
  const whole = JSON.stringify({ ...AROUND, ...(parse(text) as object) });
  const problems = loadRunbook(whole, 'excerpt.yaml', stepKinds).problems ?? [];
  expect(problems.map(({ message }) => message)).toEqual([]);
});
test.each(
  blocksOf('docs/runbook-format.md')
    .filter(({ language, text }) => language === 'yaml' && text.startsWith('- id:'))
    .map(({ text }) => text),
)('a step of the page validates: %s', (text) => {
  const whole = JSON.stringify({ ...AROUND, phases: [{ id: 'one', steps: parse(text) as object }] });
  expect(loadRunbook(whole, 'excerpt.yaml', stepKinds).problems ?? []).toEqual([]);
});

test('the `rehearsal:` of the page fits lcopilot-day3', () => {
  const text = blocksOf('docs/runbook-format.md').find((block) => block.text.startsWith('rehearsal:'))?.text ?? '';
  const whole = { ...(parse(pageText('runbooks/lcopilot-day3.yaml')) as object), ...(parse(text) as object) };
  expect(loadRunbook(JSON.stringify(whole), 'excerpt.yaml', stepKinds).problems ?? []).toEqual([]);
});

test('the stack of docs/runbook-format.md is one', () => {
  const text = blocksOf('docs/runbook-format.md').find((block) => block.text.startsWith('name: shop'))?.text ?? '';
  const folder = mkdtempSync(join(tmpdir(), 'golive-stack-'));
  try {
    writeFileSync(join(folder, 'stack.yaml'), text);
    expect([...readStack(folder).services.keys()]).toEqual(['db', 'api']);
  } finally {
    rmSync(folder, { recursive: true });
  }
});

test('the golive.yaml of the tutorial is one', () => {
  const text = blocksOf('docs/tutorial.md').find(({ file }) => file === 'golive.yaml')?.text ?? '';
  expect(loadProject(text, 'golive.yaml').problems ?? []).toEqual([]);
});
