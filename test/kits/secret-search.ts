import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { JsonObject } from '../../model/json.js';
import { commitAll, git } from './small-repository.js';
import { runStep, type StepRun, temporaryFolder } from './step-run.js';

// Put together here, so that nobody who looks through this repository finds them.
export const LETTERS = 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789';
export const TOKEN = ['ghp', LETTERS].join('_');
export const token = (nth: number): string =>
  ['ghp', `${LETTERS.slice(0, 30)}${String(nth).padStart(6, '0')}`].join('_');

/** A repository with one file. */
export function innocentRepository(folder = temporaryFolder()): string {
  const repo = join(folder, 'repo');
  mkdirSync(repo);
  git(repo, 'init', '--quiet', '--template=', '-b', 'main');
  writeFileSync(join(repo, 'app.ts'), 'export const a = 1;\n');
  commitAll(repo, 'start');
  return repo;
}

/** Gives a repository a branch with so many files. */
export function fillHistory(repo: string, many: number, content: (nth: number) => string): void {
  const blobs = Array.from({ length: many }, (_, nth) => {
    const text = content(nth);
    return `M 100644 inline f/${nth}\ndata ${text.length}\n${text}\n`;
  });
  const head = 'commit refs/heads/many\ncommitter Ada <a@b.example> 1700000000 +0000\ndata 4\nmany\n';
  execFileSync('git', ['-C', repo, 'fast-import', '--quiet', '--done'], { input: `${head}${blobs.join('')}\ndone\n` });
}

export const search = (repo: string, more: JsonObject = {}): Promise<StepRun> =>
  runStep('security.secrets', { folder: repo, ...more });

const row = z.object({
  id: z.string(),
  rule: z.string(),
  path: z.string(),
  line: z.number(),
  commit: z.string(),
  tree: z.boolean(),
  history: z.boolean(),
});
/** A secret as the evidence has it. */
export type Row = z.infer<typeof row>;

export function foundIn(run: StepRun): Row[] {
  const text = readFileSync(join(run.folder, 'search.json'), 'utf8');
  return z.object({ found: z.array(row) }).parse(JSON.parse(text)).found;
}
