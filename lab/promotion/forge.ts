import { execFileSync } from 'node:child_process';
import { renameSync, writeFileSync } from 'node:fs';
import { createServer, type IncomingMessage } from 'node:http';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';
import { messageOf } from '../kit/log.js';

/**
 * Stands in for GitHub, which no rehearsal may reach: it speaks the calls of its REST API that a promotion needs, over a bare
 * repository that is really pushed to.
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
}
const pulls: Pull[] = [];
let calls = 0;

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
  ...pull,
  state: 'open',
  merged_at: null,
  html_url: `https://forge.test/depot/rules/pull/${pull.number}`,
  head: { ref: pull.head, sha: tip(pull.head) },
  base: { ref: pull.base },
});

type Fields = Record<string, unknown>;
const text = (fields: Fields, name: string): string => {
  const value = fields[name];
  return typeof value === 'string' ? value : '';
};

function open(fields: Fields): Pull {
  const [head, base] = [text(fields, 'head').replace(/^[^:]*:/, ''), text(fields, 'base')];
  if (pulls.some((one) => one.head === head && one.base === base))
    throw new Refused(422, `A pull request already exists for depot:${head}.`);
  if (tip(head) === tip(base)) throw new Refused(422, `No commits between ${base} and ${head}`);
  const pull: Pull = {
    number: pulls.length + 1,
    title: text(fields, 'title'),
    body: text(fields, 'body'),
    draft: fields.draft === true,
    head,
    base,
  };
  pulls.push(pull);
  return pull;
}

function answer(method: string, url: URL, fields: Fields): [number, unknown] {
  const [what, number] = url.pathname.split('/').slice(4);
  const known = pulls.find((one) => String(one.number) === number);
  if (what !== 'pulls' || (number !== undefined && !known)) throw new Refused(404, 'Not Found');
  const mayWrite = values.rights !== 'read';
  if (method === 'PATCH' && known && mayWrite) {
    Object.assign(known, { title: text(fields, 'title'), body: text(fields, 'body') });
    return [200, shown(known)];
  }
  if (method === 'GET') {
    const head = url.searchParams.get('head')?.replace(/^[^:]*:/, '');
    return [200, pulls.filter((one) => head === undefined || one.head === head).map(shown)];
  }
  if (method !== 'POST') throw new Refused(404, 'Not Found');
  if (!mayWrite) throw new Refused(403, 'Resource not accessible by personal access token');
  return [201, shown(open(fields))];
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
    if (!/^Bearer .+$/.test(request.headers.authorization ?? '')) throw new Refused(401, 'Bad credentials');
    const fields = await bodyOf(request);
    const [status, body] = answer(request.method ?? '', new URL(request.url ?? '/', 'http://forge'), fields);
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
