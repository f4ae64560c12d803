import { StepError } from '../../activities/step/step-error.js';
import type { Git } from './git.js';
import { type Commit, isIn, short, withoutCommit } from './trees.js';

/** How a runbook names a commit. */
export interface Naming {
  commit?: string | undefined;
  message?: string | undefined;
  mainline?: number | undefined;
}

/** More that hold the same text are not told apart. */
const MOST = 30;
const NAMED = 4;

/**
 * The commit that a runbook names, in the history of what is checked out, with the state before it.
 *
 * @throws StepError NOT_FOUND, BAD_INPUT for a merge without a mainline, EXPECTATION_FAILED when it is not in the history
 */
export async function findCommit(git: Git, naming: Naming, tip: string): Promise<Commit> {
  const id =
    naming.commit === undefined ? await byMessage(git, naming.message ?? '', tip) : await byHash(git, naming.commit);
  if (!(await isIn(git, id, tip))) {
    throw new StepError('EXPECTATION_FAILED', `${short(id)} is not in the history of what is checked out.`, {
      hint: 'Check out its branch, or name the commit that brought the change here.',
    });
  }
  return { id, parent: await stateBefore(git, id, naming.mainline) };
}

async function byHash(git: Git, hash: string): Promise<string> {
  const { exitCode, rawStdout, stderr } = await git.try(
    'rev-parse',
    '--verify',
    '--quiet',
    '--end-of-options',
    `${hash}^{commit}`,
  );
  const id = rawStdout.trim();
  // A branch or a tag may be called like a hash.
  if (exitCode === 0 && id.startsWith(hash)) return id;
  const why = /ambiguous/.test(stderr) ? 'fits several objects' : 'is no commit here';
  throw new StepError('NOT_FOUND', `${hash} ${why}.`, { hint: 'Give more of its hash, or fetch it.' });
}

/**
 * The one commit whose message holds a text. A commit that takes another of them back, or brings it again, repeats its
 * message: which ones do is seen by what they change.
 */
async function byMessage(git: Git, text: string, tip: string): Promise<string> {
  const order = ['--topo-order', '--reverse', '--fixed-strings', `--grep=${text}`];
  const found = (await git.text('rev-list', ...order, tip)).split('\n').filter(Boolean);
  const quoted = JSON.stringify(text);
  if (found.length > MOST) throw notOne(`More than ${MOST} commits have ${quoted} in their message.`);
  const own: string[] = [];
  for (const [index, one] of found.entries()) {
    if (!(await repeats(git, one, found.slice(0, index)))) own.push(one);
  }
  const [commit, second] = own;
  if (commit === undefined) throw notOne(`No commit of what is checked out has ${quoted} in its message.`);
  if (second === undefined) return commit;
  const named = own.slice(0, NAMED).map(short).join(', ');
  throw notOne(`More than one commit has ${quoted} in its message: ${named}${own.length > NAMED ? ', …' : ''}.`);
}

function notOne(message: string): StepError {
  return new StepError('NOT_FOUND', message, { hint: 'Give the commit by its hash.' });
}

/** Whether a commit only takes back one of some earlier ones: then its tree is what taking that one back gives. */
async function repeats(git: Git, commit: string, earlier: readonly string[]): Promise<boolean> {
  const parents = await parentsOf(git, commit);
  const [parent] = parents;
  if (parent === undefined || parents.length > 1) return false;
  const tree = await git.line('rev-parse', `${commit}^{tree}`);
  for (const one of earlier.toReversed()) {
    const before = await parentsOf(git, one);
    if (before.length > 1) continue;
    const taken = await withoutCommit(git, { id: one, parent: before[0] ?? (await emptyTree(git)) }, parent);
    if ('tree' in taken && taken.tree === tree) return true;
  }
  return false;
}

async function stateBefore(git: Git, commit: string, mainline: number | undefined): Promise<string> {
  const parents = await parentsOf(git, commit);
  if (parents.length > 1 && mainline === undefined) {
    const sides = parents.map((parent, index) => `${index + 1} is ${short(parent)}`).join(', ');
    throw new StepError(
      'BAD_INPUT',
      `${short(commit)} is a merge: which side stays when it is taken back is not said.`,
      {
        hint: `Give mainline: the number of the side that it was merged into, mostly 1 (${sides}).`,
      },
    );
  }
  const number = mainline ?? 1;
  if (number > Math.max(1, parents.length)) {
    throw new StepError('BAD_INPUT', `${short(commit)} has no side ${number}: ${parents.length} went into it.`, {
      hint:
        parents.length > 1 ? 'Give mainline: 1, or the number of another side.' : 'It is no merge: leave mainline out.',
    });
  }
  return parents[number - 1] ?? emptyTree(git);
}

async function parentsOf(git: Git, commit: string): Promise<string[]> {
  return (await git.line('rev-list', '--parents', '--no-walk', commit)).split(' ').slice(1);
}

/** What stands before the first commit of a history. */
function emptyTree(git: Git): Promise<string> {
  return git.line('hash-object', '-w', '-t', 'tree', '/dev/null');
}
