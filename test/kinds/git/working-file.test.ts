import { chmodSync, mkdirSync, rmSync, statSync, symlinkSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe } from '@jest/globals';
import { revertsOf, type World } from '../../kits/reverts.js';
import { git } from '../../kits/small-repository.js';

/** Taken back in the history; then something is done to the working file. */
const takenBack =
  (then: (world: World) => void) =>
  (world: World): object => {
    git(world.repo, 'revert', '--no-edit', world.risky);
    then(world);
    return { commit: world.risky };
  };
const NOT = { adds: 0, restored: false, says: /as it was before in the history, and NOT in the work tree/ };

describe('git.revert reads the working file itself:', () => {
  revertsOf([
    ...['--skip-worktree', '--assume-unchanged'].map((flag) => ({
      name: `marked ${flag}, and edited`,
      world: takenBack(({ repo, write }) => {
        git(repo, 'update-index', flag, 'notes.md');
        write('notes.md', 'one\nrisky\n');
      }),
      ...NOT,
    })),
    {
      name: 'marked --skip-worktree and edited before it is taken back',
      world: ({ repo, write, risky }) => {
        git(repo, 'update-index', '--skip-worktree', 'notes.md');
        write('notes.md', 'one\nRISKY\n');
        return { commit: risky };
      },
      refused: /notes\.md in .*repo was changed and not committed; nothing was changed/,
    },
    {
      name: 'marked --skip-worktree, and as it was',
      world: takenBack(({ repo }) => git(repo, 'update-index', '--skip-worktree', 'notes.md')),
      adds: 0,
      restored: true,
    },
    {
      name: 'of the same size and time, where git looks at these alone',
      world: takenBack(({ repo, write }) => {
        git(repo, 'config', 'core.checkStat', 'minimal');
        git(repo, 'config', 'core.trustctime', 'false');
        const path = join(repo, 'notes.md');
        const old = new Date(Date.now() - 3_600_000);
        utimesSync(path, old, old);
        git(repo, 'status');
        const { atime, mtime } = statSync(path);
        write('notes.md', 'two\n');
        utimesSync(path, atime, mtime);
      }),
      ...NOT,
    },
    { name: 'gone', world: takenBack(({ repo }) => rmSync(join(repo, 'notes.md'))), ...NOT },
    {
      name: 'a link in its place, to the same content',
      world: takenBack(({ base, repo }) => {
        writeFileSync(join(base, 'same'), 'one\n');
        rmSync(join(repo, 'notes.md'));
        symlinkSync(join(base, 'same'), join(repo, 'notes.md'));
      }),
      ...NOT,
    },
    { name: 'of another mode', world: takenBack(({ repo }) => chmodSync(join(repo, 'notes.md'), 0o755)), ...NOT },
    {
      name: 'of another mode, where the repository does not look at modes',
      world: takenBack(({ repo }) => {
        git(repo, 'config', 'core.fileMode', 'false');
        chmodSync(join(repo, 'notes.md'), 0o755);
      }),
      adds: 0,
      restored: true,
    },
    {
      name: 'with the line ends of the work tree',
      world: takenBack(({ repo, write }) => {
        git(repo, 'config', 'core.autocrlf', 'true');
        write('notes.md', 'one\r\n');
      }),
      adds: 0,
      restored: true,
    },
    {
      name: 'files that git does not know, where a file is to come, are named',
      world: ({ repo, write, commit }) => {
        write('data', 'x');
        commit('a file');
        rmSync(join(repo, 'data'));
        const gone = commit('it goes');
        mkdirSync(join(repo, 'data'));
        write('data/precious.txt', 'mine');
        return { commit: gone, file: 'data' };
      },
      refused: /data\/precious\.txt in .*repo .*nothing was changed/,
    },
  ]);
});
