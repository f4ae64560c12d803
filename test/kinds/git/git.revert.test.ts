import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { commits, repositoryIn, revert } from '../../kits/reverts.js';
import { git, insteadOfGit, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, type StepRun, temporaryFolder, undoOf } from '../../kits/step-run.js';

const sha = (text: string) => createHash('sha256').update(text).digest('hex');

stepKit('git.revert', {
  good: (folder) => {
    smallRepository(folder);
    return { repo: 'repo', message: 'order risky-1', file: 'notes.md' };
  },
  bad: (folder) => {
    smallRepository(folder);
    return { repo: 'repo', message: 'order never-1', file: 'notes.md' };
  },
  badCode: 'NOT_FOUND',
  clean: (folder) => {
    const repo = join(folder, 'repo');
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('one\nrisky\n');
    expect(git(repo, 'status', '--porcelain')).toBe('');
  },
});

describe('git.revert', () => {
  test('its figures are of the file as git keeps it, and a second time nothing is done', async () => {
    const { base, repo } = repositoryIn(temporaryFolder());
    const { outputs } = passed(await revert(base, { message: 'order risky-1' }));
    const figures = { original: sha('one\n'), before: sha('one\nrisky\n'), after: sha('one\n'), restored: true };
    expect(outputs).toMatchObject(figures);
    const head = git(repo, 'rev-parse', 'HEAD');
    expect(outputs.revert).toBe(head);
    expect(git(repo, 'log', '-n', '1', '--format=%B')).toBe(
      `Revert "order risky-1: write notes.md"\n\nThis reverts commit ${String(outputs.commit)}.`,
    );
    const again = passed(await revert(base, { message: 'order risky-1' }, { epoch: 2 }));
    expect(again.outputs).toMatchObject({ revert: head, before: sha('one\n'), restored: true });
    expect(git(repo, 'rev-parse', 'HEAD')).toBe(head);
  });
  test('an attempt that was lost after its revert is not repeated, and its figures are the same', async () => {
    const { base, repo } = repositoryIn(temporaryFolder());
    const first = await revert(base, { message: 'order risky-1' });
    rmSync(join(first.folder, 'ledger.jsonl'), { force: true });
    const again = await runTask('git.revert', first.task, { attempt: 2, runId: 'another' });
    expect(passed(again).outputs).toEqual(passed(first).outputs);
    expect(commits(repo)).toBe(4);
  });
  test('a lock that somebody else holds for a moment is waited for', async () => {
    const { base, repo } = repositoryIn(temporaryFolder());
    const lock = join(repo, '.git', 'index.lock');
    writeFileSync(lock, '');
    setTimeout(() => rmSync(lock), 600);
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: true });
  });
  test('whoever commits in the repository meanwhile takes nothing of the revert into a commit of theirs', async () => {
    const { base, repo } = repositoryIn(temporaryFolder());
    // What runs in place of git commits beside it in the moment of harm: when the revert is made, and not yet taken over.
    const env = insteadOfGit(
      base,
      (real) => `case " $* " in *" merge --ff-only "*) if mkdir ${base}/once 2>/dev/null; then
  (cd ${repo} && echo x > beside.md && ${real} add beside.md &&
   ${real} -c user.name=b -c user.email=b@b.test commit -qm beside) </dev/null >&2
fi ;; esac`,
    );
    const { outputs } = passed(await revert(base, { message: 'order risky-1' }, {}, env));
    expect(outputs).toMatchObject({ restored: true });
    expect(git(repo, 'log', '--format=%s', '-n', '2').split('\n')[1]).toBe('beside');
    expect(git(repo, 'log', '--format=', '--name-only', '-n', '1', '--grep=^beside$')).toBe('beside.md');
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(git(repo, 'worktree', 'list').split('\n').length).toBe(1);
  });
  test('who calls git, and how he has set it up, has no part in it', async () => {
    const { base, repo } = repositoryIn(temporaryFolder());
    const home = join(base, 'home');
    mkdirSync(join(home, '.config', 'git'), { recursive: true });
    writeFileSync(
      join(home, '.gitconfig'),
      '[commit]\n\tgpgsign = true\n[gpg]\n\tprogram = false\n[core]\n\tautocrlf = true\n[log]\n\tshowSignature = true\n[safe]\n\tdirectory = /nowhere\n',
    );
    writeFileSync(join(home, '.config', 'git', 'attributes'), '*.md filter=lfs eol=crlf\n');
    const run = await revert(base, { message: 'order risky-1' }, {}, { ...process.env, HOME: home });
    expect(passed(run).outputs).toMatchObject({ restored: true });
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('one\n');
  });
  test('a repository of another user is worked in where the user of the worker trusts it', async () => {
    if (process.getuid?.() !== 0) return;
    const { base, repo } = repositoryIn(temporaryFolder());
    execFileSync('chown', ['-R', '12345', repo]);
    const home = join(base, 'home');
    mkdirSync(home);
    const env = { ...process.env, HOME: home };
    const refused = failed(await revert(base, { message: 'order risky-1' }, {}, env));
    expect(refused.message).toContain('belongs to another user, so git does not work in it');
    writeFileSync(join(home, '.gitconfig'), `[safe]\n\tdirectory = ${repo}\n`);
    const { outputs } = passed(await revert(base, { message: 'order risky-1' }, { epoch: 2 }, env));
    expect(outputs).toMatchObject({ restored: true });
  });
  test('its git folder must lie in the folders of the plan', async () => {
    const base = temporaryFolder();
    const { repo, risky } = repositoryIn(temporaryFolder());
    git(repo, 'worktree', 'add', '--quiet', '-b', 'two', join(base, 'two'));
    const input = { repo: 'two', file: 'notes.md', commit: risky };
    const run = await runStep('git.revert', input, { goLive: { baseDir: base, folders: [base] } });
    git(base, 'init', '--quiet', 'inner');
    writeFileSync(join(base, 'inner', '.git', 'commondir'), `${join(repo, '.git')}\n`);
    const shared = await runStep(
      'git.revert',
      { ...input, repo: 'inner' },
      { goLive: { baseDir: base, folders: [base] } },
    );
    for (const one of [run, shared]) {
      expect(failed(one)).toMatchObject({ code: 'BAD_INPUT' });
      expect(failed(one).message).toContain('lies outside of the folders of the plan');
    }
  });
});

