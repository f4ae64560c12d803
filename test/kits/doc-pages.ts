import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';

const root = new URL('../../', import.meta.url).pathname;

const json = (file: string): unknown => JSON.parse(readFileSync(join(root, file), 'utf8'));

/** Version and scripts of the package. */
export const MANIFEST = z
  .object({ version: z.string(), scripts: z.record(z.string(), z.string()) })
  .parse(json('package.json'));

/** The rooms that are compiled, as tsconfig.json lists them. */
export const ROOMS: readonly string[] = z.object({ include: z.array(z.string()) }).parse(json('tsconfig.json')).include;

/** Every page for readers: those of the root, of docs/ and of the lab. */
export const PAGES: readonly string[] = [
  'README.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'lab/README.md',
  ...readdirSync(join(root, 'docs'))
    .filter((file) => file.endsWith('.md'))
    .toSorted()
    .map((file) => `docs/${file}`),
  ...readdirSync(join(root, 'docs/examples')).map((name) => `docs/examples/${name}/README.md`),
];

/** Anchor of a heading as GitHub makes it: lower case, no punctuation, blanks to dashes. */
export function anchorOf(heading: string): string {
  return heading
    .trim()
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\p{M}_ -]/gu, '')
    .replaceAll(' ', '-');
}
