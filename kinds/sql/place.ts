import type { z } from 'zod';
import type { HttpRequest, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { isAddress } from '../service/redis-address.js';
import { readTls } from '../service/tls.js';
import { type connectionFields, type Engine, PORTS } from './connection-fields.js';

export type Connection = z.infer<z.ZodObject<typeof connectionFields>>;

/** Where a database is, as whom it is asked, and how that is told. */
export interface SqlPlace {
  engine: Engine;
  host: string;
  port: number;
  user?: string;
  password?: string;
  database?: string;
  /** Absent: no TLS. Otherwise certificate and name are checked. */
  tls?: NonNullable<HttpRequest['tls']>;
  /** `Postgres at host:port`; of a secret address nothing of it. */
  where: string;
  /** The address, where it is a secret. */
  secret?: string;
}

export const ENGINE_NAMES: Readonly<Record<Engine, string>> = { postgres: 'Postgres', mysql: 'MySQL' };
const SCHEMES: Readonly<Record<string, Engine>> = {
  postgres: 'postgres',
  postgresql: 'postgres',
  mysql: 'mysql',
  mariadb: 'mysql',
};
const ADDRESS = /^([a-z]+):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([^/?#]*))?(?:\?([^#]*))?$/i;

interface Address extends Pick<SqlPlace, 'engine' | 'host' | 'port' | 'user' | 'password' | 'database'> {
  sslmode?: string;
}

/**
 * Reads an address of a database. Of options only `sslmode` is taken: `disable` is no TLS, and every other is TLS whose
 * certificate is checked. Nothing of the address stands in an error.
 *
 * @throws StepError BAD_INPUT
 */
export function sqlAddress(url: string, engine: Engine): Address {
  const refuse = (why: string): StepError =>
    new StepError('BAD_INPUT', `The secret address of ${ENGINE_NAMES[engine]} ${why}.`, {
      hint: `${engine}://user:password@host:port/database; in user and password @ : / ? # % are written as %40 and so on.`,
    });
  const [, scheme = '', credentials, place = '', database = '', options = ''] = ADDRESS.exec(url.trim()) ?? [];
  const spoken = Object.hasOwn(SCHEMES, scheme.toLowerCase()) ? SCHEMES[scheme.toLowerCase()] : undefined;
  // Of the known schemes alone the parser knows every spelling of a host.
  const parsed = place !== '' && URL.canParse(`http://${place}`) ? new URL(`http://${place}`) : undefined;
  if (spoken === undefined || !parsed || parsed.hostname === '') throw refuse('is none');
  if (spoken !== engine) throw refuse(`is one of ${ENGINE_NAMES[spoken]}`);
  const given = new URLSearchParams(options);
  if ([...given.keys()].some((name) => name !== 'sslmode')) throw refuse('has options other than sslmode behind its ?');
  const sslmode = given.get('sslmode');
  const colon = credentials?.indexOf(':') ?? -1;
  const pair =
    credentials === undefined
      ? []
      : colon < 0
        ? [credentials]
        : [credentials.slice(0, colon), credentials.slice(colon + 1)];
  const [user = '', password = '', name = ''] = [pair[0] ?? '', pair[1] ?? '', database].map((part) => {
    try {
      return decodeURIComponent(part);
    } catch {
      throw refuse('has a part with a % that is no escape');
    }
  });
  return {
    engine,
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    // The parser leaves the port of http out.
    port: parsed.port === '' ? (/:0*80$/.test(place) ? 80 : PORTS[engine]) : Number(parsed.port),
    ...(user === '' ? {} : { user }),
    ...(password === '' ? {} : { password }),
    ...(name === '' ? {} : { database: name }),
    ...(sslmode === null ? {} : { sslmode }),
  };
}

type Ways = Pick<StepContext, 'secret' | 'path'>;

/**
 * Where a step's database is.
 *
 * @param now certificates must be valid then
 * @throws StepError BAD_INPUT, NOT_FOUND
 */
export async function placeOf(input: Connection, ways: Ways, now: Date): Promise<SqlPlace> {
  const { engine, url } = input;
  const secret = url === undefined ? undefined : await ways.secret(url);
  const { sslmode, ...address } = secret === undefined ? await partsOf(input, ways) : sqlAddress(secret, engine);
  const { host, port } = address;
  const shown = `${host.includes(':') ? `[${host}]` : host}:${port}`;
  const where =
    secret === undefined ? `${ENGINE_NAMES[engine]} at ${shown}` : `${ENGINE_NAMES[engine]} at the secret address`;
  const plain =
    input.tls === 'off' ||
    (input.tls === undefined && (sslmode === 'disable' || (sslmode === undefined && isHere(host))));
  const tls = plain || input.tls === 'off' ? undefined : ((await readTls(input.tls, ways, now)) ?? {});
  if (tls !== undefined && engine === 'mysql' && isAddress(host)) {
    throw new StepError('BAD_INPUT', `${where} is named by an address, whose certificate cannot be checked.`, {
      hint: 'Give the host name that its certificate is for, or say `tls: off` where the way to it is safe.',
    });
  }
  return { ...address, where, ...(secret === undefined ? {} : { secret }), ...(tls === undefined ? {} : { tls }) };
}

async function partsOf(input: Connection, { secret }: Ways): Promise<Address> {
  const { engine, host = '', port = PORTS[engine], database, user, password } = input;
  const name = user === undefined || typeof user === 'string' ? user : await secret(user);
  return {
    engine,
    host: host.replace(/^\[|\]$/g, ''),
    port,
    ...(name === undefined ? {} : { user: name }),
    ...(password === undefined ? {} : { password: await secret(password) }),
    ...(database === undefined ? {} : { database }),
  };
}

/** Whether a host is this machine: what is said to it passes nobody. */
function isHere(host: string): boolean {
  return host.toLowerCase() === 'localhost' || host === '::1' || /^127\.\d+\.\d+\.\d+$/.test(host);
}
