import { stat } from 'node:fs/promises';
import { posix, relative, sep } from 'node:path';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { gitAround } from '../git/repository.js';
import { readObjects } from '../security/history.js';
import { readWhole } from '../shared/read-file.js';

/** Most of one document, in bytes: it is in memory as a whole, and looked through at once. */
const LARGEST = 4 * 1024 * 1024;
/** Links that lead to links, as Linux counts them. */
const MOST_LINKS = 40;

/** Where documents are read from. Paths are those of the step. */
export interface Shelf {
  /** Undefined for one that is not there. @throws StepError for what is there and cannot be read */
  document(path: string): Promise<Buffer | undefined>;
  look(path: string): Promise<'file' | 'other' | undefined>;
}

/** Documents as they lie in their folders. */
export function folderShelf(context: StepContext): Shelf {
  return {
    document: async (path) => {
      try {
        return await readWhole(context.path(path), 'The document', LARGEST);
      } catch (error) {
        // Not there is an answer; there and not to be read is none.
        if (error instanceof StepError && error.code === 'NOT_FOUND' && /\(ENOENT\)/.test(error.message))
          return undefined;
        throw error;
      }
    },
    look: async (path) => {
      const place = inPlan(path, context);
      const stats = place === undefined ? undefined : await stat(place).catch(() => undefined);
      return stats === undefined ? undefined : stats.isFile() ? 'file' : 'other';
    },
  };
}

/** The place of a path; undefined for one out of the folders of the plan. */
function inPlan(path: string, context: StepContext): string | undefined {
  try {
    return context.path(path);
  } catch (error) {
    if (error instanceof StepError && error.code === 'BAD_INPUT') return undefined;
    throw error;
  }
}

interface Entry {
  isLink: boolean;
  hash: string;
}

/**
 * Documents as a commit has them, whatever lies in its work tree: what git ignores is none of it.
 *
 * @param root a folder of the repository
 * @throws StepError NOT_FOUND without a repository or such a commit
 */
export async function commitShelf(root: string, commit: string, context: StepContext): Promise<Shelf> {
  const top = context.path(root);
  const git = await gitAround(top, context);
  if (git === undefined) throw new StepError('NOT_FOUND', `${top} belongs to no git repository.`);
  const found = await git.try('rev-parse', '--verify', '--quiet', '--end-of-options', `${commit}^{commit}`);
  const [id = ''] = found.rawStdout.split('\n');
  if (found.exitCode !== 0 || id === '') throw new StepError('NOT_FOUND', `${top} has no commit ${commit}.`);
  const below = await git.line('rev-parse', '--show-prefix');
  const entries = new Map<string, Entry>();
  const folders = new Set<string>(['.']);
  for (const line of (await git.text('ls-tree', '-r', '-z', '--full-tree', id)).split('\0')) {
    const [, mode = '', hash = '', name = ''] = /^(\d+) \S+ ([0-9a-f]+)\t(.+)$/s.exec(line) ?? [];
    if (name === '') continue;
    // A submodule is a folder of which the commit knows its name.
    if (mode === '160000') folders.add(name);
    else entries.set(name, { isLink: mode === '120000', hash });
    for (let at = posix.dirname(name); !folders.has(at); at = posix.dirname(at)) folders.add(at);
  }
  const bytesOf = async ({ hash }: Entry, path: string): Promise<Buffer> => {
    const { timeoutMs } = context.task;
    for await (const one of readObjects(git, [hash], { largest: LARGEST, timeoutMs })) {
      if ('bytes' in one) return one.bytes;
      throw new StepError('BAD_INPUT', `The document ${path} ${one.why}.`);
    }
    throw new StepError('EXPECTATION_FAILED', `The document ${path} is not in the repository of ${top}.`);
  };
  /** The name of a path in the commit, its links followed; undefined out of the repository. */
  const nameOf = async (path: string): Promise<string | undefined> => {
    const place = inPlan(path, context);
    if (place === undefined) return undefined;
    let name = posix.join(below, relative(top, place).split(sep).join('/'));
    for (let links = 0; entries.get(name)?.isLink; links += 1) {
      const link = entries.get(name);
      if (link === undefined || links === MOST_LINKS) return undefined;
      name = posix.join(posix.dirname(name), (await bytesOf(link, path)).toString('utf8'));
    }
    return name;
  };
  return {
    document: async (path) => {
      const entry = entries.get((await nameOf(path)) ?? '');
      return entry === undefined ? undefined : bytesOf(entry, path);
    },
    look: async (path) => {
      const name = (await nameOf(path))?.replace(/\/$/, '');
      if (name === undefined) return undefined;
      return entries.has(name) ? 'file' : folders.has(name) ? 'other' : undefined;
    },
  };
}
