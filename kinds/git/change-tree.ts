import { chmod, copyFile, mkdir, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';
import { checkUnfiltered } from './advance.js';
import type { Git, Setting } from './git.js';
import type { Repository } from './repository.js';
import { pathInTree } from './trees.js';

/** What a commit is to change: files that come from elsewhere, and files that only get another place. */
export interface ChangeOfFiles {
  files: readonly { path: string; from: string }[];
  moves: readonly { path: string; to: string }[];
}

const EXECUTABLE = '100755';
const FOLDER = '040000';
const SUBMODULE = '160000';
/** What stands in the way of a path, by its mode in the tree. */
const IN_THE_WAY: Readonly<Record<string, string>> = {
  '120000': 'is a link',
  [SUBMODULE]: 'is a submodule',
  [FOLDER]: 'is a folder',
};
/** The same content gives the same tree, whatever the repository's configuration is. */
const EXACT: readonly Setting[] = [
  ['core.autocrlf', 'false'],
  ['core.safecrlf', 'false'],
  ['core.fileMode', 'true'],
  ['core.ignoreCase', 'false'],
  ['core.sparseCheckout', 'false'],
];

/**
 * The tree of the base with the files in it, and others moved.
 *
 * @param base a commit
 * @throws StepError BAD_INPUT, NOT_FOUND, EXPECTATION_FAILED
 */
export async function treeWith(
  repository: Repository,
  base: string,
  { files, moves }: ChangeOfFiles,
  context: StepContext,
): Promise<string> {
  const places = placesOf(files, moves);
  const moved = await movesIn(repository, base, moves);
  const modes = await modesAt(repository, base, [...places.keys()]);
  const folder = join(repository.commonDir, 'golive.work');
  const index = join(repository.commonDir, 'golive.index');
  // Under the lock nobody else is here: what is there was left by an attempt that was killed.
  const clear = async (): Promise<void> => {
    for (const path of [folder, index, `${index}.lock`]) await rm(path, { recursive: true, force: true });
  };
  await clear();
  try {
    await mkdir(folder);
    for (const [path, from] of places) {
      await lay(context.path(from), join(folder, path), { from, executable: modes.get(path) === EXECUTABLE });
    }
    const env = { GIT_DIR: repository.gitDir, GIT_WORK_TREE: folder, GIT_INDEX_FILE: index };
    const git = repository.gitWith({ folder, env, settings: EXACT });
    await git.text('read-tree', base);
    if (places.size > 0) await checkUnfiltered(git, [...places.keys()], 'propose the change');
    if (moved.length > 0) await git.feed(indexLines(moved), 'update-index', '-z', '--index-info');
    // Line ends are those that the attributes of the base ask for.
    if (places.size > 0) await git.text('add', '--force', '--', ...places.keys());
    const tree = await git.line('write-tree');
    await checkMoved(git, tree, moved);
    return tree;
  } finally {
    await clear();
  }
}

/** Where each file comes from, by its path in the tree. @throws StepError BAD_INPUT */
function placesOf(files: ChangeOfFiles['files'], moves: ChangeOfFiles['moves']): Map<string, string> {
  const paths = [...files.map(({ path }) => path), ...moves.map(({ to }) => to)].map(fileInTree);
  const folders = new Set(paths.flatMap(aboveOf));
  const taken = new Set<string>();
  for (const path of paths) {
    if (taken.has(path) || folders.has(path)) {
      throw new StepError('BAD_INPUT', `${JSON.stringify(path)} cannot be two files, nor a file and a folder.`);
    }
    taken.add(path);
  }
  return new Map(files.map(({ path, from }) => [fileInTree(path), from]));
}

/** A path as trees have it; none that is git's own. @throws StepError BAD_INPUT */
function fileInTree(given: string): string {
  const path = pathInTree(given);
  if (!path.split('/').some((part) => /^\.git$/i.test(part)) && !/\p{Cc}|\uFFFD/u.test(path)) return path;
  throw new StepError('BAD_INPUT', `${JSON.stringify(given)} is no path of a file inside the repository.`);
}

/** What a file of the base is, and the place that it gets. */
interface Move {
  path: string;
  target: string;
  entry: string;
}

/**
 * Files of the base that get another place, as they are: no byte and no mode of them changes.
 *
 * @throws StepError NOT_FOUND where the base has no such file, BAD_INPUT where the place is taken
 */
async function movesIn({ git }: Repository, base: string, moves: ChangeOfFiles['moves']): Promise<Move[]> {
  if (moves.length === 0) return [];
  const all = await entriesOf(git, base);
  const folders = new Set([...all.keys()].flatMap(aboveOf));
  const seen = new Set<string>();
  return moves.map(({ path: given, to }) => {
    const [path, target] = [fileInTree(given), fileInTree(to)];
    const entry = all.get(path);
    if (entry === undefined) {
      throw new StepError('NOT_FOUND', `The base has no file ${path}, so it cannot be moved; nothing was changed.`, {
        hint: 'Select again: somebody else may have moved it meanwhile.',
      });
    }
    if (entry.startsWith(SUBMODULE) || seen.has(path)) {
      const why = seen.has(path) ? 'it is moved twice' : 'it is a submodule, whose place stands in .gitmodules';
      throw new StepError('BAD_INPUT', `${path} cannot be moved: ${why}; nothing was changed.`);
    }
    seen.add(path);
    const inTheWay = all.has(target) || folders.has(target) ? target : aboveOf(target).find((one) => all.has(one));
    if (inTheWay !== undefined)
      throw new StepError('BAD_INPUT', `${path} cannot be moved to ${target}: ${inTheWay} is there already.`);
    return { path, target, entry };
  });
}

/** The lines for an index in which the files have their new places. */
const indexLines = (moved: readonly Move[]): string =>
  moved
    .map(({ path, target, entry }) => {
      const [, id = ''] = entry.split(' ');
      return `0 ${'0'.repeat(id.length)}\t${path}\0${entry}\t${target}\0`;
    })
    .join('');

/**
 * Git passes over a place that it does not take, and ends well: what it wrote is read back.
 *
 * @throws StepError BAD_INPUT where a file would be lost
 */
async function checkMoved(git: Git, tree: string, moved: readonly Move[]): Promise<void> {
  if (moved.length === 0) return;
  const all = await entriesOf(git, tree);
  const lost = moved.find(({ target, entry }) => all.get(target) !== entry);
  if (lost === undefined) return;
  throw new StepError('BAD_INPUT', `Git does not take ${lost.target} as a path; nothing was changed.`, {
    hint: 'A part of it is one of the names that stand for .git on some machine.',
  });
}

const aboveOf = (path: string): string[] =>
  path
    .split('/')
    .slice(0, -1)
    .map((_, index, parts) => parts.slice(0, index + 1).join('/'));

/** Every file of a tree, with its mode and the id of its content. */
async function entriesOf(git: Git, tree: string): Promise<Map<string, string>> {
  const told = await git.text('ls-tree', '-r', '-z', '--full-tree', tree);
  return new Map(
    told
      .split('\0')
      .filter(Boolean)
      .map((line): [string, string] => {
        const at = line.indexOf('\t');
        const [mode = '', , id = ''] = line.slice(0, at).split(' ');
        return [line.slice(at + 1), `${mode} ${id}`];
      }),
  );
}

/** The modes of files that the tree has at some paths. @throws StepError BAD_INPUT where something else is in the way */
async function modesAt({ git }: Repository, base: string, paths: readonly string[]): Promise<Map<string, string>> {
  if (paths.length === 0) return new Map();
  const above = paths.flatMap((path) => path.split('/').map((_, index, parts) => parts.slice(0, index).join('/')));
  const folders = new Set(above.filter(Boolean));
  const told = await git.text('ls-tree', '-t', '-z', '--full-tree', base, '--', ...folders, ...paths);
  const modes = new Map<string, string>();
  for (const line of told.split('\0').filter(Boolean)) {
    const [facts = '', path = ''] = line.split('\t');
    const mode = facts.split(' ')[0] ?? '';
    if (folders.has(path) ? mode !== FOLDER : IN_THE_WAY[mode] !== undefined) {
      throw new StepError(
        'BAD_INPUT',
        `${path} ${IN_THE_WAY[mode] ?? 'is a file'} in the repository; nothing was changed.`,
        {
          hint: 'Name the path that is meant, not one that leads there.',
        },
      );
    }
    modes.set(path, mode);
  }
  return modes;
}

/** Lays a file where git takes it from; one that either side may run stays one. */
async function lay(source: string, target: string, how: { from: string; executable: boolean }): Promise<void> {
  const info = await stat(source).catch((cause: unknown) => {
    const why = errnoOf(cause) ?? 'error';
    throw new StepError('NOT_FOUND', `${how.from} cannot be copied into the change (${why}).`, { cause });
  });
  if (!info.isFile()) throw new StepError('BAD_INPUT', `${how.from} is no file, so it is not copied into the change.`);
  await mkdir(dirname(target), { recursive: true });
  await copyFile(source, target);
  await chmod(target, how.executable || (info.mode & 0o100) !== 0 ? 0o755 : 0o644);
}
