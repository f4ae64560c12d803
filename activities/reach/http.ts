import { Agent, request } from 'undici';
import type { LookupFunction } from 'node:net';
import { formatDuration } from '../../model/duration.js';
import type { NetworkPlan } from '../../model/plan/plan.js';
import { readBody } from './decode.js';
import { checkHost, checkSecretHost, judgedLookup, type Resolve, SECRET_ADDRESS } from './reach.js';
import { reasonOf, shownUrl } from '../step/connection.js';
import type { HttpAnswer, HttpRequest } from '../step/step.js';
import { StepError } from '../step/step-error.js';

/** A request with what it is bound to. */
export interface GuardedRequest extends HttpRequest {
  signal: AbortSignal;
  /** Hosts that the plan allows; without it any host, but never a link-local or metadata address. */
  network?: NetworkPlan | undefined;
  /** Looks names up; only tests put another in its place. */
  resolve?: Resolve;
  /** Whether a text holds a secret: such headers and bodies do not follow to another origin. */
  holdsSecret?: (text: string) => boolean;
}

const REDIRECTS: readonly number[] = [301, 302, 303, 307, 308];
/** Headers that must not follow a redirect to another origin. */
const CREDENTIALS: readonly string[] = ['authorization', 'cookie', 'proxy-authorization'];

/**
 * Sends one request and reads the answer up to its limit. It never tries again by itself; the connection is not kept, and
 * no proxy of the environment stands between.
 *
 * @throws StepError CONNECTION_FAILED when no whole answer came, BAD_INPUT for an address that cannot be used,
 *   CANCELLED when `signal` was aborted
 */
export async function send(options: GuardedRequest): Promise<HttpAnswer> {
  const begun = performance.now();
  const name = options.name ?? `${options.method} ${shownUrl(options.url)}`;
  const timeout = AbortSignal.timeout(Math.max(1, Math.ceil(options.timeoutMs)));
  const signal = AbortSignal.any([options.signal, timeout]);
  // Without keep-alive no later request can meet a connection that the service has just closed.
  const agent = new Agent({
    pipelining: 0,
    connect: { timeout: options.timeoutMs, lookup: lookupOf(options), ...options.tls },
    headersTimeout: 0,
    bodyTimeout: 0,
  });
  try {
    return { ...(await follow(options, agent, signal)), ms: Math.round(performance.now() - begun) };
  } catch (cause) {
    if (options.signal.aborted) throw new StepError('CANCELLED', `${name} was stopped because the step was stopped.`);
    if (cause instanceof StepError) throw cause;
    const reason = timeout.aborted ? `no whole answer within ${formatDuration(options.timeoutMs)}` : reasonOf(cause);
    throw new StepError('CONNECTION_FAILED', `${name}: ${reason}.`);
  } finally {
    await agent.destroy();
  }
}

async function follow(options: GuardedRequest, agent: Agent, signal: AbortSignal): Promise<Omit<HttpAnswer, 'ms'>> {
  let url = target(options.url, options);
  let { method, body } = options;
  checkHeaders(options.headers);
  let headers = { ...options.headers };
  for (let left = options.redirects ?? 0; ; left -= 1) {
    const answer = await exchange({ url, method, headers, body }, options.maxBytes, agent, signal);
    const { location } = answer.headers;
    if (left <= 0 || !REDIRECTS.includes(answer.status) || location === undefined) return answer;
    const next = target(location, options, url);
    const elsewhere = next.origin !== url.origin;
    if (elsewhere) headers = withoutCredentials(headers, options.holdsSecret);
    if (answer.status === 303 || (answer.status < 303 && method === 'POST')) {
      method = method === 'HEAD' ? 'HEAD' : 'GET';
      body = undefined;
      headers = without(headers, ['content-type']);
    }
    if (elsewhere && body !== undefined && options.holdsSecret?.(body)) {
      throw new StepError('EXPECTATION_FAILED', `It is sent on to ${next.origin} with a body that holds a secret.`, {
        hint: 'If that is right, give the address that it is sent on to.',
      });
    }
    url = next;
  }
}

