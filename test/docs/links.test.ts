import { existsSync, statSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import { expect, test } from '@jest/globals';
import { blocksOf, proseOf } from '../kits/doc-blocks.js';
import { anchorOf, PAGES, ROOMS } from '../kits/doc-pages.js';

const root = new URL('../../', import.meta.url).pathname;
/** Anchors of the headings of a page; repeated ones are numbered. */
function anchorsOf(page: string): Set<string> {
  const seen = new Map<string, number>();
  const anchors = new Set<string>();
  for (const [, heading = ''] of proseOf(page).matchAll(/^#{1,6} (.+)$/gm)) {
    const anchor = anchorOf(heading);
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

test.each(PAGES)('%s: every relative link and anchor resolves', (page) => {
  const links = [...proseOf(page).matchAll(/\]\(([^)\s]+)\)/g)].map(([, link = '']) => link);
  const problems = links
    .filter((link) => !/^(https?:|mailto:)/.test(link))
    .flatMap((link) => problemWith(page, link) ?? []);
  expect(problems).toEqual([]);
});

// Paths that pages name in backticks, such as `model/judge/gate.ts`, must be there too.
const rooms = [...ROOMS, 'test', 'deploy', 'runbooks', 'docs'].join('|');
const made = new Set(PAGES.flatMap((page) => blocksOf(page).flatMap(({ file }) => file ?? [])));

test.each(PAGES)('%s: every source file that it names is there', (page) => {
  const text = page === 'CHANGELOG.md' ? (proseOf(page).split(/^## \[\d/m)[0] ?? '') : proseOf(page);
  const named = [...text.matchAll(new RegExp(`\`((?:${rooms})/[\\w./-]*)\``, 'g'))].map(([, path = '']) => path);
  const bases = page === 'lab/README.md' ? [root, join(root, 'lab')] : [root];
  const missing = named.filter((path) => !made.has(path) && !bases.some((base) => existsSync(join(base, path))));
  expect(missing).toEqual([]);
});

test('a heading that is not there would be noticed', () => {
  expect(problemWith('docs/tutorial.md', 'runbook-format.md#no-such-heading')).toContain('no heading');
  expect(problemWith('docs/tutorial.md', 'no-such-page.md')).toContain('there is no');
});
