import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { removeUnfinished, writeDurably } from '../../evidence/durable.js';
import { errnoOf } from '../../host/errno.js';
import type { Repository } from './repository.js';

/** Commits that are remembered of one branch. */
const MOST = 100;

const journal = z.strictObject({
  version: z.literal(1),
  branches: z.record(z.string(), z.strictObject({ by: z.string(), commits: z.array(z.string()) })),
});

/**
 * The branches that golive made in a repository. It is written in the repository's own folder, where no fetch and no push
 * brings anything: an author's name can be set by anybody.
 */
export interface Ours {
  /** Which step of which target made this commit for the branch; nothing when no step did. */
  madeBy(branch: string, commit: string): string | undefined;
  /** Durable when it resolves; before the branch is there. */
  note(branch: string, commit: string, by: string): Promise<void>;
}

/** Who a step is, from one go-live to the next: of one target, one runs at a time. */
export function nameOf({ task }: StepContext): string {
  return `${task.goLive.target}/${task.phase.replace(/^\d+-/, '')}/${task.step}`;
}

/** @throws StepError EXPECTATION_FAILED when it cannot be read; to be called under the repository's lock */
export async function readOurs({ commonDir }: Repository): Promise<Ours> {
  const path = join(commonDir, 'golive.branches.json');
  await removeUnfinished(path);
  const branches = new Map(Object.entries(await readBranches(path)));
  return {
    madeBy: (branch, commit) => {
      const known = branches.get(branch);
      return known?.commits.includes(commit) ? known.by : undefined;
    },
    note: async (branch, commit, by) => {
      const commits = [...(branches.get(branch)?.commits ?? []), commit].slice(-MOST);
      branches.set(branch, { by, commits });
      const whole = { version: 1, branches: Object.fromEntries(branches) };
      await writeDurably(path, `${JSON.stringify(whole, null, 2)}\n`);
    },
  };
}

async function readBranches(path: string): Promise<z.infer<typeof journal>['branches']> {
  try {
    return journal.parse(JSON.parse(await readFile(path, 'utf8'))).branches;
  } catch (cause) {
    if (errnoOf(cause) === 'ENOENT') return {};
    throw new StepError('EXPECTATION_FAILED', `${path} does not hold branches as golive writes them.`, {
      hint: 'Move it away: then no branch there counts as golive’s own.',
      cause,
    });
  }
}
