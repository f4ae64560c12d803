import { Agent, type Dispatcher } from 'undici';
import { lookupIn } from '../shared/addresses.js';
import { arrivalsOf } from './arrivals.js';
import { openTabs, type Outcome } from './browser.js';
import { turnsOf } from './mix.js';
import type { LoadOrder, LoadRequest } from './order.js';
import type { TaskError, TaskSample } from './samples.js';

/** Most of a body that a text is looked for in, in characters. */
const SEARCHED = 1024 * 1024;

/** A task that has arrived and waits for an agent. */
interface Waiting {
  task: number;
  dueUs: number;
  arrivedUs: number;
}

/**
 * Puts a load on: each task is begun when it is due, whatever became of those before, as long as an agent is free. What
 * waits for one does so on the task's own account (open loop; G. Tene calls the other way coordinated omission).
 *
 * @param emit is given each task when it has ended, in any order
 */
export async function generate(order: LoadOrder, emit: (sample: TaskSample) => void): Promise<void> {
  const { profile, requests, timeoutMs } = order;
  const arrivals = arrivalsOf(profile, order.scale);
  const turns = turnsOf(requests);
  const byId = new Map(requests.map((request) => [request.id, request]));
  const agent = agentFor(order);
  let [resolve, reject]: [() => void, (why: Error) => void] = [() => undefined, () => undefined];
  const all = new Promise<void>((done, fail) => {
    [resolve, reject] = [done, fail];
  });
  const lost = (why: string): void => reject(new Error(why));
  const tabs =
    order.browser === undefined
      ? undefined
      : await openTabs(order, pagesIn(order, arrivals.tasks), order.browser, lost);
  const beginMs = performance.now();
  const nowUs = (): number => Math.round((performance.now() - beginMs) * 1000);
  const dueUs = (task: number): number => Math.round(arrivals.dueMs(task) * 1000);
  const queue: Waiting[] = [];
  let [next, busy, left] = [0, 0, arrivals.tasks];

  const end = (waiting: Waiting, sentUs: number, outcome: Outcome): void => {
    const { task, arrivedUs } = waiting;
    const request = turns[task % turns.length] ?? '';
    const [lateUs, waitedUs] = [Math.max(0, arrivedUs - waiting.dueUs), sentUs - arrivedUs];
    emit({ task, request, dueUs: waiting.dueUs, lateUs, waitedUs, tookUs: nowUs() - sentUs, ...outcome });
    left -= 1;
    if (left === 0) resolve();
  };
  const pump = (): void => {
    while (busy < profile.agents) {
      const waiting = queue.shift();
      if (!waiting) return;
      busy += 1;
      const sentUs = nowUs();
      const request = byId.get(turns[waiting.task % turns.length] ?? '');
      // Every turn is one of the requests.
      if (!request) throw new Error('A task has no request.');
      const ended = (outcome: Outcome): void => end(waiting, sentUs, outcome);
      const filled = fill(request, waiting.task);
      const done = request.browser
        ? tabs?.visit(filled, filled.url, timeoutMs, ended)
        : ask(agent, filled, timeoutMs).then(ended);
      void Promise.resolve(done)
        .then(() => {
          busy -= 1;
          pump();
        })
        .catch((error: unknown) => lost(String(error)));
    }
  };
  const giveUp = (): void => {
    for (const waiting of queue.splice(0)) end(waiting, nowUs(), { status: 0, error: 'unsent' });
  };
  const arrive = (): void => {
    for (; next < arrivals.tasks && dueUs(next) <= nowUs(); next += 1) {
      queue.push({ task: next, dueUs: dueUs(next), arrivedUs: nowUs() });
      pump();
    }
    if (next < arrivals.tasks) setTimeout(arrive, Math.max(0, (dueUs(next) - nowUs()) / 1000));
    else setTimeout(giveUp, timeoutMs).unref();
  };
  arrive();
  try {
    await all;
  } finally {
    await tabs?.close();
    await agent.destroy();
  }
}

/** About how many tasks are pages. */
function pagesIn({ requests }: LoadOrder, tasks: number): number {
  const weightOf = (some: readonly LoadRequest[]): number => some.reduce((sum, { weight }) => sum + weight, 0);
  return Math.ceil((tasks * weightOf(requests.filter(({ browser }) => browser))) / weightOf(requests));
}

/** A request with the number of its task where that is asked for. */
function fill(request: LoadRequest, task: number): LoadRequest {
  const filled = (text: string): string => text.replaceAll('{{task}}', String(task));
  const { url, headers, body } = request;
  return {
    ...request,
    url: filled(url),
    headers: Object.fromEntries(Object.entries(headers).map(([name, value]) => [name, filled(value)])),
    ...(body === undefined ? {} : { body: filled(body) }),
  };
}

function agentFor({ profile, timeoutMs, addresses }: LoadOrder): Agent {
  return new Agent({
    connections: profile.agents,
    pipelining: 1,
    connect: { lookup: lookupIn(addresses), timeout: timeoutMs },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
}

async function ask(agent: Agent, request: LoadRequest, timeoutMs: number): Promise<Outcome> {
  const { origin, pathname, search } = new URL(request.url);
  let status = 0;
  try {
    const response = await agent.request({
      origin,
      path: `${pathname}${search}`,
      method: request.method,
      headers: request.headers,
      ...(request.body === undefined ? {} : { body: request.body }),
      signal: AbortSignal.timeout(timeoutMs),
    });
    status = response.statusCode;
    const found = await readThrough(response.body, request.bodyContains);
    const { status: wanted } = request;
    const fits = wanted ? wanted.includes(status) : status >= 200 && status < 300;
    return { status, error: !fits ? 'status' : found ? '' : 'body' };
  } catch (error) {
    return { status, error: kindOf(error) };
  }
}

/** Reads an answer to its end: before that, it has not come. */
async function readThrough(body: Dispatcher.ResponseData['body'], wanted: string | undefined): Promise<boolean> {
  const decoder = new TextDecoder();
  let text = '';
  for await (const chunk of body) {
    if (!(chunk instanceof Uint8Array)) throw new Error('The body has no bytes.');
    if (wanted !== undefined && text.length < SEARCHED) text += decoder.decode(chunk, { stream: true });
  }
  return wanted === undefined || text.includes(wanted);
}

const BY_CODE: Readonly<Record<string, TaskError>> = {
  ECONNREFUSED: 'refused',
  ECONNRESET: 'reset',
  EPIPE: 'reset',
  UND_ERR_SOCKET: 'reset',
  UND_ERR_CONNECT_TIMEOUT: 'timeout',
  ETIMEDOUT: 'timeout',
};

function kindOf(error: unknown): TaskError {
  if (!(error instanceof Error)) return 'other';
  if (error.name === 'TimeoutError') return 'timeout';
  const code = 'code' in error ? String(error.code) : '';
  if (/TLS|CERT|SSL/.test(code)) return 'tls';
  return (Object.hasOwn(BY_CODE, code) ? BY_CODE[code] : undefined) ?? 'other';
}
