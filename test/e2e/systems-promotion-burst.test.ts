import { execFileSync, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { GoLiveState } from '../../model/state/state.js';
import { Project } from '../kits/cli.js';
import { type RunningLab, startLab } from '../kits/lab.js';
import { type Left, testSystem } from '../kits/system.js';
import { eventually } from '../kits/until.js';

const checkpoint = z.object({
  burst: z.string(),
  checkpoint: z.number(),
  commit: z.string(),
  next: z.number().nullable(),
});
const progress = z.object({ summary: z.object({ left: z.number(), promoted: z.number(), batch: z.number() }) });
const failures = z.object({ failed: z.number(), failures: z.array(z.object({ id: z.string() })) });

/** Git is the judge of what a burst did: the one branch that the remote has of it. */
function burstIn(lab: string) {
  const remote = join(lab, 'remote.git');
  const git = (...args: string[]): string => execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8' }).trim();
  const branches = git('for-each-ref', '--format=%(refname:short)', 'refs/heads/promotion').split('\n').filter(Boolean);
  const [branch = ''] = branches;
  const read = (name: string): string => git('show', `${branch}:${branch}/${name}`);
  return { git, branches, branch, read };
}

/** What a batch's commit is: each file at its place, byte for byte, with its history; and nothing else. */
function batchesOf(lab: string): { subjects: string[]; files: number[]; moved: string[] } {
  const { git, branches, branch } = burstIn(lab);
  expect(branches).toEqual([expect.stringMatching(/^promotion\/\d{8}T\d{6}Z$/)]);
  expect(git('fsck', '--strict')).toBe('');
  expect(git('rev-list', '--merges', '--count', `main..${branch}`)).toBe('0');
  const log = git('log', '--reverse', '--format=%H %s', `main..${branch}`, '--').split('\n');
  const batches = log.filter((line) => / Promote batch /.test(line));
  const files: number[] = [];
  const moved: string[] = [];
  for (const line of batches) {
    const [commit = ''] = line.split(' ');
    const changes = git('diff', '--raw', '-M100%', '-l0', `${commit}^`, commit).split('\n');
    for (const change of changes) {
      const [facts = '', from = '', to = ''] = change.split('\t');
      expect([facts.endsWith(' R100'), to]).toEqual([true, from.replace('candidate/', 'src/')]);
      moved.push(to);
    }
    files.push(changes.length);
  }
  expect(new Set(moved).size).toBe(moved.length);
  for (const path of [moved[0], moved.at(-1)])
    expect(git('log', '--follow', '--format=%s', branch, '--', path ?? '')).toContain('Rules before the promotion');
  const under = (folder: string): number =>
    git('ls-tree', '-r', '--name-only', branch, folder).split('\n').filter(Boolean).length;
  expect(progress.parse(JSON.parse(git('show', `${branch}:promotion/progress.json`))).summary).toMatchObject({
    left: under('candidate'),
    promoted: under('src'),
  });
  return { subjects: batches.map((line) => line.replace(/^.*-(\d): (\d+) files$/, '$1: $2')), files, moved };
}

/** What was kept before the red checkpoint is proposed, with the reason; nothing of the red one is. */
function haltedAt(next: number) {
  return ({ lab }: Left): void => {
    const { git, branch, read } = burstIn(lab);
    const kept = next - 1;
    if (kept > 0) expect(batchesOf(lab).files).toEqual(Array.from({ length: kept }, () => 15));
    expect(git('rev-list', '--count', `main..${branch}`)).toBe(String(kept + 1));
    expect(checkpoint.parse(JSON.parse(read('burst_checkpoint.json')))).toMatchObject({ checkpoint: kept, next });
    expect(read('failure_report.md')).toContain(`It halted at checkpoint ${next}`);
    expect(read('promotion_log.md').match(/^\| \d{8}T/gm)).toHaveLength(next);
  };
}

await testSystem({
  name: 'promotion-burst',
  faults: [
    'blind-validator',
    'contract-in-fourth',
    'coverage-in-third',
    'dirty',
    'failing-test',
    'identity-in-second',
    'import-in-second',
    'no-rights',
    'nothing-left',
    'place-taken',
    'policy-in-first',
    'rate-limit',
    'telemetry-in-third',
    'workday',
  ],
  sample: ['coverage-in-third'],
  files: [],
  longMs: 300_000,
  given: [
    {
      title: 'two hundred files are two batches of a hundred, each one commit',
      inputs: ['target=200', 'checkpoint=100'],
      after: ({ lab }) => {
        const { git, branch, read } = burstIn(lab);
        const { subjects, files } = batchesOf(lab);
        expect([subjects, files]).toEqual([
          ['1: 100', '2: 100'],
          [100, 100],
        ]);
        expect(git('rev-list', '--count', `main..${branch}`)).toBe('3');
        expect(checkpoint.parse(JSON.parse(read('burst_checkpoint.json')))).toMatchObject({
          checkpoint: 2,
          next: null,
        });
        expect(read('promotion_log.md')).toMatch(/Coverage since the baseline: \S+ points/);
        expect(read('matrix_coverage_report.md').match(/^\| \d{8}T/gm)).toHaveLength(2);
      },
    },
  ],
  afterFault: {
    'import-in-second': (left) => {
      haltedAt(2)(left);
      const { read } = burstIn(left.lab);
      const found = failures.parse(JSON.parse(read('import_failures.json')));
      expect([found.failed, read('failure_report.md')]).toEqual([
        1,
        expect.stringContaining(found.failures[0]?.id ?? '-'),
      ]);
    },
    'coverage-in-third': haltedAt(3),
    'contract-in-fourth': haltedAt(4),
    'policy-in-first': haltedAt(1),
  },
});

describe('a burst that halted, and a worker that is killed', () => {
  let project: Project;
  let lab: RunningLab;
  beforeAll(async () => {
    project = await Project.open();
    lab = await startLab('promotion', join(project.folder, 'lab'), 60, 'identity-in-second');
    await project.must('up', '--detach');
  }, 120_000);
  afterAll(async () => {
    await lab?.stop();
    await project.close();
  }, 60_000);

  const state = async (): Promise<GoLiveState> =>
    (await project.json<GoLiveState>('status', 'promotion-lab', '--json')).value;
  const start = (change: string, ...inputs: string[]) =>
    project.must(
      'start',
      'promotion-burst',
      '--target',
      'promotion-lab',
      '--change',
      change,
      '--mode',
      'rehearse',
      '--time-scale',
      '60',
      ...lab.args,
      ...['at=2026-11-28T09:00:00Z', 'target=60', 'checkpoint=15', ...inputs].flatMap((one) => ['--input', one]),
    );
  const git = (...args: string[]): string =>
    execFileSync('git', ['-C', String(lab.inputs.repository), ...args], { encoding: 'utf8' }).trim();

  test('it goes on from the last checkpoint that was kept, in the same pull request, and no batch is made twice', async () => {
    await start('halts');
    const halted = await eventually('the halt', 200_000, async () => {
      const now = await state();
      return now.endedAt ? now : undefined;
    });
    expect(halted.sentence).toContain('Checkpoint 2: Rules with a wrong identity');
    const dir = join(project.folder, 'lab');
    const first = burstIn(dir);
    const kept = batchesOf(dir);
    expect(kept.files).toEqual([15]);
    const burst = first.branch.replace('promotion/', '');

    // The team mends the rule where it is: on the branch of the pull request.
    const [rule = ''] = git('ls-tree', '-r', '--name-only', first.branch, 'candidate').split('\n').slice(5);
    git('worktree', 'add', '--quiet', join(dir, 'mended'), '-b', 'mending', first.branch);
    const path = join(dir, 'mended', rule);
    writeFileSync(path, readFileSync(path, 'utf8').replace("id = 'other/", "id = '"));
    const mended = spawnSync(
      'git',
      [
        '-C',
        join(dir, 'mended'),
        '-c',
        'user.name=Ada',
        '-c',
        'user.email=ada@promotion.test',
        'commit',
        '-am',
        'Its own id',
      ],
      { encoding: 'utf8' },
    );
    expect([mended.status, mended.stderr]).toEqual([0, mended.stderr]);
    git('push', '--quiet', 'origin', `mending:${first.branch}`);

    await start('goes-on', `resume=${burst}`, 'batches=2');
    const worker = z
      .object({ pid: z.number() })
      .parse(JSON.parse(readFileSync(join(project.folder, '.golive', 'worker.json'), 'utf8')));
    // In the middle of the second batch of this run, while its tests are under way: the log tells of it at once, and for good.
    const log = join(project.folder, 'evidence', 'promotion-lab', 'goes-on', 'data', 'events.jsonl');
    await eventually('the tests of its second batch', 200_000, () =>
      /^(?=.*"type":"step\.started")(?=.*"phase":"batch-2")(?=.*"step":"tests")/m.test(readFileSync(log, 'utf8')),
    );
    process.kill(worker.pid, 'SIGKILL');
    await project.must('up', '--detach');
    await eventually('the reviewer is asked', 200_000, async () => {
      const now = await state();
      if (now.endedAt) throw new Error(now.sentence);
      return now.waiting?.id === 'propose.after' ? now : undefined;
    });
    await project.must('approve', 'promotion-lab', 'propose.after', '--as', 'reviewer', '--by', 'Grace');
    const watched = await project.run('watch', 'promotion-lab');
    expect([watched.code, watched.stdout.slice(-1500)]).toEqual([0, watched.stdout.slice(-1500)]);

    const after = burstIn(dir);
    expect(after.branch).toBe(first.branch);
    const all = batchesOf(dir);
    expect(all.files).toEqual([15, 15, 15]);
    expect(all.moved.slice(0, 15)).toEqual(kept.moved);
    expect(after.read('promotion_log.md').match(/^\| \d{8}T/gm)).toHaveLength(4);
    const answer = await fetch(`${String(lab.inputs.apiBase)}/repos/depot/rules/pulls`, {
      headers: { authorization: 'Bearer any' },
    });
    expect(await answer.json()).toEqual([
      expect.objectContaining({ number: 1, body: expect.stringContaining('Every checkpoint was kept') }),
    ]);
  }, 600_000);
});
