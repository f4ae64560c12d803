import { expect, test } from '@jest/globals';
import { loadRunbook } from '../../model/schema/load.js';
import { stepKinds } from '../../model/schema/steps/index.js';
import { blocksOf, pageText } from '../kits/doc-blocks.js';
import { expectGenerated } from './generated.js';
import { kindSections, kindTable } from './kind-pages.js';

test('the table of kinds in docs/runbook-format.md is that of the code', () => {
  expectGenerated('docs/runbook-format.md', 'kinds', kindTable());
});

test('docs/step-kinds.md says of each kind what the code says', () => {
  expectGenerated('docs/step-kinds.md', 'sections', kindSections());
});

test.each(Object.keys(stepKinds))('%s stands in both pages', (kind) => {
  expect(pageText('docs/runbook-format.md')).toContain(`| [\`${kind}\`](`);
  expect(pageText('docs/step-kinds.md')).toContain(`## ${kind}\n`);
});

const runbooks = ['docs/runbook-format.md', 'docs/tutorial.md'].flatMap((page) =>
  blocksOf(page)
    .filter(({ language, text }) => language === 'yaml' && text.startsWith('schema: 1'))
    .map(({ file, text }, index) => ({ name: file ?? `${page}, block ${index + 1}`, text })),
);
test.each(runbooks)('the runbook $name validates', ({ name, text }) => {
  expect(loadRunbook(text, name).problems ?? []).toEqual([]);
});