describe('the undo of git.revert', () => {
  const undo = (run: StepRun) => runTask('git.revert', undoOf(run.task), { part: 'undo' });
  test('takes back the revert, and what came after it stays', async () => {
    const { base, repo, write, commit } = repositoryIn(temporaryFolder());
    const run = await revert(base, { message: 'order risky-1' });
    write('more.md', 'more\n');
    commit('more');
    expect(passed(await undo(run)).summary).toMatch(/^took the revert [0-9a-f]{12} back by [0-9a-f]{12}$/);
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('one\nrisky\n');
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(passed(await undo(run)).summary).toMatch(/was taken back already/);
    expect(commits(repo)).toBe(6);
  });
  test('where nothing was reverted, nothing is brought again', async () => {
    const { base, repo, risky } = repositoryIn(temporaryFolder());
    git(repo, 'revert', '--no-edit', risky);
    const run = await revert(base, { commit: risky });
    expect(passed(await undo(run)).summary).toBe('no revert was made, nothing to undo');
    expect(commits(repo)).toBe(4);
  });
  test('fails where later changes stand on it, or another branch is checked out', async () => {
    const { base, repo, write, commit } = repositoryIn(temporaryFolder());
    const run = await revert(base, { message: 'order risky-1' });
    git(repo, 'checkout', '--quiet', '-b', 'side');
    expect(failed(await undo(run)).message).toMatch(/was put on main, and side is checked out by now/);
    git(repo, 'checkout', '--quiet', 'main');
    write('notes.md', 'one\nother\n');
    commit('on top');
    expect(failed(await undo(run)).message).toMatch(/conflicts with later changes of notes\.md; nothing was changed/);
  });
});
