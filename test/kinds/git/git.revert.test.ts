import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  readFileSync,
  readlinkSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { delimiter, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { git, smallRepository } from '../../kits/small-repository.js';
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

/** A repository with one commit after another, and what is needed to go on in it. */
function repositoryIn(base: string) {
  const repo = smallRepository(base);
  const write = (name: string, content: string): void => {
    mkdirSync(join(repo, name, '..'), { recursive: true });
    writeFileSync(join(repo, name), content);
  };
  const commit = (message: string): string => {
    git(repo, 'add', '-A');
    git(repo, 'commit', '--quiet', '--allow-empty', '-m', message);
    return git(repo, 'rev-parse', 'HEAD');
  };
  const risky = git(repo, 'rev-parse', 'HEAD~1');
  return { base, repo, write, commit, risky };
}
type World = ReturnType<typeof repositoryIn>;

const commits = (repo: string): number => Number(git(repo, 'rev-list', '--count', 'HEAD'));

const revert = (base: string, more: object, task: object = {}, env?: NodeJS.ProcessEnv): Promise<StepRun> =>
  runStep('git.revert', { repo: 'repo', file: 'notes.md', ...more }, { goLive: { baseDir: base }, task, env });

interface Row {
  name: string;
  /** Brings the repository into its state. @returns what the step is given besides */
  world: (world: World) => object;
  /** Sentence of the failure; then nothing may have been changed. */
  refused?: RegExp;
  restored?: boolean;
  /** Commits that the deed adds. */
  adds?: number;
  /** Of the summary. */
  says?: RegExp;
  also?: (world: World) => void;
}

const contentIs = (content: string) => (world: World) =>
  expect(readFileSync(join(world.repo, 'notes.md'), 'utf8')).toBe(content);

const ROWS: Row[] = [
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
];

describe('git.revert: what it does with', () => {
  test.each(ROWS)('$name', async ({ world, refused, restored, adds, says, also }) => {
    const it = repositoryIn(temporaryFolder());
    const input = world(it);
    const before = { commits: commits(it.repo), status: git(it.repo, 'status', '--porcelain') };
    const run = await revert(it.base, input);
    if (refused) {
      expect(failed(run).message).toMatch(refused);
      expect({ commits: commits(it.repo), status: git(it.repo, 'status', '--porcelain') }).toEqual(before);
    } else {
      const { outputs, summary } = passed(run);
      expect([outputs.restored, summary]).toEqual([restored, expect.stringMatching(says ?? /./)]);
      if (adds !== undefined) expect(commits(it.repo) - before.commits).toBe(adds);
    }
    also?.(it);
  });
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
    const real = process.env.PATH?.split(delimiter).find((folder) => existsSync(join(folder, 'git'))) ?? '';
    mkdirSync(join(base, 'bin'));
    writeFileSync(
      join(base, 'bin', 'git'),
      `#!/bin/sh
case " $* " in *" merge --ff-only "*) if mkdir ${base}/once 2>/dev/null; then
  (cd ${repo} && echo x > beside.md && ${real}/git add beside.md &&
   ${real}/git -c user.name=b -c user.email=b@b.test commit -qm beside) </dev/null >&2
fi ;; esac
exec ${real}/git "$@"
`,
      { mode: 0o755 },
    );
    const env = { ...process.env, PATH: `${join(base, 'bin')}${delimiter}${process.env.PATH ?? ''}` };
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
  test('its git folder must lie in the folders of the plan', async () => {
    const base = temporaryFolder();
    const { repo, risky } = repositoryIn(temporaryFolder());
    git(repo, 'worktree', 'add', '--quiet', '-b', 'two', join(base, 'two'));
    const input = { repo: 'two', file: 'notes.md', commit: risky };
    const run = await runStep('git.revert', input, { goLive: { baseDir: base, folders: [base] } });
    expect(failed(run)).toMatchObject({ code: 'BAD_INPUT' });
    expect(failed(run).message).toContain('lies outside of the folders of the plan');
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
