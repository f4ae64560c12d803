import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { gitRevert as kind } from './git.revert.kind.js';
import { sha256 } from '../../evidence/durable.js';
import { checkRepository, type Git, gitIn } from './git.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../shared/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

export const gitRevert: HandlerOf<typeof kind> = {
  check: ({ repo }, context) => checkRepository(context.path(repo), context, true),
  async do(input, context) {
    const repo = context.path(input.repo);
    const path = context.path(join(input.repo, input.file));
    const git = gitIn(repo, context);
    const commit =
      input.commit === undefined
        ? await commitWith(git, input.message ?? '')
        : await git.line('rev-parse', '--verify', '--end-of-options', `${input.commit}^{commit}`);
    const digest = async (): Promise<string> => readFile(path).then(sha256, () => '');
    const original = await contentBefore(git, commit, input.file);
    const before = await digest();
    const earlier = await git.line(
      'log',
      '--format=%H',
      '-n',
      '1',
      '--fixed-strings',
      `--grep=This reverts commit ${commit}`,
    );
    if (!earlier) await revert(git, commit, context);
    const after = await digest();
    const made = earlier || (await git.line('rev-parse', 'HEAD'));
    const outputs = { commit, revert: made, original, before, after, restored: after === original };
    const log = await git.text('log', '--stat', '-n', '3');
    await context.evidence.write(
      'git.txt',
      `${JSON.stringify({ file: input.file, ...outputs }, null, 2)}\n\n${context.redact(log)}`,
    );
    const how = after === '' ? 'gone again' : outputs.restored ? 'as it was before' : 'NOT as it was before';
    return {
      outputs,
      summary: `reverted ${commit.slice(0, 12)}${earlier ? ' (it was already)' : ''}: ${input.file} is ${how}`,
    };
  },
};

async function commitWith(git: Git, message: string): Promise<string> {
  const found = (await git.text('log', '--format=%H', '--fixed-strings', `--grep=${message}`))
    .split('\n')
    .filter(Boolean);
  // A commit that reverts another repeats its message.
  const reverts = (await git.text('log', '--format=%H', '--fixed-strings', '--grep=This reverts commit')).split('\n');
  const [commit, second] = found.filter((one) => !reverts.includes(one));
  if (commit !== undefined && second === undefined) return commit;
  const what = commit === undefined ? 'No commit' : 'More than one commit';
  throw new StepError('NOT_FOUND', `${what} has ${JSON.stringify(message)} in its message.`);
}

/** SHA-256 of a file in the commit before; empty when there was none. */
async function contentBefore(git: Git, commit: string, file: string): Promise<string> {
  const found = await git.try('rev-parse', '--verify', '--quiet', `${commit}^:${file}`);
  return found.exitCode === 0 ? git.digest('cat-file', 'blob', found.rawStdout.trim()) : '';
}

/** Whoever works in the same repository may hold its lock, be between a write and its commit, or have just committed. */
const BUSY = /index\.lock|unable to lock|cannot lock ref|local changes|not possible to fast-forward/i;
const MOVED = /not possible to fast-forward/i;
const TRIES = 20;
const PAUSE_MS = 250;
const IDENTITY = ['-c', 'user.name=golive', '-c', 'user.email=golive@localhost'];

async function revert(git: Git, commit: string, context: StepContext): Promise<void> {
  const aside = join(await git.line('rev-parse', '--absolute-git-dir'), 'golive-revert');
  for (let tries = 1; ; tries += 1) {
    const said = await revertAside(git, commit, aside);
    if (said === undefined) return;
    if (!BUSY.test(said) || tries === TRIES) {
      const last = lastWords(said);
      throw new StepError(
        'COMMAND_FAILED',
        `${commit.slice(0, 12)} could not be reverted, and nothing was changed${last.clause}`,
        { said: last.said },
      );
    }
    // Where only the branch has gone on, the next try is the better the sooner it comes.
    if (!MOVED.test(said)) await context.sleep(PAUSE_MS);
  }
}

/**
 * Makes the revert in a work tree of its own and takes it over at once. Made in the repository's own, whoever commits
 * beside it would take what is not committed yet into a commit of theirs: the index is one.
 *
 * @returns what git said when it did not come about
 */
async function revertAside(git: Git, commit: string, aside: string): Promise<string | undefined> {
  const clear = async (): Promise<void> => {
    await rm(aside, { recursive: true, force: true });
    await git.try('worktree', 'prune');
  };
  // Also of an attempt that was killed.
  await clear();
  try {
    // Twice forced: an attempt killed while it was added has left it locked.
    const added = await git.try('worktree', 'add', '--force', '--force', '--detach', '--quiet', aside, 'HEAD');
    if (added.exitCode !== 0) return added.stderr;
    const made = await git.try('-C', aside, ...IDENTITY, 'revert', '--no-edit', commit);
    if (made.exitCode !== 0) return made.stderr || made.stdout;
    const taken = await git.try('merge', '--ff-only', '--quiet', await git.line('-C', aside, 'rev-parse', 'HEAD'));
    return taken.exitCode === 0 ? undefined : taken.stderr || taken.stdout;
  } finally {
    await clear();
  }
}
