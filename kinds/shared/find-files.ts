import { readdir } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import type { StepContext } from '../../activities/step/step.js';
import { errnoOf } from '../../host/errno.js';
import { folderOf, globMatcher, isGlob } from './glob.js';

/** Most files that patterns may find, and most that are looked through for them. */
const MOST_FOUND = 2000;
const MOST_SEEN = 500_000;
/** Folders of packages and of git are never meant, unless a pattern names them. */
const APART = new Set(['node_modules', '.git']);

/**
 * Files by their paths or by patterns, each once, in the order in which they are named, those of a pattern sorted. Links to
 * folders are not followed.
 *
 * @param what how they are told in an error: `reports`
 * @returns their names as they are shown: relative to the folder of the runbook
 * @throws StepError NOT_FOUND for a pattern that matches none, BAD_INPUT for one that matches too many
 */
export async function findFiles(
  sources: readonly string[],
  what: string,
  context: Pick<StepContext, 'path' | 'signal'>,
): Promise<string[]> {
  const found = new Set<string>();
  for (const source of sources) {
    const own = isGlob(source) ? await matching(source, context) : [source];
    if (own.length === 0) {
      throw new StepError('NOT_FOUND', `${source} matches no file, so there are no ${what} to read.`, {
        hint: 'See whether the pattern is right, and whether an earlier step wrote them.',
      });
    }
    for (const one of own) found.add(one);
    if (found.size > MOST_FOUND) {
      throw new StepError('BAD_INPUT', `There are more than ${MOST_FOUND} ${what}; name fewer.`);
    }
  }
  return [...found];
}

async function matching(source: string, { path, signal }: Pick<StepContext, 'path' | 'signal'>): Promise<string[]> {
  const matches = globMatcher(source);
  const base = folderOf(source);
  const root = path(base);
  const shown = (file: string): string => join(base, relative(root, file)).split('\\').join('/');
  const found: string[] = [];
  let seen = 0;
  const visit = async (folder: string): Promise<void> => {
    if (signal.aborted) throw new StepError('CANCELLED', 'The search was stopped.');
    const entries = await readdir(folder, { withFileTypes: true }).catch((error: unknown) => {
      if (errnoOf(error) === 'ENOENT') return [];
      throw new StepError('NOT_FOUND', `${folder} cannot be looked through (${errnoOf(error) ?? 'error'}).`);
    });
    for (const entry of entries) {
      seen += 1;
      if (seen > MOST_SEEN) throw new StepError('BAD_INPUT', `${source} looks through more than ${MOST_SEEN} files.`);
      const file = join(folder, entry.name);
      if (entry.isDirectory()) {
        if (!APART.has(entry.name) || source.includes(entry.name)) await visit(file);
      } else if (matches(shown(file))) found.push(shown(file));
    }
  };
  await visit(root);
  return found.toSorted();
}
