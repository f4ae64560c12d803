import { randomBytes } from 'node:crypto';
import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { endsCleanly } from '../kit/life.js';
import { createLog, messageOf } from '../kit/log.js';

const log = createLog('agent');
const EVERY_MS = 1000;
const POST_MS = 5000;

interface Body {
  id: string;
  documents: unknown[];
}

/** The automatic retry agent: posts the same few cases again and again, whatever the answer, until it is frozen. */
class Agent {
  #frozen: boolean;
  #inFlight: Promise<void> = Promise.resolve();
  #timer: NodeJS.Timeout | undefined;
  #posts = 0;

  constructor(
    private readonly dir: string,
    private readonly apiUrl: string,
    private readonly cases: readonly Body[],
  ) {
    // Frozen stays frozen when the agent is started again.
    this.#frozen = existsSync(join(dir, 'frozen'));
  }

  start(): void {
    this.#timer = setInterval(() => this.#tick(), EVERY_MS);
  }

  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#inFlight;
  }

  /** Answers only when no post is under way any more: after `frozen` is acknowledged nothing is sent. */
  async freeze(): Promise<void> {
    // A fault: it acknowledges, and goes on.
    this.#frozen = process.env.LC_AGENT_DEAF !== '1';
    writeFileSync(join(this.dir, 'frozen'), `${new Date().toISOString()}\n`);
    await this.#inFlight;
    this.#line('frozen');
  }

  thaw(): void {
    this.#frozen = false;
    rmSync(join(this.dir, 'frozen'), { force: true });
    this.#line('thawed');
  }

  state(): Record<string, unknown> {
    return { state: this.#frozen ? 'frozen' : 'running', pid: process.pid, posts: this.#posts, api_url: this.apiUrl };
  }

  #tick(): void {
    if (this.#frozen) return;
    this.#inFlight = this.#inFlight.then(() => (this.#frozen ? undefined : this.#post()));
  }

  async #post(): Promise<void> {
    const one = this.cases[this.#posts % Math.max(1, this.cases.length)];
    if (!one) return;
    this.#posts += 1;
    try {
      const response = await fetch(new URL('/api/validate/', this.apiUrl), {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ case_id: `agent-${one.id}`, documents: one.documents }),
        signal: AbortSignal.timeout(POST_MS),
      });
      await response.text();
      this.#line(`retried ${one.id}: HTTP ${response.status}`);
    } catch (error) {
      this.#line(`retried ${one.id}: ${messageOf(error instanceof Error && error.cause ? error.cause : error)}`);
    }
  }

  #line(event: string): void {
    appendFileSync(join(this.dir, 'agent.log'), `${new Date().toISOString()} ${event}\n`);
    log('debug', event);
  }
}

function serveControl(agent: Agent, dir: string): ReturnType<typeof createServer> {
  const token = randomBytes(16).toString('hex');
  const control = createServer((request, response) => {
    const answer = (status: number, said: object = {}) => {
      response.writeHead(status, { 'content-type': 'application/json' });
      response.end(JSON.stringify({ ...agent.state(), ...said }));
    };
    if (request.headers.authorization !== `Bearer ${token}`) {
      response.writeHead(401).end();
    } else if (request.url === '/freeze') {
      void agent.freeze().then(
        () => answer(200, { state: 'frozen' }),
        () => answer(500),
      );
    } else if (request.url === '/thaw') {
      agent.thaw();
      answer(200);
    } else {
      answer(request.url === '/status' ? 200 : 404);
    }
  });
  control.listen(0, '127.0.0.1', () => {
    const { port } = control.address() as AddressInfo;
    writeFileSync(join(dir, 'agent.json'), JSON.stringify({ pid: process.pid, port, token }), { mode: 0o600 });
    log('info', `control on 127.0.0.1:${port}, ${String(agent.state().state)}`);
  });
  return control;
}

function run(): void {
  const { values } = parseArgs({
    options: { dir: { type: 'string' }, 'api-url': { type: 'string' }, cases: { type: 'string' } },
  });
  const { dir, cases } = values;
  const apiUrl = values['api-url'];
  if (!dir || !apiUrl || !cases) throw new Error('usage: agent.js --dir DIR --api-url URL --cases MANIFEST.json');
  mkdirSync(dir, { recursive: true });
  const manifest = JSON.parse(readFileSync(cases, 'utf8')) as { cases: Body[] };
  const agent = new Agent(dir, apiUrl, manifest.cases);
  const control = serveControl(agent, dir);
  endsCleanly(async () => {
    control.close();
    control.closeAllConnections();
    await agent.stop();
    rmSync(join(dir, 'agent.json'), { force: true });
    log('info', 'stopped');
  });
  agent.start();
}

try {
  run();
} catch (error) {
  log('error', `the agent did not start: ${messageOf(error)}`);
  process.exitCode = 1;
}
