import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commits, repositoryIn, revert } from '../../kits/reverts.js';
import { git, insteadOfGit } from '../../kits/small-repository.js';
import { failed, passed, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

/** A revert that is stopped when git has written files and neither index nor branch. */
async function stopped(then = '', many = 0) {
  const world = repositoryIn(temporaryFolder());
  const { base, repo, write, commit } = world;
  write('gone.md', 'gone\n');
  for (let one = 0; one < many; one += 1) write(`many/${one}.md`, 'x\n');
  write('notes.md', 'one\nrisky\nmore\n');
  const risky = commit('order risky-2');
  const half = `printf 'one\\nrisky\\n' > ${repo}/notes.md; rm ${repo}/gone.md`;
  const env = insteadOfGit(base, () => `case " $* " in *" merge --ff-only "*) ${half}; ${then} exit 143 ;; esac`);
  const run = await revert(base, { commit: risky }, {}, env);
  expect(failed(run).code).toBe('COMMAND_FAILED');
  expect(git(repo, 'status', '--porcelain').split('\n').length).toBeGreaterThan(1);
  return { ...world, run };
}

describe('a revert that was stopped while git took it over', () => {
  test('is made by the next attempt', async () => {
    const { repo, run } = await stopped();
    const before = commits(repo);
    const again = passed(await runTask('git.revert', run.task, { attempt: 2 }));
    expect(again.outputs).toMatchObject({ restored: true });
    expect([commits(repo) - before, git(repo, 'status', '--porcelain')]).toEqual([1, '']);
  });
  test('is put back by its undo', async () => {
    const { repo, run } = await stopped();
    passed(await runTask('git.revert', undoOf(run.task), { part: 'undo' }));
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(readFileSync(join(repo, 'gone.md'), 'utf8')).toBe('gone\n');
  });
  test('is put back whole where it had written more files than one call of git is given', async () => {
    const { repo, run } = await stopped('rm many/*;', 600);
    expect(git(repo, 'status', '--porcelain').split('\n').length).toBeGreaterThan(600);
    passed(await runTask('git.revert', undoOf(run.task), { part: 'undo' }));
    expect(git(repo, 'status', '--porcelain')).toBe('');
  });
  test('leaves all as it is where somebody else has written meanwhile', async () => {
    const { repo, run } = await stopped('echo mine > notes.md;');
    expect(failed(await runTask('git.revert', run.task, { attempt: 2 })).message).toMatch(
      /was changed and not committed/,
    );
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('mine\n');
  });
});
