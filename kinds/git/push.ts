import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../../activities/step/last-words.js';
import { type Git, gitOnline } from './git.js';
import { standsOn } from './branch.js';
import type { Ours } from './ours.js';
import { remoteProgramsOff } from './programs.js';
import type { Repository } from './repository.js';
import { short } from './trees.js';

/** What is pushed, and where. */
export interface Push {
  remote: string;
  branch: string;
  commit: string;
  /** The branch is added to: what the remote has there may be anybody's, where the commit stands on it. */
  adds?: boolean;
  timeoutMs: number;
}

/** Why it was not pushed, and what a person must know to do it; nothing when it is there. */
export interface NotPushed {
  reason: string;
  /** The commit of golive's own that the remote has there. */
  over: string | undefined;
}

/** What answers at the other end: no program that the repository's own configuration names in place of it. */
const RECEIVER = 'git-receive-pack';
const SENDER = 'git-upload-pack';
const TRIES = 3;
/** A push may carry much more than a question. */
const PUSH_TIMES = 3;
/** What a remote says to somebody who may not: a person who may can do it. */
const NO_RIGHTS =
  /permission denied|permission to .* denied|insufficient permission|access denied|authentication failed|could not read (username|password)|terminal prompts disabled|returned error: 40[13]|not allowed to|protected branch|hook declined|unauthorized|forbidden/i;
const UNREACHED =
  /could not resolve|couldn't connect|connection (refused|timed out|reset|closed)|unable to access|timed out|early EOF/i;
/** What it says behind every cause. */
const GENERAL =
  /^(fatal: could not read from remote repository|please make sure you have the correct access|and the repository exists|error: failed to push some refs|to \S+$|done$)/i;
/** What the other end counts while it takes what is sent. */
const PROGRESS = /^(counting|compressing|resolving|enumerating|total|checking|processing)\b.*\d/i;
const MOVED = /stale info|fetch first|non-fast-forward|cannot lock ref|incorrect old value|reference already exists/i;

/**
 * Pushes a commit as a branch: a new one, or in place of a commit that golive made itself and recorded. Another's is left as
 * it is. What is said to be there was read back from the remote.
 *
 * @throws StepError EXPECTATION_FAILED, NOT_FOUND, CONNECTION_FAILED with what git says
 */
export async function push(
  repository: Repository,
  { remote, branch, commit, adds = false, timeoutMs }: Push,
  ours: Ours,
  context: StepContext,
): Promise<NotPushed | undefined> {
  const ref = `refs/heads/${branch}`;
  const address = await addressOf(repository, remote);
  const { folder } = repository;
  const apart = await remoteProgramsOff(gitOnline(folder, context, { timeoutMs }));
  const ask = gitOnline(folder, context, { ...apart, timeoutMs });
  const send = gitOnline(folder, context, { ...apart, timeoutMs: timeoutMs * PUSH_TIMES });
  for (let tries = 1; ; tries += 1) {
    const there = await tipOf(ask, { remote, address, ref });
    if (typeof there === 'object') return { ...there, over: undefined };
    if (there === commit) return undefined;
    const known = there === '' || ours.madeBy(branch, there) !== undefined;
    if (!known && !(adds && (await standsOn(repository, commit, there)))) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `${remote} has a branch ${branch} at ${short(there)} that golive did not make; it is left as it is.`,
        { hint: 'Choose another branch name, or have that branch taken away.' },
      );
    }
    const sent = await send.try(
      'push',
      '--porcelain',
      `--receive-pack=${RECEIVER}`,
      `--force-with-lease=${ref}:${there}`,
      remote,
      `${commit}:${ref}`,
    );
    const said = plain(`${sent.stderr}\n${sent.stdout}`);
    if (sent.exitCode === 0 || MOVED.test(said)) {
      if (tries < TRIES) continue;
      throw new StepError('CHECK_FAILED', `${branch} of ${remote} is moved by somebody else again and again.`);
    }
    const { reason } = noRights(said, `push to ${remote}`);
    return { reason, over: there === '' ? undefined : there };
  }
}

/** Where a push goes to: it may be another place than the one that is fetched from. */
async function addressOf({ git, folder }: Repository, remote: string): Promise<string> {
  const told = await git.try('remote', 'get-url', '--push', '--all', remote);
  const [address = '', second] = told.rawStdout.split('\n').filter(Boolean);
  if (told.exitCode !== 0 || address === '') {
    throw new StepError('NOT_FOUND', `${folder} has no remote that is called ${remote}.`, {
      hint: 'See `git remote -v`; add it, or name another one.',
    });
  }
  if (second === undefined) return address;
  throw new StepError(
    'EXPECTATION_FAILED',
    `The remote ${remote} of ${folder} is several places; only one can be proven.`,
    {
      hint: 'Name a remote with one address for pushing.',
    },
  );
}

/** The commit that the remote has there; empty when it has none. */
async function tipOf(
  git: Git,
  of: { remote: string; address: string; ref: string },
): Promise<string | { reason: string }> {
  const told = await git.try('ls-remote', `--upload-pack=${SENDER}`, '--', of.address, of.ref);
  if (told.exitCode !== 0) return noRights(plain(told.stderr || told.stdout), `read ${of.remote}`);
  const lines = told.rawStdout.split('\n').map((line) => line.split('\t'));
  return lines.find(([, name]) => name === of.ref)?.[0] ?? '';
}

/** @throws StepError for whatever is no matter of rights */
function noRights(said: string, what: string): { reason: string } {
  const { clause, said: more } = lastWords(causeIn(said));
  if (NO_RIGHTS.test(said)) return { reason: `git may not ${what}${clause}` };
  const code = UNREACHED.test(said) ? 'CONNECTION_FAILED' : 'EXPECTATION_FAILED';
  throw new StepError(code, `git could not ${what}${clause}`, {
    said: more,
    hint: 'See whether the address of the remote is right, and whether the user of the worker may see it.',
  });
}

/** What the other end says of its refusal, else git itself; nothing of what is said behind every end. */
function causeIn(said: string): string {
  const lines = said.split('\n').filter((line) => line.trim() !== '' && !GENERAL.test(line));
  const theirs = lines
    .flatMap((line) => /^remote: +(.*\S)/.exec(line)?.[1] ?? [])
    .filter((line) => !PROGRESS.test(line));
  if (theirs.length > 0) return theirs.join('\n');
  const rejected = lines.flatMap((line) => /^!\t.*\t(\[.*)$/.exec(line)?.[1] ?? []);
  return (rejected.length > 0 ? rejected : lines).join('\n');
}

/** Without credentials that stand in an address, with its scheme before them or not. */
function plain(text: string): string {
  return text.replaceAll(/[^\s/@'":]+:[^\s/@']+@/g, '');
}
