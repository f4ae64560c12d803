import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { gitRevert as kind } from '../../model/schema/steps/git.revert.js';
import { sha256 } from '../evidence/durable.js';
import { type Git, gitIn } from '../git.js';
import type { HandlerOf, StepContext } from '../step.js';
import { StepError } from '../step-error.js';

export const gitRevert: HandlerOf<typeof kind> = {
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
    await context.evidence.write('git.txt', `${JSON.stringify({ file: input.file, ...outputs }, null, 2)}\n\n${log}`);
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
  return found.exitCode === 0 ? git.digest('cat-file', 'blob', found.stdout.trim()) : '';
}

/** Whoever works in the same repository may hold its lock, or be between a write and its commit, for a moment. */
const BUSY = /index\.lock|unable to lock|local changes/i;
const TRIES = 20;
const PAUSE_MS = 250;

async function revert(git: Git, commit: string, context: StepContext): Promise<void> {
  const identity = ['-c', 'user.name=golive', '-c', 'user.email=golive@localhost'];
  for (let tries = 1; ; tries += 1) {
    const result = await git.try(...identity, 'revert', '--no-edit', commit);
    if (result.exitCode === 0) return;
    const said = result.stderr || result.stdout;
    if (!BUSY.test(said)) await git.try('revert', '--abort');
    if (!BUSY.test(said) || tries === TRIES) {
      const last = said.trim().split('\n').slice(-3).join(' ').slice(-500);
      throw new StepError(
        'COMMAND_FAILED',
        `${commit.slice(0, 12)} could not be reverted, and nothing was changed: ${last}`,
      );
    }
    await context.sleep(PAUSE_MS);
  }
}
