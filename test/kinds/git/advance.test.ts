import { describe, expect } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { contentIs, revertsOf } from '../../kits/reverts.js';
import { git } from '../../kits/small-repository.js';

describe('git.revert in a repository: what it does with', () => {
  revertsOf([
    {
      name: 'a shallow history',
      world: ({ base, repo }) => {
        git(base, 'clone', '--quiet', '--depth', '1', `file://${repo}`, join(base, 'shallow'));
        return { repo: 'shallow', commit: git(repo, 'rev-parse', 'HEAD'), file: 'other.md' };
      },
      refused: /is shallow: what a commit changed may not be in it/,
      also: ({ base }) => expect(existsSync(join(base, 'shallow', 'notes.md'))).toBe(true),
    },
    {
      name: 'a folder within a repository is none',
      world: ({ write, commit, risky }) => (
        write('deep/x.md', 'x'), commit('deep'), { repo: 'repo/deep', commit: risky }
      ),
      refused: /deep is no git repository/,
    },
    {
      name: 'the file was changed and not committed',
      world: ({ write, risky }) => (write('notes.md', 'in the middle of it\n'), { commit: risky }),
      refused: /notes\.md in .*repo was changed and not committed; nothing was changed/,
      also: contentIs('in the middle of it\n'),
    },
    {
      name: 'another file was changed and not committed: it stays as it is',
      world: ({ write, risky }) => (write('other.md', 'in the middle\n'), write('new.md', 'n'), { commit: risky }),
      adds: 1,
      restored: true,
      also: ({ repo }) => expect(git(repo, 'status', '--porcelain')).toBe('M other.md\n?? new.md'),
    },
    {
      name: 'taken back already, and the working file is another',
      world: ({ repo, write, risky }) => {
        git(repo, 'revert', '--no-edit', risky);
        write('notes.md', 'something\n');
        return { commit: risky };
      },
      adds: 0,
      restored: false,
      says: /as it was before in the history, and NOT in the work tree/,
    },
    {
      name: 'a detached HEAD: it is made there, and said',
      world: ({ repo, risky }) => (git(repo, 'checkout', '--quiet', '--detach'), { commit: risky }),
      adds: 1,
      restored: true,
      says: /HEAD is detached: no branch holds the revert/,
    },
    {
      name: 'a branch that is checked out elsewhere, too',
      world: ({ base, repo, risky }) => {
        git(repo, 'worktree', 'add', '--quiet', '--force', join(base, 'else'), 'main');
        return { commit: risky };
      },
      refused: /main is checked out in .*else, too; nothing was changed/,
    },
    {
      name: 'a work tree of its own',
      world: ({ base, repo, risky }) => {
        git(repo, 'worktree', 'add', '--quiet', '-b', 'two', join(base, 'two'));
        return { repo: 'two', commit: risky };
      },
      adds: 0,
      restored: true,
      also: ({ base }) => expect(readFileSync(join(base, 'two', 'notes.md'), 'utf8')).toBe('one\n'),
    },
    {
      name: 'a lock of another git in a work tree of its own, which does not go',
      world: ({ base, repo, risky }) => {
        git(repo, 'worktree', 'add', '--quiet', '-b', 'two', join(base, 'two'));
        writeFileSync(join(repo, '.git', 'worktrees', 'two', 'index.lock'), '');
        return { repo: 'two', commit: risky };
      },
      refused: /Somebody holds .*\.git\/worktrees\/two\/index\.lock; nothing was changed/,
    },
    {
      name: 'a bare repository',
      world: ({ base, repo, risky }) => {
        git(base, 'clone', '--quiet', '--bare', repo, join(base, 'bare.git'));
        return { repo: 'bare.git', commit: risky };
      },
      adds: 0,
      restored: true,
      also: ({ base }) => expect(git(join(base, 'bare.git'), 'show', 'main:notes.md')).toBe('one'),
    },
    {
      name: 'a merge that is under way',
      world: ({ repo, risky }) => (writeFileSync(join(repo, '.git', 'MERGE_HEAD'), `${risky}\n`), { commit: risky }),
      refused: /A merge is under way in .*repo; nothing was changed/,
    },
    {
      name: 'a file behind a filter (git-lfs) in a work tree',
      world: ({ write, commit }) => {
        write('.gitattributes', '*.bin filter=lfs\n');
        write('a.bin', 'pointer 1\n');
        commit('one');
        write('a.bin', 'pointer 2\n');
        return { commit: commit('two'), file: 'a.bin' };
      },
      refused: /a\.bin goes through the filter lfs of git; nothing was changed/,
    },
    {
      name: 'a merge driver that the repository names: it does not run, and what it would merge is a conflict',
      world: ({ base, repo, write, commit, risky }) => {
        write('.gitattributes', '*.md merge=y\n');
        write('notes.md', '0\n0\n0\n0\none\nrisky\n');
        commit('above');
        git(repo, 'config', 'merge.y.driver', `touch ${join(base, 'ran')}`);
        return { commit: risky };
      },
      refused: /conflicts with later changes of notes\.md; nothing was changed/,
      also: ({ base }) => expect(existsSync(join(base, 'ran'))).toBe(false),
    },
    {
      name: 'programs that the repository names do not run, nor its habits',
      world: ({ base, repo, write, commit, risky }) => {
        // Of git as the test calls it, they may run.
        const ran = `test -z "$GIT_TERMINAL_PROMPT" || touch ${join(base, 'ran')}`;
        const habits = {
          'commit.gpgsign': 'true',
          'gpg.program': 'false',
          'log.showsignature': 'true',
          'core.quotepath': 'true',
          'grep.patterntype': 'perl',
          'merge.verifysignatures': 'true',
          'merge.ff': 'false',
          'core.fsmonitor': ran,
          'diff.external': ran,
          'filter.x.clean': `${ran}; cat`,
          'filter.x.smudge': `${ran}; cat`,
          'filter.x.required': 'true',
          'merge.y.driver': ran,
          'diff.z.textconv': ran,
          'alias.log': `!${ran}`,
        };
        write('.gitattributes', '*.x filter=x\n*.md merge=y diff=z\n');
        write('a.x', 'x\n');
        commit('habits');
        for (const [name, value] of Object.entries(habits)) git(repo, 'config', name, value);
        for (const hook of ['post-commit', 'post-merge', 'pre-commit', 'reference-transaction', 'post-checkout']) {
          writeFileSync(join(repo, '.git', 'hooks', hook), `#!/bin/sh\n${ran}\n`, { mode: 0o755 });
        }
        return { commit: risky };
      },
      adds: 1,
      restored: true,
      also: ({ base }) => expect(existsSync(join(base, 'ran'))).toBe(false),
    },
  ]);
});
