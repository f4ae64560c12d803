import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect } from '@jest/globals';
import { z } from 'zod';
import { type Left, testSystem } from '../kits/system.js';

const progress = z.object({ summary: z.object({ left: z.number(), promoted: z.number(), batch: z.number() }) });

/** Git is the judge of what a batch did. */
function batchIn(lab: string) {
  const remote = join(lab, 'remote.git');
  const git = (...args: string[]): string => execFileSync('git', ['-C', remote, ...args], { encoding: 'utf8' }).trim();
  const branches = git('for-each-ref', '--format=%(refname:short)', 'refs/heads/promotion').split('\n').filter(Boolean);
  return { git, branches };
}

/** Nothing of a batch that is red has left the machine. */
function stayed({ lab }: Left): void {
  expect(batchIn(lab).branches).toEqual([]);
}

/** Neither a commit nor a branch may bring a file below the candidate tree. */
function refusesNewCandidates(lab: string): void {
  const repository = join(lab, 'repository');
  const git = (...args: string[]) =>
    spawnSync('git', ['-c', 'user.name=Ada', '-c', 'user.email=ada@promotion.test', '-C', repository, ...args], {
      encoding: 'utf8',
    });
  const file = 'candidate/billing/new.js';
  mkdirSync(dirname(join(repository, file)), { recursive: true });
  writeFileSync(join(repository, file), 'export const id = 1;\n');
  git('add', file);
  const refused = git('commit', '-m', 'one more');
  expect([refused.status, refused.stderr]).toEqual([1, expect.stringContaining(file)]);
  expect(git('commit', '--quiet', '--no-verify', '-m', 'one more').status).toBe(0);
  const checked = spawnSync('sh', ['tools/no-new-candidates.sh', 'origin/main'], { cwd: repository, encoding: 'utf8' });
  expect([checked.status, checked.stderr]).toEqual([1, expect.stringContaining(file)]);
  const blind = spawnSync('sh', ['tools/no-new-candidates.sh', 'origin/nowhere'], { cwd: repository });
  expect(blind.status).not.toBe(0);
}

await testSystem({
  name: 'promotion-daily',
  faults: [
    'blind-validator',
    'contract',
    'coverage',
    'dirty',
    'failing-test',
    'friday',
    'identity',
    'import',
    'no-rights',
    'nothing-left',
    'place-taken',
    'policy',
    'rate-limit',
    'telemetry',
  ],
  sample: ['coverage'],
  files: [],
  given: [
    {
      title: 'a batch of seven is one commit: each file moved as it is, with its history',
      inputs: ['batchSize=7'],
      after: ({ lab }) => {
        const { git, branches } = batchIn(lab);
        expect(branches).toEqual([expect.stringMatching(/^promotion\/\d{8}T\d{6}Z-proposal$/)]);
        const [branch = ''] = branches;
        expect(git('rev-list', '--count', `main..${branch}`)).toBe('1');
        expect(git('fsck', '--strict')).toBe('');
        const changes = git('diff', '--raw', '-M100%', '--no-abbrev', 'main', branch).split('\n');
        const moved = changes.filter((line) => / R100\t/.test(line));
        const added = changes.filter((line) => / A\t/.test(line));
        expect([moved.length, added.length, changes.length]).toEqual([7, 2, 9]);
        for (const line of moved) {
          const [, from = '', to = ''] = line.split('\t');
          expect(to).toBe(from.replace('candidate/', 'src/'));
          expect(git('log', '--follow', '--format=%s', branch, '--', to)).toContain('Rules before the promotion');
        }
        expect(progress.parse(JSON.parse(git('show', `${branch}:promotion/progress.json`))).summary).toEqual({
          left: git('ls-tree', '-r', '--name-only', branch, 'candidate').split('\n').length,
          promoted: git('ls-tree', '-r', '--name-only', branch, 'src').split('\n').length,
          batch: 7,
        });
        expect(git('log', '-1', '--format=%B', branch)).toMatch(
          /^Promote batch \d{8}T\d{6}Z: 7 files\n\nProblem: .+\n\nSolution: 7 files .+\n\nImpact: /,
        );
        const clone = join(lab, 'repository');
        expect(execFileSync('git', ['-C', clone, 'status', '--porcelain'], { encoding: 'utf8' })).toBe('');
        refusesNewCandidates(lab);
      },
    },
  ],
  afterFault: {
    contract: stayed,
    coverage: stayed,
    import: stayed,
    'failing-test': stayed,
    'no-rights': ({ data }) => {
      expect(readFileSync(join(data, 'events.jsonl'), 'utf8')).toContain(
        'Resource not accessible by personal access token',
      );
    },
  },
});
