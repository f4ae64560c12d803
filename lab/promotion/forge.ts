import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';
import { messageOf } from '../kit/log.js';

/**
 * Stands in for GitHub, which no rehearsal may reach: it speaks the calls of its REST API on pull requests, comments and
 * labels that a promotion needs, over a bare repository that is really pushed to and really merged in.
 * `--rights read` gives a token that may open nothing; `--limit N` answers 429 to each N-th call.
 */
const { values } = parseArgs({
  options: {
    remote: { type: 'string' },
    file: { type: 'string' },
    rights: { type: 'string' },
    limit: { type: 'string' },
  },
});
const remote = values.remote ?? '.';
const limit = Number(values.limit ?? 0);

interface Pull {
  number: number;
  title: string;
  body: string;
  draft: boolean;
  head: string;
  base: string;
  state: 'open' | 'closed';
  merged_at: string | null;
  /** What was proposed when it was merged. */
  sha: string;
  labels: string[];
  comments: { id: number; user: string; body: string }[];
}
const pulls: Pull[] = [];
let calls = 0;
let comments = 0;

class Refused extends Error {
  constructor(
    readonly status: number,
    message: string,
    readonly headers: Record<string, string> = {},
  ) {
    super(message);
  }
}

const git = (...args: string[]): string =>
  execFileSync('git', ['-C', remote, '-c', 'user.name=forge', '-c', 'user.email=forge@promotion.test', ...args], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();

function tip(branch: string): string {
  try {
    return git('rev-parse', '--verify', '--quiet', `refs/heads/${branch}^{commit}`);
  } catch {
    throw new Refused(422, `there is no branch ${branch}`);
  }
}

const shown = (pull: Pull): object => ({
  number: pull.number,
  title: pull.title,
  body: pull.body,
  draft: pull.draft,
  state: pull.state,
  merged_at: pull.merged_at,
  html_url: `https://forge.test/depot/rules/pull/${pull.number}`,
  user: { login: 'golive' },
  head: { ref: pull.head, sha: pull.state === 'open' ? tip(pull.head) : pull.sha },
  base: { ref: pull.base },
  labels: pull.labels.map((name) => ({ name })),
});

/** Merges as a person does by the button: one merge commit; what conflicts is refused. */
function merge(pull: Pull): object {
  const [base, head] = [tip(pull.base), tip(pull.head)];
  const tree = git('merge-tree', '--write-tree', base, head).split('\n')[0] ?? '';
  const message = `Merge pull request #${pull.number} from ${pull.head}`;
  const sha = git('commit-tree', tree, '-p', base, '-p', head, '-m', message);
  git('update-ref', `refs/heads/${pull.base}`, sha, base);
  Object.assign(pull, { state: 'closed', merged_at: new Date().toISOString(), sha: head });
  return { merged: true, sha };
}

type Fields = Record<string, unknown>;
const text = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

function open(fields: Fields): Pull {
  const [head, base] = [text(fields, 'head').replace(/^[^:]*:/, ''), text(fields, 'base')];
  if (pulls.some((one) => one.state === 'open' && one.head === head && one.base === base))
    throw new Refused(422, `A pull request already exists for depot:${head}.`);
  const sha = tip(head);
  if (sha === tip(base)) throw new Refused(422, `No commits between ${base} and ${head}`);
  const pull: Pull = {
    number: pulls.length + 1,
    title: text(fields, 'title'),
    body: text(fields, 'body'),
    draft: fields.draft === true,
    head,
    base,
    sha,
    state: 'open',
    merged_at: null,
    labels: [],
    comments: [],
  };
  pulls.push(pull);
  return pull;
}

function pullOf(number: string | undefined): Pull {
  const pull = pulls.find((one) => String(one.number) === number);
  if (!pull) throw new Refused(404, 'Not Found');
  return pull;
}

function answer(method: string, url: URL, fields: Fields, login: string): [number, unknown] {
  const path = url.pathname.split('/').slice(4);
  const [what, number, part, more] = path;
  const called = `${method} ${[what, number && ':n', part, more && ':id'].filter(Boolean).join('/')}`;
  if (method !== 'GET' && values.rights === 'read')
    throw new Refused(403, 'Resource not accessible by personal access token');
  switch (called) {
    case 'GET pulls': {
      const head = url.searchParams.get('head')?.replace(/^[^:]*:/, '');
      const state = url.searchParams.get('state') ?? 'open';
      const found = pulls.filter(
        (one) => (head === undefined || one.head === head) && (state === 'all' || one.state === state),
      );
      return [200, found.map(shown)];
    }
    case 'POST pulls':
      return [201, shown(open(fields))];
    case 'GET pulls/:n':
      return [200, shown(pullOf(number))];
    case 'PATCH pulls/:n': {
      const pull = pullOf(number);
      if (fields.state === 'closed') Object.assign(pull, { state: 'closed', sha: tip(pull.head) });
      for (const name of ['title', 'body'] as const) if (typeof fields[name] === 'string') pull[name] = fields[name];
      return [200, shown(pull)];
    }
    case 'PUT pulls/:n/merge':
      return [200, merge(pullOf(number))];
    case 'GET issues/:n/comments':
      return [200, pullOf(number).comments.map((one) => ({ ...one, user: { login: one.user } }))];
    case 'POST issues/:n/comments': {
      comments += 1;
      const made = { id: comments, user: login, body: text(fields, 'body') };
      pullOf(number).comments.push(made);
      return [201, made];
    }
    case 'PATCH issues/:n/:id': {
      // `issues/comments/ID`
      const found = pulls.flatMap((pull) => pull.comments).find(({ id }) => String(id) === part);
      if (!found) throw new Refused(404, 'Not Found');
      found.body = text(fields, 'body');
      return [200, found];
    }
    case 'POST issues/:n/labels': {
      const pull = pullOf(number);
      const labels = Array.isArray(fields.labels) ? fields.labels.map(String) : [];
      pull.labels = [...new Set([...pull.labels, ...labels])];
      return [200, pull.labels.map((name) => ({ name }))];
    }
    default:
      throw new Refused(404, 'Not Found');
  }
}

async function bodyOf(request: IncomingMessage): Promise<Fields> {
  let body = '';
  for await (const piece of request) body += String(piece);
  const read: unknown = body === '' ? {} : JSON.parse(body);
  return typeof read === 'object' && read !== null ? { ...read } : {};
}

const server = createServer((request, response) => {
  const say = (status: number, body: unknown, headers: Record<string, string> = {}): void => {
    response.writeHead(status, { 'content-type': 'application/json', ...headers }).end(JSON.stringify(body));
  };
  const work = async (): Promise<void> => {
    calls += 1;
    if (limit > 0 && calls % limit === 0) throw new Refused(429, 'API rate limit exceeded', { 'retry-after': '1' });
    const token = /^Bearer (.+)$/.exec(request.headers.authorization ?? '')?.[1];
    if (token === undefined) throw new Refused(401, 'Bad credentials');
    const fields = await bodyOf(request);
    // Who calls is who the token is called: `ada-token` is Ada.
    const login = token.replace(/-token$/, '');
    const [status, body] = answer(request.method ?? '', new URL(request.url ?? '/', 'http://forge'), fields, login);
    say(status, body);
  };
  work().catch((error: unknown) => {
    if (error instanceof Refused) say(error.status, { message: error.message }, error.headers);
    else say(500, { message: messageOf(error) });
  });
});
server.listen(0, '127.0.0.1', () => {
  const address = server.address();
  const port = typeof address === 'object' && address !== null ? address.port : 0;
  const file = values.file ?? 'forge-url';
  writeFileSync(`${file}.new`, `http://127.0.0.1:${port}`);
  renameSync(`${file}.new`, file);
});
endsCleanly(() => new Promise((resolve) => server.close(() => resolve())));
