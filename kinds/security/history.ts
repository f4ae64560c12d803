import type { Git } from '../git/git.js';
import { StepError } from '../../activities/step/step-error.js';

/** An object of a repository that is read. */
export interface Piece {
  hash: string;
  /** What was committed, or what a person wrote to it: the text of a commit or of a tag. */
  type: 'blob' | 'commit' | 'tag';
  bytes: Buffer;
}

/** What is not read, and why. */
export interface Unread {
  hash: string;
  why: string;
}

/** Hashes that git is asked for by one call. */
const ASKED_AT_ONCE = 10_000;
/** Most that is held of the contents at once, besides the last of them. */
const HELD_BYTES = 16 * 1024 * 1024;
const HELD_OBJECTS = 2_000;

/** Where the walks through a history begin: every branch, tag, note, remote, work tree and stash. */
export async function startsOf(git: Git, timeoutMs: number): Promise<string[]> {
  const starts = ['--all'];
  // `refs/stash` is the last of them; the others stand in its log.
  if ((await git.try('rev-parse', '--verify', '--quiet', 'refs/stash')).exitCode === 0) {
    await git.pour({ timeoutMs, cut: '\n', take: (one) => starts.push(one) }, 'log', '-g', '--format=%H', 'refs/stash');
  }
  return starts;
}

/**
 * The hash of every object that a walk reaches, each once.
 *
 * @param indexed hashes of what is staged
 * @throws StepError EXPECTATION_FAILED where git cannot walk
 */
export async function reachable(
  git: Git,
  starts: readonly string[],
  indexed: Iterable<string>,
  timeoutMs: number,
): Promise<string[]> {
  const hashes = new Set(indexed);
  const walk = ['rev-list', '--objects', '--no-object-names', ...starts];
  try {
    await git.pour({ timeoutMs, cut: '\n', take: (one) => hashes.add(one) }, ...walk);
  } catch (error) {
    if (error instanceof StepError && error.code === 'COMMAND_FAILED') throw notWhole(error.message, error);
    throw error;
  }
  return [...hashes];
}

/**
 * Reads objects one after another, trees left out.
 *
 * @param largest bytes; a larger one is not read
 * @throws StepError EXPECTATION_FAILED for one that is not there
 */
export async function* readObjects(
  git: Git,
  hashes: readonly string[],
  { largest, timeoutMs }: { largest: number; timeoutMs: number },
): AsyncGenerator<Piece | Unread> {
  for (let at = 0; at < hashes.length; at += ASKED_AT_ONCE) {
    const asked = hashes.slice(at, at + ASKED_AT_ONCE);
    const told = await git.feed(`${asked.join('\n')}\n`, 'cat-file', '--batch-check');
    let group: string[] = [];
    let held = 0;
    for (const { hash, type, size } of headsIn(told, asked)) {
      if (type === 'tree') continue;
      if (size > largest) {
        yield { hash, why: `has ${size} bytes, and ${largest} are read` };
        continue;
      }
      group.push(hash);
      held += size;
      if (held < HELD_BYTES && group.length < HELD_OBJECTS) continue;
      yield* contentsOf(git, group, timeoutMs);
      [group, held] = [[], 0];
    }
    yield* contentsOf(git, group, timeoutMs);
  }
}

interface Head {
  hash: string;
  type: string;
  size: number;
}

function headsIn(told: string, asked: readonly string[]): Head[] {
  const lines = told.split('\n').filter(Boolean);
  if (lines.length !== asked.length) throw notWhole(`${lines.length} of ${asked.length} objects are told`);
  return lines.map(headIn);
}

function headIn(line: string): Head {
  const [, hash = '', type = '', size = ''] = /^([0-9a-f]{40,64}) (blob|tree|commit|tag) (\d+)$/.exec(line) ?? [];
  if (hash === '') throw notWhole(line.slice(0, 120));
  return { hash, type, size: Number(size) };
}

async function* contentsOf(git: Git, hashes: readonly string[], timeoutMs: number): AsyncGenerator<Piece> {
  if (hashes.length === 0) return;
  const chunks: Uint8Array[] = [];
  const input = `${hashes.join('\n')}\n`;
  await git.pour({ timeoutMs, input, take: (bytes) => chunks.push(bytes) }, 'cat-file', '--batch');
  const all = Buffer.concat(chunks);
  let at = 0;
  for (const expected of hashes) {
    const ends = all.indexOf(0x0a, at);
    const { hash, type, size } = headIn(all.toString('latin1', at, ends < 0 ? all.length : ends));
    const bytes = all.subarray(ends + 1, ends + 1 + size);
    if (hash !== expected || bytes.length !== size || type === 'tree') throw notWhole(`${expected} is not told whole`);
    yield { hash, type: type === 'commit' || type === 'tag' ? type : 'blob', bytes };
    at = ends + 1 + size + 1;
  }
  if (at !== all.length) throw notWhole('more is told than was asked for');
}

function notWhole(why: string, cause?: StepError): StepError {
  const said = `The search counts as not run: the history is not whole: ${why.replace(/\.$/, '')}.`;
  return new StepError('EXPECTATION_FAILED', said, {
    cause,
    hint: 'Scan a whole clone: git fetch --unshallow, without --filter; git fsck tells what is missing.',
  });
}

/** Where something of the history stands. */
export interface Place {
  /** The oldest commit that has it there. */
  commit: string;
  path: string;
}

/** The places of some blobs in all of the history, by one walk; of a blob that no commit has, none. */
export async function placesOf(
  git: Git,
  starts: readonly string[],
  blobs: ReadonlySet<string>,
  timeoutMs: number,
): Promise<ReadonlyMap<string, readonly Place[]>> {
  const places = new Map<string, Map<string, string>>();
  let commit = '';
  let blob = '';
  const take = (told: string): void => {
    if (blob !== '') {
      if (blobs.has(blob)) places.set(blob, (places.get(blob) ?? new Map<string, string>()).set(told, commit));
      blob = '';
      return;
    }
    const one = told.replace(/^\n+/, '');
    if (one.startsWith(':')) blob = one.split(' ')[3] ?? '';
    else if (one !== '') commit = one;
  };
  // Parents come after their children: what is told last is the oldest.
  const walk = ['log', '--topo-order', '-m', '--root', '--raw', '-z', '-r', '--no-abbrev', '--no-renames'];
  await git.pour({ timeoutMs, cut: '\0', take }, ...walk, '--no-ext-diff', '--no-textconv', '--format=%H', ...starts);
  return new Map([...places].map(([hash, of]) => [hash, [...of].map(([path, at]) => ({ commit: at, path }))]));
}
