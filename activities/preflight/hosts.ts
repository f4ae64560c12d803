import { connect, isIP, type LookupFunction } from 'node:net';
import { promisify } from 'node:util';
import type { Finding } from '../../model/preflight/finding.js';
import { hostName } from '../../model/plan/reach.js';
import { namedBy } from '../../model/schema/format/kind.js';
import { reasonOf } from '../step/connection.js';
import { failureOf } from '../step/failure.js';
import { lacking, type Look, type Need, needs, why } from './look.js';

/** How long a name or a port may take to answer. */
const ANSWER_MS = 5000;
/** Ports that addresses of a protocol leave out. */
const PORTS: Readonly<Record<string, number>> = { 'http:': 80, 'https:': 443, 'redis:': 6379, 'rediss:': 6379 };

interface Host {
  host: string;
  /** Nothing where only the name is known. */
  port?: number;
}

/** Whether each host that the plan names resolves, and its port answers: it is connected to, and nothing is sent. */
export function findHosts(look: Look): Promise<Finding[]> {
  const wanted = needs<Host>(
    look,
    ({ call, input }) => namedBy(call.kind.reach, input).flatMap(hostOf),
    ({ host, port }) => `${host}:${port ?? ''}`,
  );
  return Promise.all(wanted.map((need) => lookAt(need, look)));
}

function hostOf(name: string): Host[] {
  if (name === '' || name.includes('${{')) return [];
  if (!name.includes('://')) return isIP(hostName(name)) === 0 ? [{ host: hostName(name) }] : [];
  if (!URL.canParse(name)) return [];
  const { protocol, hostname, port } = new URL(name);
  const known = port === '' ? PORTS[protocol] : Number(port);
  return hostname === '' ? [] : [{ host: hostName(hostname), ...(known === undefined ? {} : { port: known }) }];
}

async function lookAt(need: Need<Host>, { ways, signal }: Look): Promise<Finding> {
  const { host, port } = need.thing;
  const shown = port === undefined ? host : `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const base = { area: 'host' as const, what: shown, where: need.where };
  let lookup: LookupFunction;
  try {
    lookup = ways.reach(host, port ?? 0);
    if (isIP(host) === 0) await promisify(lookup)(host, { all: false });
  } catch (error) {
    const refused = error instanceof Error && error.name === 'StepError' ? failureOf(error) : undefined;
    const standing = lacking(need, false);
    return {
      ...base,
      standing,
      found: refused?.message ?? `The name does not resolve: ${reasonOf(error)}.${why(need, standing)}`,
      next: refused?.hint ?? 'See whether the name is right, and whether the worker can look it up.',
    };
  }
  if (port === undefined) return { ...base, standing: 'there', found: 'The name resolves.' };
  const reason = await noAnswer({ host, port, lookup }, signal);
  if (reason === undefined) return { ...base, standing: 'there', found: 'The port answers.' };
  const standing = lacking(need, true);
  return {
    ...base,
    standing,
    found: `The port does not answer: ${reason}.${why(need, standing)}`,
    next: 'See whether the service runs and the worker may reach it.',
  };
}

/** Why a port does not answer; undefined when it does. */
async function noAnswer(
  target: { host: string; port: number; lookup: LookupFunction },
  signal: AbortSignal,
): Promise<string | undefined> {
  const socket = connect(target);
  const timeout = AbortSignal.any([signal, AbortSignal.timeout(ANSWER_MS)]);
  const stop = (): void => void socket.destroy(new Error('stopped'));
  timeout.addEventListener('abort', stop, { once: true });
  try {
    await new Promise<void>((resolve, reject) => {
      socket.once('connect', resolve);
      socket.once('error', reject);
    });
    return undefined;
  } catch (error) {
    return timeout.aborted ? `no connection within ${ANSWER_MS / 1000} s` : reasonOf(error);
  } finally {
    timeout.removeEventListener('abort', stop);
    socket.destroy();
  }
}
