import { posix } from 'node:path';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import type { Git } from './git.js';

/** What stands at a path of a tree: its mode, and the id of its content. */
export type Entry = string;

/** Nothing stands there. */
const NOTHING: Entry = '';
const SUBMODULE = '160000';

/** A commit, and the state that it is compared with: the tree of its parent, an empty one for the first of a history. */
export interface Commit {
  id: string;
  parent: string;
}

/** What a commit made of one path. A rename is two: one path goes, one comes. */
export interface Change {
  before: Entry;
  after: Entry;
}

/** Writes a path as trees have it. @throws StepError BAD_INPUT when it is none within a repository */
export function pathInTree(path: string): string {
  const normal = posix.normalize(path);
  if (posix.isAbsolute(path) || normal === '.' || normal.split('/').includes('..') || normal.endsWith('/')) {
    throw new StepError('BAD_INPUT', `${JSON.stringify(path)} is no path of a file inside the repository.`);
  }
  return normal;
}

/** Every path that differs between two trees, by name. */
export async function changesBetween(git: Git, from: string, to: string): Promise<Map<string, Change>> {
  const told = await git.text(
    'diff-tree',
    '-r',
    '-z',
    '--raw',
    '--no-renames',
    '--no-abbrev',
    '--no-ext-diff',
    from,
    to,
  );
  const parts = told.split('\0');
  const changes = new Map<string, Change>();
  for (let at = 0; at + 1 < parts.length; at += 2) {
    const [mode = '', toMode = '', id = '', toId = ''] = (parts[at] ?? '').slice(1).split(' ');
    changes.set(parts[at + 1] ?? '', { before: entryOf(mode, id), after: entryOf(toMode, toId) });
  }
  return changes;
}

function entryOf(mode: string, id: string): Entry {
  return mode === '000000' ? NOTHING : `${mode} ${id}`;
}

/** What stands at a path of a tree. */
export async function entryAt(git: Git, tree: string, path: string): Promise<Entry> {
  const told = await git.text('ls-tree', '-z', '--full-tree', tree, '--', path);
  const [mode = '', , id = ''] = (told.split('\t')[0] ?? '').split(' ');
  return told === '' ? NOTHING : `${mode} ${id}`;
}

/** SHA-256 of what stands there; empty where nothing does. Of a submodule, of the commit that it points to. */
export async function digestOf(git: Git, entry: Entry): Promise<string> {
  if (entry === NOTHING) return '';
  const [mode, id = ''] = entry.split(' ');
  return mode === SUBMODULE ? git.digest('rev-parse', id) : git.digest('cat-file', 'blob', id);
}

/** Whether one commit is in the history of another, or is it. */
export async function isIn(git: Git, commit: string, tip: string): Promise<boolean> {
  const { exitCode, stderr } = await git.try('merge-base', '--is-ancestor', commit, tip);
  if (exitCode === 0 || exitCode === 1) return exitCode === 0;
  throw new StepError(
    'COMMAND_FAILED',
    `git cannot tell whether ${short(commit)} is in the history${lastWords(stderr).clause}`,
  );
}

/** What taking a commit back comes to: the tree that there is then, or the paths where it cannot be done by itself. */
export type TakenBack = { tree: string; changes: boolean } | { conflicts: string[] };

/**
 * What the tree of a commit would be without what another commit changed: the three states are merged, from that commit to
 * the one before it, so that no message and no name has a part in it. Nothing but objects is written.
 */
export async function withoutCommit(git: Git, commit: Commit, onto: string): Promise<TakenBack> {
  const [now = '', without = ''] = (await git.text('rev-parse', `${onto}^{tree}`, `${commit.parent}^{tree}`)).split(
    '\n',
  );
  const [ours, theirs] = [await stateOf(git, now, commit.id), await stateOf(git, without, commit.id)];
  const merged = await git.try('merge-tree', '--write-tree', '-z', '--name-only', '--no-messages', ours, theirs);
  const [tree = '', ...names] = merged.rawStdout.split('\0');
  if (merged.exitCode === 0) return { tree, changes: tree !== now };
  if (merged.exitCode === 1) return { conflicts: [...new Set(names.filter(Boolean))] };
  if (merged.exitCode === 129) {
    throw new StepError('TOOL_MISSING', 'This git is too old to take a commit back beside the work tree.', {
      hint: 'Install git 2.38 or newer on the machine of the worker.',
    });
  }
  const last = lastWords(merged.stderr || merged.stdout);
  throw new StepError('COMMAND_FAILED', `git could not take ${short(commit.id)} back${last.clause}`, {
    said: last.said,
  });
}

/** A commit that only holds a state, for a merge: the same state is the same commit, so that no try leaves new ones. */
async function stateOf(git: Git, tree: string, parent: string): Promise<string> {
  const who = 'golive <golive@localhost> 0 +0000';
  const lines = [`tree ${tree}`, `parent ${parent}`, `author ${who}`, `committer ${who}`, '', 'state', ''];
  return (await git.feed(lines.join('\n'), 'hash-object', '-t', 'commit', '-w', '--stdin')).trim();
}

/** How far back it is looked for a revert that later changes stand on. */
const LOOKED_AT = 200;
/** Of a commit that changed more paths than this it is not asked. */
const MOST_PATHS = 500;

/**
 * Whether what a commit changed was wholly taken back by a later one, and not brought again since: the last state of its
 * paths that was all as before it, or all as it made them, decides.
 */
export async function wasTakenBack(git: Git, commit: Commit, tip: string): Promise<boolean> {
  const changes = [...(await changesBetween(git, commit.parent, commit.id))];
  const paths = changes.map(([path]) => path);
  if (paths.length === 0 || paths.length > MOST_PATHS) return false;
  const later = await git.text(
    'rev-list',
    `--max-count=${LOOKED_AT}`,
    '--full-history',
    '--ancestry-path',
    `${commit.id}..${tip}`,
    '--',
    ...paths,
  );
  for (const one of later.split('\n').filter(Boolean)) {
    const since = await changesBetween(git, commit.id, one);
    const states = changes.map(([path, { after }]) => since.get(path)?.after ?? after);
    if (changes.every(([, { before }], index) => states[index] === before)) return true;
    if (changes.every(([, { after }], index) => states[index] === after)) return false;
  }
  return false;
}

/** As people write a commit. */
export function short(commit: string): string {
  return commit.slice(0, 12);
}

/** Most names that a sentence holds. */
const NAMED = 4;

/** Names as a sentence holds them: the first of them, and how many more there are. */
export function named(names: readonly string[]): string {
  const more = names.length > NAMED ? ` and ${names.length - NAMED} more` : '';
  return `${names.slice(0, NAMED).join(', ')}${more}`;
}
