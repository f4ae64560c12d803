import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { FAILURES } from '../../model/failure.js';
import { stepKinds } from '../../model/schema/steps/index.js';
import { Project } from '../kits/cli.js';
import { blocksOf } from '../kits/doc-blocks.js';

const root = new URL('../../', import.meta.url).pathname;
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)];
const read = (page: string) => readFileSync(join(root, page), 'utf8');

test.each(pages)('%s: every relative link leads to a file', (page) => {
  const links = [...read(page).matchAll(/\]\((?!https?:)([^)#\s]+)/g)].map(([, link = '']) => link);
  expect(links.filter((link) => !existsSync(join(root, dirname(page), link)))).toEqual([]);
});

test.each(Object.entries(FAILURES))('docs/failures.md explains %s', (code, { next }) => {
  expect(read('docs/failures.md')).toContain(`| \`${code}\` |`);
  expect(read('docs/failures.md')).toContain(next);
});

test.each(Object.keys(stepKinds))('docs/runbook-format.md lists the kind %s', (kind) => {
  expect(read('docs/runbook-format.md')).toContain(`| \`${kind}\` |`);
});

describe('the tutorial', () => {
  let project: Project;
  beforeAll(async () => {
    project = await Project.open();
    for (const { file, text } of blocksOf('docs/tutorial.md'))
      if (file) writeFileSync(join(project.folder, file), text);
  });
  afterAll(() => project.close());

  const commands = blocksOf('docs/tutorial.md')
    .filter(({ language }) => language === 'sh')
    .flatMap(({ text }) => text.trim().split('\n'));
  test.each(commands)('%s', async (command) => {
    const { code, stderr } = await project.run(...command.split(' ').slice(1));
    expect([code, stderr]).toEqual([0, stderr]);
  });
  test('it has commands to run', () => expect(commands.length).toBeGreaterThanOrEqual(2));
});
