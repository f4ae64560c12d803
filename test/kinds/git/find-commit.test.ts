import { describe } from '@jest/globals';
import { contentIs, revertsOf } from '../../kits/reverts.js';
import { git } from '../../kits/small-repository.js';

describe('the commit that git.revert takes back: what it does with', () => {
  revertsOf([
    {
      name: 'reverted by git: nothing to do',
      world: ({ repo, risky }) => (git(repo, 'revert', '--no-edit', risky), { commit: risky }),
      adds: 0,
      restored: true,
      says: /was taken back already: notes.md is as it was before/,
    },
    {
      name: 'reverted with --reference: nothing to do',
      world: ({ repo, risky }) => (git(repo, 'revert', '--reference', '--no-edit', risky), { message: 'risky-1' }),
      adds: 0,
      restored: true,
    },
    {
      name: 'brought back by hand, without a word of it: nothing to do',
      world: ({ write, commit, risky }) => (write('notes.md', 'one\n'), commit('tidy'), { commit: risky }),
      adds: 0,
      restored: true,
    },
    {
      name: 'a message that only says it was reverted: it is reverted',
      world: ({ commit, risky }) => (commit(`note\n\nThis reverts commit ${risky}.`), { commit: risky }),
      adds: 1,
      restored: true,
    },
    {
      name: 'reverted and brought again: it is reverted again, also by its message',
      world: ({ repo, risky }) => {
        git(repo, 'revert', '--no-edit', risky);
        git(repo, 'revert', '--no-edit', 'HEAD');
        return { message: 'order risky-1' };
      },
      adds: 1,
      restored: true,
      also: contentIs('one\n'),
    },
    {
      name: 'reverted with other words in the message, other lines of the file changed before: known by its message still',
      world: ({ repo, write, commit, risky }) => {
        write('notes.md', '0\n0\n0\n0\none\nrisky\n');
        commit('above');
        git(repo, 'revert', '--no-commit', risky);
        git(repo, 'commit', '--quiet', '-m', 'Takes order risky-1 out (#7)');
        return { message: 'order risky-1' };
      },
      adds: 0,
      restored: false,
      says: /was taken back already: notes.md is NOT as it was before/,
    },
    {
      name: 'two commits with the same text',
      world: ({ write, commit }) => (
        write('notes.md', 'x\n'), commit('order risky-1: more'), { message: 'order risky-1' }
      ),
      refused: /More than one commit has "order risky-1" in its message: [0-9a-f]{12}, [0-9a-f]{12}\./,
    },
    {
      name: 'the first commit of all',
      world: ({ repo, write, commit }) => {
        git(repo, 'checkout', '--quiet', '--orphan', 'new');
        git(repo, 'rm', '--quiet', '-rf', '.');
        write('a.md', 'a\n');
        const first = commit('first');
        write('b.md', 'b\n');
        commit('second');
        return { commit: first, file: 'a.md' };
      },
      adds: 1,
      restored: true,
    },
    {
      name: 'a merge without a mainline says what to do',
      world: ({ repo, write, commit }) => {
        git(repo, 'checkout', '--quiet', '-b', 'side');
        write('notes.md', 'side\n');
        commit('side');
        git(repo, 'checkout', '--quiet', 'main');
        git(repo, 'merge', '--quiet', '--no-ff', '-m', 'merge side', 'side');
        return { commit: git(repo, 'rev-parse', 'HEAD') };
      },
      refused: /is a merge: which side stays when it is taken back is not said/,
    },
    {
      name: 'a merge with its mainline',
      world: ({ repo, write, commit }) => {
        git(repo, 'checkout', '--quiet', '-b', 'side');
        write('notes.md', 'side\n');
        commit('side');
        git(repo, 'checkout', '--quiet', 'main');
        git(repo, 'merge', '--quiet', '--no-ff', '-m', 'merge side', 'side');
        return { message: 'merge side', mainline: 1 };
      },
      adds: 1,
      restored: true,
      also: contentIs('one\nrisky\n'),
    },
    {
      name: 'a mainline that there is not',
      world: ({ risky }) => ({ commit: risky, mainline: 2 }),
      refused: /has no side 2: 1 went into it/,
    },
    {
      name: 'a commit of another branch',
      world: ({ repo, write, commit }) => {
        git(repo, 'checkout', '--quiet', '-b', 'side');
        write('notes.md', 'side\n');
        const side = commit('side');
        git(repo, 'checkout', '--quiet', 'main');
        return { commit: side };
      },
      refused: /is not in the history of what is checked out/,
    },
    {
      name: 'a branch that is called like a hash',
      world: ({ repo, risky }) => (git(repo, 'branch', risky.slice(0, 8), 'HEAD'), { commit: risky.slice(0, 8) }),
      refused: /is no commit here/,
    },
  ]);
});
