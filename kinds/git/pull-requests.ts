import { z } from 'zod';
import { jsonIn } from '../shared/json.js';
import { retryAfterMs } from '../../activities/step/retry-after.js';
import type { HttpAnswer, SecretRef, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { formatDuration } from '../../model/duration.js';

/** Where pull requests are asked for, and for which branch. */
export interface PullRequests {
  repository: string;
  token: SecretRef;
  apiBase: string;
  timeoutMs: number;
  branch: string;
  base: string;
}

/** One that is there. A merged or closed one only counts when it proposed the very same commit. */
export interface PullRequest {
  url: string;
  number: number;
  state: 'open' | 'merged' | 'closed';
}

/** What GitHub does not let this token do. */
export interface Refused {
  refused: string;
}

const MOST_BYTES = 4 * 1024 * 1024;
/** How often it is waited when GitHub asks for it, and for how long when it does not say. */
const WAITS = 3;
const UNSAID_MS = 60_000;
const SAID = 200;

const pull = z.object({
  html_url: z.string(),
  number: z.int(),
  state: z.enum(['open', 'closed']),
  merged_at: z.string().nullish(),
  head: z.object({ ref: z.string(), sha: z.string() }),
  base: z.object({ ref: z.string() }),
});
const opened = z.object({ html_url: z.string(), number: z.int() });
const complaint = z.object({
  message: z.string().default(''),
  errors: z.array(z.union([z.string(), z.object({ message: z.string().optional() })])).default([]),
});

/**
 * The pull request of a branch into its base, whoever opened it.
 *
 * @throws StepError EXPECTATION_FAILED for a repository that GitHub does not know, CHECK_FAILED for what may pass
 */
export async function findPullRequest(
  of: PullRequests,
  commit: string,
  context: StepContext,
): Promise<PullRequest | Refused | undefined> {
  const [owner = ''] = of.repository.split('/');
  const query = new URLSearchParams({ state: 'all', head: `${owner}:${of.branch}`, base: of.base, per_page: '100' });
  const answer = await call(of, { method: 'GET', path: `?${query.toString()}` }, context);
  if (answer.status === 404) {
    throw new StepError(
      'EXPECTATION_FAILED',
      `GitHub knows no repository ${of.repository}, or this token may not see it (404).`,
      { hint: 'See whether the name is right, and whether the token is for this repository.' },
    );
  }
  if (answer.status !== 200) return refusedOr(answer, 'see pull requests', of, context);
  const all = z.array(pull).safeParse(jsonIn(answer.body.toString()));
  if (!all.success || answer.truncated) {
    throw new StepError('CHECK_FAILED', 'What GitHub answered about pull requests cannot be read.');
  }
  const mine = all.data.filter(({ head, base }) => head.ref === of.branch && base.ref === of.base);
  const found = mine.find(({ state }) => state === 'open') ?? mine.find(({ head }) => head.sha === commit);
  if (found === undefined) return undefined;
  const state = found.state === 'open' ? 'open' : found.merged_at ? 'merged' : 'closed';
  return { url: found.html_url, number: found.number, state };
}

/** Opens one, or finds the one that somebody else has opened meanwhile. */
export async function openPullRequest(
  of: PullRequests,
  text: { title: string; body: string; commit: string; draft: boolean },
  context: StepContext,
): Promise<PullRequest | Refused> {
  const content = {
    title: text.title,
    body: text.body,
    head: of.branch,
    base: of.base,
    ...(text.draft ? { draft: true } : {}),
  };
  const answer = await call(of, { method: 'POST', path: '', content }, context);
  if (answer.status === 201) {
    const made = opened.safeParse(jsonIn(answer.body.toString()));
    if (made.success) return { url: made.data.html_url, number: made.data.number, state: 'open' };
    throw new StepError('CHECK_FAILED', 'What GitHub answered to the new pull request cannot be read.');
  }
  if (answer.status === 404)
    return { refused: `GitHub does not let this token open a pull request in ${of.repository} (404)` };
  if (answer.status === 422 && /already exists/i.test(complaintOf(answer, context))) {
    const found = await findPullRequest(of, text.commit, context);
    if (found !== undefined) return found;
  }
  return refusedOr(answer, `open a pull request in ${of.repository}`, of, context);
}

/** Gives a pull request that is open another title and text. */
export async function updatePullRequest(
  of: PullRequests,
  { number, title, body }: { number: number; title: string; body: string },
  context: StepContext,
): Promise<Refused | undefined> {
  const answer = await call(of, { method: 'PATCH', path: `/${number}`, content: { title, body } }, context);
  if (answer.status === 200) return undefined;
  return refusedOr(answer, `change pull request ${number} of ${of.repository}`, of, context);
}

/** @throws StepError for whatever is no matter of rights */
function refusedOr(answer: HttpAnswer, what: string, of: PullRequests, context: StepContext): Refused {
  const { status } = answer;
  const said = complaintOf(answer, context);
  const reason = said === '' ? '' : `: ${said}`;
  if (status === 401) return { refused: `GitHub does not take this token (401${reason})` };
  if (status === 403) return { refused: `GitHub does not let this token ${what} (403${reason})` };
  if (status >= 300 && status < 400) {
    throw new StepError('EXPECTATION_FAILED', `GitHub says that ${of.repository} has moved (${status}).`, {
      hint: 'Give the name that it has now.',
    });
  }
  const code = status === 429 || status >= 500 ? 'CHECK_FAILED' : 'EXPECTATION_FAILED';
  throw new StepError(code, `GitHub answered ${status} when it was to ${what}${reason}.`);
}

interface Call {
  method: 'GET' | 'POST' | 'PATCH';
  path: string;
  content?: object;
}

/** One call, which waits as long as GitHub asks to. */
async function call(of: PullRequests, { method, path, content }: Call, context: StepContext): Promise<HttpAnswer> {
  const token = await context.secret(of.token);
  for (let waits = 0; ; waits += 1) {
    const answer = await context.http({
      url: `${of.apiBase.replace(/\/+$/, '')}/repos/${of.repository}/pulls${path}`,
      method,
      headers: {
        accept: 'application/vnd.github+json',
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        'user-agent': 'golive',
        'x-github-api-version': '2022-11-28',
      },
      ...(content ? { body: JSON.stringify(content) } : {}),
      timeoutMs: of.timeoutMs,
      maxBytes: MOST_BYTES,
    });
    const waitMs = askedToWait(answer, context.now());
    if (waitMs === undefined || waits === WAITS) return answer;
    if (waitMs >= context.task.timeoutMs) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `GitHub asks to wait for ${formatDuration(waitMs)}, which is longer than the step may take.`,
        { hint: 'Retry the step after that time, or give it a longer timeout.' },
      );
    }
    context.progress({ text: `waits for ${formatDuration(waitMs)}, as GitHub asks to` });
    await context.sleep(waitMs);
  }
}

/** How long GitHub asks to wait, in milliseconds; nothing where it does not: its page "Rate limits for the REST API". */
function askedToWait({ status, headers }: HttpAnswer, now: Date): number | undefined {
  const asks = headers['retry-after'] !== undefined;
  const usedUp = headers['x-ratelimit-remaining'] === '0';
  if (status !== 429 && (status !== 403 || (!asks && !usedUp))) return undefined;
  if (asks) return retryAfterMs(headers, now) ?? UNSAID_MS;
  const reset = Number(headers['x-ratelimit-reset'] ?? '');
  return usedUp && reset > 0 ? Math.max(0, reset * 1000 - now.getTime()) : UNSAID_MS;
}

/** What GitHub complains of, on one line. */
function complaintOf({ body }: HttpAnswer, context: StepContext): string {
  const read = complaint.safeParse(jsonIn(body.toString()));
  if (!read.success) return '';
  const { message, errors } = read.data;
  const texts = [message, ...errors.map((one) => (typeof one === 'string' ? one : (one.message ?? '')))];
  const line = context.redact(texts.filter(Boolean).join('; ')).replaceAll(/\s+/g, ' ');
  const points = [...line];
  return points.length > SAID ? `${points.slice(0, SAID).join('')}…` : line;
}
