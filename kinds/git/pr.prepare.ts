import type { z } from 'zod';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { makeBranch } from './branch.js';
import { readOurs } from './ours.js';
import type { prPrepare as kind } from './pr.prepare.kind.js';
import { findPullRequest, openPullRequest, type PullRequest, updatePullRequest } from './pull-requests.js';
import { type NotPushed, push } from './push.js';
import { aloneIn, checkRepository, openRepository, type Repository } from './repository.js';
import { short } from './trees.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;

export const prPrepare: HandlerOf<typeof kind> = {
  check: ({ repo }, context) => checkRepository(context.path(repo), context, false),
  async do(input, context) {
    const repository = await openRepository(context.path(input.repo), context, false);
    const outputs = await prepareIn(repository, input, context);
    await context.evidence.write(
      'pull-request.json',
      `${JSON.stringify(context.redactIn({ title: input.title, ...outputs }), null, 2)}\n`,
    );
    const { url, state, command, reason } = outputs;
    const because = reason === '' ? '' : `, for ${reason}`;
    const there = url === '' ? '' : `${url}${state === 'open' ? '' : `, which is ${state}`}`;
    const left = command === '' ? reason : `left for a person${because}: ${command}`;
    const how = [there, left].filter(Boolean).join('; ');
    return { outputs, summary: `${input.branch} is ready at ${short(outputs.commit)}: ${how}` };
  },
};

async function prepareIn(repository: Repository, input: Input, context: StepContext): Promise<Outputs> {
  const { branch, base, remote, github, timeout, title, body, draft } = input;
  // Remotes and GitHub may take their time, and are asked for this branch alone: others need not wait for that.
  const { commit, ours } = await aloneIn(repository, context, async () => {
    const known = await readOurs(repository);
    return { commit: await makeBranch(repository, input, known, context), ours: known };
  });
  const made = { branch, commit };
  if (remote === undefined) return { ...made, ...leftOver(input, { commit, pushed: false, reason: '' }) };
  const pulls = github && { ...github, timeoutMs: timeout, branch, base };
  const standing = pulls && (await findPullRequest(pulls, commit, context));
  // What somebody has merged or closed is not pushed once more.
  if (standing && 'url' in standing && standing.state !== 'open') {
    return { ...made, pushed: false, ...ended(input, standing) };
  }
  const adds = input.on !== undefined;
  const not = await push(repository, { remote, branch, commit, adds, timeoutMs: timeout }, ours, context);
  if (not !== undefined) return { ...made, ...leftOver(input, { commit, pushed: false, ...not }) };
  const found = standing ?? (pulls && (await openPullRequest(pulls, { title, body, commit, draft }, context)));
  if (pulls && input.refresh && standing && 'url' in standing) {
    const stays = await updatePullRequest(pulls, { number: standing.number, title, body }, context);
    if (stays !== undefined) return { ...made, pushed: true, ...ended(input, standing), reason: stays.refused };
  }
  if (found && 'url' in found) return { ...made, pushed: true, ...ended(input, found) };
  return { ...made, ...leftOver(input, { commit, pushed: true, reason: found?.refused ?? '' }) };
}

type Rest = Omit<Outputs, 'branch' | 'commit'>;

/** A pull request is there; one that was closed is a person's word, and opened again by a person only. */
function ended({ github, autoMerge }: Input, { url, number, state }: PullRequest): Omit<Rest, 'pushed'> {
  const merge = state === 'open' && autoMerge ? `gh pr merge ${quoted(url)} --auto --${autoMerge}` : '';
  if (state !== 'closed') return { opened: true, state, url, command: merge, reason: '' };
  const command = `gh pr reopen ${number} --repo ${github?.repository ?? ''}`;
  return { opened: false, state, url, command, reason: `somebody closed ${url} without a merge` };
}

/** What is left for a person. */
function leftOver(input: Input, how: { commit: string; pushed: boolean; reason: string } & Partial<NotPushed>): Rest {
  const { pushed, reason } = how;
  return { pushed, opened: false, state: 'none', url: '', command: commandFor(input, how), reason };
}

/** A shell line for a person; every part is a name that the schema holds to plain characters, or quoted. */
function commandFor(
  { remote = 'origin', branch, base, title, body, github, autoMerge, draft }: Input,
  { commit, pushed, over }: { commit: string; pushed: boolean; over?: string | undefined },
): string {
  const repository = github ? ` --repo ${github.repository}` : '';
  // A text of several lines is no part of one: it stands in the commit.
  const text = /[\r\n]/.test(body) ? `"$(git log -1 --format=%b ${commit})"` : quoted(body);
  const merge = autoMerge ? ` && gh pr merge ${branch}${repository} --auto --${autoMerge}` : '';
  const create = `gh pr create${repository} --base ${base} --head ${branch} --title ${quoted(title)} --body ${text}${draft ? ' --draft' : ''}${merge}`;
  const lease = over === undefined ? '' : `--force-with-lease=${branch}:${over} `;
  return pushed ? create : `git push ${lease}${remote} ${branch} && ${create}`;
}

function quoted(text: string): string {
  return `'${text.replaceAll("'", "'\\''")}'`;
}
