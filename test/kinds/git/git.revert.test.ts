import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

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
});

describe('git.revert', () => {
  const revert = (base: string, more: object, task: object = {}) =>
    runStep('git.revert', { repo: 'repo', file: 'notes.md', ...more }, { ...at(base), task });
  test('the file is as it was before the commit, and a second time nothing is done', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    const { outputs } = passed(await revert(base, { message: 'order risky-1' }));
    expect(outputs).toMatchObject({
      original: sha('one\n'),
      before: sha('one\nrisky\n'),
      after: sha('one\n'),
      restored: true,
    });
    expect(readFileSync(join(repo, 'notes.md'), 'utf8')).toBe('one\n');
    const head = git(repo, 'rev-parse', 'HEAD');
    const again = passed(await revert(base, { message: 'order risky-1' }, { epoch: 2 }));
    expect(again.outputs).toMatchObject({ revert: head, restored: true });
    expect(git(repo, 'rev-parse', 'HEAD')).toBe(head);
  });
  test('a file that the commit made is gone again', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    const { outputs } = passed(await revert(base, { commit: git(repo, 'rev-parse', 'HEAD'), file: 'other.md' }));
    expect(outputs).toMatchObject({ original: '', after: '', restored: true });
    expect(existsSync(join(repo, 'other.md'))).toBe(false);
  });
  test('what was changed since is told as not restored', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    writeFileSync(join(repo, 'unrelated.md'), 'y');
    git(repo, 'revert', '--no-edit', 'HEAD~1');
    writeFileSync(join(repo, 'notes.md'), 'three\n');
    git(repo, 'commit', '--quiet', '-am', 'later');
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: false });
  });
  test('a conflict changes nothing', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    writeFileSync(join(repo, 'notes.md'), 'one\nrisky, and more\n');
    git(repo, 'commit', '--quiet', '-am', 'on top');
    const head = git(repo, 'rev-parse', 'HEAD');
    expect(failed(await revert(base, { message: 'order risky-1' })).message).toContain('nothing was changed');
    expect([git(repo, 'rev-parse', 'HEAD'), git(repo, 'status', '--porcelain')]).toEqual([head, '']);
  });
  test('a lock that somebody else holds for a moment is waited for', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    const lock = join(repo, '.git', 'index.lock');
    writeFileSync(lock, '');
    setTimeout(() => rmSync(lock), 600);
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: true });
  });
  test('whoever commits in the repository meanwhile takes nothing of the revert into a commit of theirs', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    // Git calls its signer when what it commits is written, and not yet committed: the moment of harm.
    const signer = join(base, 'signer');
    writeFileSync(
      signer,
      `#!/bin/sh
if [ ! -e ${base}/once ]; then
  touch ${base}/once
  unset GIT_DIR GIT_INDEX_FILE GIT_WORK_TREE
  cd ${repo} && echo x > beside.md && git add beside.md
  git -c commit.gpgsign=false -c user.name=b -c user.email=b@b.test commit -qm beside
fi
cat > ${base}/signed
echo '[GNUPG:] SIG_CREATED ' >&2
echo signature
`,
      { mode: 0o755 },
    );
    git(repo, 'config', 'commit.gpgsign', 'true');
    git(repo, 'config', 'gpg.program', signer);
    expect(passed(await revert(base, { message: 'order risky-1' })).outputs).toMatchObject({ restored: true });
    expect(git(repo, 'log', '--format=%s', '-n', '2').split('\n')[1]).toBe('beside');
    expect(git(repo, 'log', '--format=', '--name-only', '-n', '1', '--grep=^beside$')).toBe('beside.md');
    expect(git(repo, 'status', '--porcelain')).toBe('');
    expect(git(repo, 'worktree', 'list').split('\n').length).toBe(1);
  });
  test('hooks of the repository do not run', async () => {
    const base = temporaryFolder();
    const repo = smallRepository(base);
    writeFileSync(join(repo, '.git', 'hooks', 'post-commit'), `#!/bin/sh\ntouch ${join(base, 'hooked')}\n`, {
      mode: 0o755,
    });
    passed(await revert(base, { message: 'order risky-1' }));
    expect(existsSync(join(base, 'hooked'))).toBe(false);
  });
});
