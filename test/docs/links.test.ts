import { existsSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { pageText, proseOf } from '../kits/doc-blocks.js';

const root = new URL('../../', import.meta.url).pathname;
const pages = ['README.md', ...readdirSync(join(root, 'docs')).map((file) => `docs/${file}`)].filter((page) =>
  page.endsWith('.md'),
);

/** Anchors as GitHub makes them: lower case, no punctuation, blanks to dashes, repeated ones numbered. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = heading
      .trim()
      .toLowerCase()
      .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
      .replaceAll(' ', '-');
    const count = seen.get(anchor) ?? 0;
    seen.set(anchor, count + 1);
    anchors.add(count === 0 ? anchor : `${anchor}-${count}`);
  }
  return anchors;
}

function problemWith(page: string, link: string): string | undefined {
  const [path = '', anchor] = link.split('#');
  const target = path === '' ? page : normalize(join(dirname(page), path));
  if (!existsSync(join(root, target))) return `${link}: there is no ${target}`;
  if (anchor === undefined) return undefined;
  if (!statSync(join(root, target)).isFile() || !target.endsWith('.md')) return `${link}: ${target} has no anchors`;
  return anchorsOf(target).has(anchor) ? undefined : `${link}: ${target} has no heading for it`;
}

test.each(pages)('%s: every relative link and anchor resolves', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const problems = links
    .filter((link) => !/^(https?:|mailto:)/.test(link))
    .flatMap((link) => problemWith(page, link) ?? []);
  expect(problems).toEqual([]);
});

// Paths that docs name in backticks, such as `model/judge/gate.ts`, must be there too.
test.each(pages)('%s: every source file that it names is there', (page) => {
  const named = [
    ...proseOf(page).matchAll(
      /`((?:model|workflows|activities|workers|client|lab|test|deploy|runbooks|docs)\/[\w./-]*)`/g,
    ),
  ].map(([, path = '']) => path);
  const made = [...pageText(page).matchAll(/^```\w* file=(\S+)/gm)].map(([, file = '']) => file);
  expect(named.filter((path) => !made.includes(path) && !existsSync(join(root, path)))).toEqual([]);
});

test('a heading that is not there would be noticed', () => {
  expect(problemWith('docs/tutorial.md', 'runbook-format.md#no-such-heading')).toContain('no heading');
  expect(problemWith('docs/tutorial.md', 'no-such-page.md')).toContain('there is no');
});