/** What a header may be: RFC 9110, sections 5.1 and 5.5, with the bytes above ASCII that clients send. */
const HEADER_NAME = /^[!#$%&'*+.^_`|~\w-]+$/;
const NO_HEADER_VALUE = /[^\t\x20-\x7e\x80-\xff]/;

/** A value that cannot be sent is no trouble of the service; it may be a secret, so that only its header is named. */
function checkHeaders(headers: Readonly<Record<string, string>> = {}): void {
  for (const [name, value] of Object.entries(headers)) {
    if (!HEADER_NAME.test(name)) throw new StepError('BAD_INPUT', `${JSON.stringify(name)} is no name of a header.`);
    if (NO_HEADER_VALUE.test(value)) {
      throw new StepError('BAD_INPUT', `The value of the header ${name} holds what no header can hold.`, {
        hint: 'Where it is made of a secret, see whether a line end or another control character stands in that.',
      });
    }
  }
}

/** The next address of an exchange, held to what may be reached; a redirect is judged like the first address. */
function target(url: string, options: GuardedRequest, base?: URL): URL {
  const parsed = URL.canParse(url, base?.href) ? new URL(url, base) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new StepError('BAD_INPUT', 'The address is no http or https address.');
  }
  if ((parsed.username || parsed.password) && (!options.secretAddress || base)) {
    throw new StepError('BAD_INPUT', `The address of ${parsed.host} holds a user or password.`, {
      hint: 'Give credentials in a header, as a secret by reference.',
    });
  }
  if (options.secretAddress) checkSecretHost(parsed.hostname, portOf(parsed), options.network);
  else checkHost(parsed.hostname, portOf(parsed), options.network);
  return parsed;
}

function portOf({ port, protocol }: URL): number {
  return port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port);
}

function networkOf({ network, secretAddress }: GuardedRequest): NetworkPlan | undefined {
  return secretAddress ? undefined : network;
}

const shownOf = ({ secretAddress }: GuardedRequest): string | undefined => (secretAddress ? SECRET_ADDRESS : undefined);

function lookupOf(options: GuardedRequest): LookupFunction {
  // The port is only asked for where golive.yaml lists `host:port`; every hop's own was checked before.
  return judgedLookup(URL.canParse(options.url) ? portOf(new URL(options.url)) : 0, networkOf(options), {
    resolve: options.resolve,
    shown: shownOf(options),
  });
}

/** Headers without those that may not be told to another origin: of credentials by name, and all with a secret in them. */
function withoutCredentials(
  headers: Record<string, string>,
  holdsSecret: (text: string) => boolean = () => false,
): Record<string, string> {
  const secret = Object.entries(headers).flatMap(([name, value]) => (holdsSecret(value) ? [name.toLowerCase()] : []));
  return without(headers, [...CREDENTIALS, ...secret]);
}

function without(headers: Record<string, string>, names: readonly string[]): Record<string, string> {
  return Object.fromEntries(Object.entries(headers).filter(([name]) => !names.includes(name.toLowerCase())));
}

async function exchange(
  sent: { url: URL; method: HttpRequest['method']; headers: Record<string, string>; body: string | undefined },
  maxBytes: number,
  agent: Agent,
  signal: AbortSignal,
): Promise<Omit<HttpAnswer, 'ms'>> {
  const { url } = sent;
  const basic = url.username || url.password ? basicOf(url) : {};
  const response = await request(`${url.origin}${url.pathname}${url.search}`, {
    dispatcher: agent,
    method: sent.method,
    headers: { ...basic, ...sent.headers },
    ...(sent.body === undefined ? {} : { body: sent.body }),
    signal,
  });
  const headers = Object.fromEntries(
    Object.entries(response.headers).map(([name, value]) => [name.toLowerCase(), [value ?? ''].flat().join(', ')]),
  );
  const { body, truncated } = await readBody(response.body, headers['content-encoding'] ?? '', maxBytes);
  const [contentType = ''] = (headers['content-type'] ?? '').split(';');
  return {
    status: response.statusCode,
    headers,
    contentType: contentType.trim().toLowerCase(),
    body,
    truncated,
  };
}

function basicOf(url: URL): Record<string, string> {
  const pair = `${decodeURIComponent(url.username)}:${decodeURIComponent(url.password)}`;
  return { authorization: `Basic ${Buffer.from(pair).toString('base64')}` };
}
