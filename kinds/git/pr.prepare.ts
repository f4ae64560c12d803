import { copyFile, mkdir, rm } from 'node:fs/promises';
import { dirname, isAbsolute, join } from 'node:path';
import { z } from 'zod';
import type { prPrepare as kind } from './pr.prepare.kind.js';
import { checkRepository, type Git, gitIn } from './git.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const IDENTITY = {
  GIT_AUTHOR_NAME: 'golive',
  GIT_AUTHOR_EMAIL: 'golive@localhost',
  GIT_COMMITTER_NAME: 'golive',
  GIT_COMMITTER_EMAIL: 'golive@localhost',
};
const pullRequest = z.object({ html_url: z.string(), number: z.int() });
/** GitHub answers so when the token may not do it; asking again changes nothing, a person can. */
const NO_RIGHTS: readonly number[] = [401, 403, 404];

export const prPrepare: HandlerOf<typeof kind> = {
  check: ({ repo }, context) => checkRepository(context.path(repo), context, false),
  async do(input, context) {
    const repo = context.path(input.repo);
    const git = gitIn(repo, context, IDENTITY);
    const commit = await commitOf(input, git, context);
    const pushed = await push(input, git);
    const url = pushed ? await openPullRequest(input, context) : '';
    const command = url === '' ? commandFor(input, pushed) : '';
    const outputs = { branch: input.branch, commit, pushed, opened: url !== '', url, command };
    await context.evidence.write(
      'pull-request.json',
      `${JSON.stringify(context.redactIn({ title: input.title, ...outputs }), null, 2)}\n`,
    );
    const how = url || `left for a person: ${command}`;
    return { outputs, summary: `${input.branch} is ready at ${commit.slice(0, 12)}: ${how}` };
  },
};

/** The commit on its branch, made in a worktree of its own; the same files on the same base make no second one. */
async function commitOf(input: Input, git: Git, context: StepContext): Promise<string> {
  const base = await git.line('rev-parse', '--verify', '--end-of-options', `${input.base}^{commit}`);
  const gitDir = await git.line('rev-parse', '--absolute-git-dir');
  const { goLive, step } = context.task;
  const tree = join(gitDir, 'golive', `${goLive.change}-${step}`.replace(/[^A-Za-z0-9._-]/g, '_'));
  await git.try('worktree', 'remove', '--force', tree);
  await rm(tree, { recursive: true, force: true });
  await git.try('worktree', 'prune');
  await git.text('worktree', 'add', '--detach', '--quiet', tree, base);
  try {
    const inTree = gitIn(tree, context, IDENTITY);
    for (const { path, from } of input.files) {
      if (isAbsolute(path) || path.split('/').some((part) => part === '..' || part === '.git')) {
        throw new StepError('BAD_INPUT', `${path} is no path inside the repository.`);
      }
      await mkdir(dirname(join(tree, path)), { recursive: true });
      await copyFile(context.path(from), join(tree, path)).catch((cause: NodeJS.ErrnoException) => {
        throw new StepError('NOT_FOUND', `${from} cannot be copied into the change (${cause.code ?? 'error'}).`, {
          cause,
        });
      });
    }
    await inTree.text('add', '--force', '--', ...input.files.map(({ path }) => path));
    const made = await inTree.line('write-tree');
    const standing = await git.try('rev-parse', '--verify', '--quiet', `refs/heads/${input.branch}`);
    const old = standing.rawStdout.trim();
    if (standing.exitCode === 0 && (await git.line('rev-parse', `${old}^{tree}`)) === made) return old;
    if (made === (await git.line('rev-parse', `${base}^{tree}`))) {
      throw new StepError('EXPECTATION_FAILED', `The files are on ${input.base} already; there is nothing to propose.`);
    }
    const message = input.body === '' ? input.title : `${input.title}\n\n${input.body}`;
    const commit = await inTree.line('commit-tree', made, '-p', base, '-m', message);
    if (standing.exitCode === 0 && !(await isOurs(git, old))) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The branch ${input.branch} is there with commits of somebody else; it is left as it is.`,
        {
          hint: 'Choose another branch name.',
        },
      );
    }
    await git.text('update-ref', `refs/heads/${input.branch}`, commit);
    return commit;
  } finally {
    await git.try('worktree', 'remove', '--force', tree);
  }
}

async function isOurs(git: Git, commit: string): Promise<boolean> {
  return (await git.line('log', '-n', '1', '--format=%ae', commit)) === IDENTITY.GIT_AUTHOR_EMAIL;
}

async function push({ remote, branch }: Input, git: Git): Promise<boolean> {
  if (remote === undefined) return false;
  const result = await git.try('push', '--force-with-lease', remote, `refs/heads/${branch}:refs/heads/${branch}`);
  return result.exitCode === 0;
}

async function openPullRequest(
  { github, branch, base, title, body, timeout }: Input,
  context: StepContext,
): Promise<string> {
  if (!github) return '';
  const token = await context.secret(github.token);
  const [owner = ''] = github.repository.split('/');
  const call = (method: 'GET' | 'POST', path: string, content?: object) =>
    context.http({
      url: `${github.apiBase.replace(/\/+$/, '')}/repos/${github.repository}/pulls${path}`,
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'golive',
        'x-github-api-version': '2022-11-28',
      },
      ...(content ? { body: JSON.stringify(content) } : {}),
      timeoutMs: timeout,
      maxBytes: 1024 * 1024,
    });
  const asked = await call('GET', `?state=open&head=${encodeURIComponent(`${owner}:${branch}`)}`);
  const standing = z.array(pullRequest).safeParse(jsonOf(asked.body));
  const [first] = asked.status === 200 && standing.success ? standing.data : [];
  if (first) return first.html_url;
  const answer = await call('POST', '', { title, body, head: branch, base });
  if (NO_RIGHTS.includes(answer.status)) return '';
  const made = pullRequest.safeParse(jsonOf(answer.body));
  if (answer.status === 201 && made.success) return made.data.html_url;
  const code = answer.status === 429 || answer.status >= 500 ? 'CHECK_FAILED' : 'EXPECTATION_FAILED';
  throw new StepError(code, `GitHub answered ${answer.status} when the pull request was to be opened.`);
}

function jsonOf(body: Buffer): unknown {
  try {
    return JSON.parse(body.toString('utf8'));
  } catch {
    return undefined;
  }
}

/** A shell line for a person; every part is a name that the schema holds to plain characters, or quoted. */
function commandFor({ remote = 'origin', branch, base, title, github }: Input, pushed: boolean): string {
  const quoted = `'${title.replaceAll("'", "'\\''")}'`;
  const repository = github ? ` --repo ${github.repository}` : '';
  const create = `gh pr create${repository} --base ${base} --head ${branch} --title ${quoted} --body ''`;
  return pushed ? create : `git push ${remote} ${branch} && ${create}`;
}
