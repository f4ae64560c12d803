import { describe, expect } from '@jest/globals';
import { chmodSync, existsSync, readFileSync, readlinkSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { contentIs, revertsOf } from '../../kits/reverts.js';
import { git } from '../../kits/small-repository.js';

describe('what git.revert changes: what it does with', () => {
  revertsOf([
    {
      name: 'taken back, and changed since',
      world: ({ repo, write, commit, risky }) => {
        git(repo, 'revert', '--no-edit', risky);
        write('notes.md', 'three\n');
        commit('later');
        return { commit: risky };
      },
      adds: 0,
      restored: false,
    },
    {
      name: 'a conflict names the file',
      world: ({ write, commit, risky }) => (
        write('notes.md', 'one\nrisky, and more\n'), commit('on top'), { commit: risky }
      ),
      refused: /conflicts with later changes of notes\.md; nothing was changed/,
    },
    {
      name: 'a later change elsewhere in the file stays',
      world: ({ write, commit, risky }) => {
        write('notes.md', '0\n0\n0\n0\none\nrisky\n');
        commit('above');
        return { commit: risky };
      },
      adds: 1,
      restored: false,
      says: /NOT as it was before/,
      also: contentIs('0\n0\n0\n0\none\n'),
    },
    {
      name: 'a file that the commit does not change says nothing',
      world: ({ risky }) => ({ commit: risky, file: 'note.md' }),
      refused: /does not change note\.md; nothing was changed/,
    },
    {
      name: 'a file that the commit made is gone again',
      world: ({ repo }) => ({ commit: git(repo, 'rev-parse', 'HEAD'), file: 'other.md' }),
      adds: 1,
      restored: true,
      says: /other.md is gone again/,
      also: ({ repo }) => expect(existsSync(join(repo, 'other.md'))).toBe(false),
    },
    {
      name: 'a file renamed since: what changed it is taken back there, and the name is told',
      world: ({ repo, commit, risky, write }) => {
        write('notes.md', 'one\nrisky\n');
        git(repo, 'mv', 'notes.md', 'moved.md');
        commit('rename');
        return { commit: risky };
      },
      adds: 1,
      restored: false,
      says: /notes.md is NOT as it was before: it is called moved.md by now/,
      also: ({ repo }) => expect(readFileSync(join(repo, 'moved.md'), 'utf8')).toBe('one\n'),
    },
    {
      name: 'a commit that only changed the mode',
      world: ({ repo, commit }) => {
        chmodSync(join(repo, 'notes.md'), 0o755);
        return { commit: commit('run it') };
      },
      adds: 1,
      restored: true,
      also: ({ repo }) => expect(git(repo, 'ls-tree', 'HEAD', 'notes.md')).toMatch(/^100644/),
    },
    {
      name: 'line ends that git changes at checkout',
      world: ({ write, commit }) => {
        write('.gitattributes', '*.txt text eol=crlf\n');
        write('f.txt', 'v1\r\n');
        commit('base');
        write('f.txt', 'v2\r\n');
        return { commit: commit('change'), file: 'f.txt' };
      },
      adds: 1,
      restored: true,
      also: ({ repo }) => expect(readFileSync(join(repo, 'f.txt'), 'utf8')).toBe('v1\r\n'),
    },
    {
      name: 'a link is compared as the link that it is',
      world: ({ repo, commit }) => {
        symlinkSync('notes.md', join(repo, 'link'));
        commit('link');
        rmSync(join(repo, 'link'));
        symlinkSync('/etc/passwd', join(repo, 'link'));
        return { commit: commit('elsewhere'), file: 'link' };
      },
      adds: 1,
      restored: true,
      also: ({ repo }) => expect(readlinkSync(join(repo, 'link'))).toBe('notes.md'),
    },
    {
      name: 'a submodule is compared by the commit that it points to',
      world: ({ repo, risky }) => {
        const point = (at: string): string => {
          git(repo, 'update-index', '--add', '--cacheinfo', `160000,${at},sub`);
          git(repo, 'commit', '--quiet', '-m', 'point');
          return git(repo, 'rev-parse', 'HEAD');
        };
        point(risky);
        return { commit: point(git(repo, 'rev-parse', 'HEAD')), file: 'sub' };
      },
      adds: 1,
      restored: true,
      also: ({ repo, risky }) => expect(git(repo, 'ls-tree', 'HEAD', 'sub')).toContain(risky),
    },
    {
      name: 'a commit that another one is put in place of does not count',
      world: ({ repo, risky }) => (git(repo, 'replace', risky, 'HEAD'), { commit: risky }),
      adds: 1,
      restored: true,
      also: contentIs('one\n'),
    },
    {
      name: 'names that a pattern would read otherwise, and names beyond ASCII',
      world: ({ write, commit }) => {
        write('a[b]*.md', '1\n');
        write('änderung ü.md', '1\n');
        commit('odd');
        write('a[b]*.md', '2\n');
        write('änderung ü.md', '2\n');
        return { commit: commit('odd, too'), file: 'änderung ü.md' };
      },
      adds: 1,
      restored: true,
      also: ({ repo }) => expect(readFileSync(join(repo, 'a[b]*.md'), 'utf8')).toBe('1\n'),
    },
    {
      name: 'a path out of the repository',
      world: ({ risky }) => ({ commit: risky, file: '../elsewhere' }),
      refused: /is no path of a file inside the repository/,
    },
  ]);
});
