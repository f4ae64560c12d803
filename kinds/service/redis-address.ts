import { StepError } from '../../activities/step/step-error.js';

/** Where a Redis is, and as whom it is asked: all that an address may say. */
export interface RedisAddress {
  /** In its one spelling: names in lower case, numbers as dotted ones. */
  host: string;
  port: number;
  tls: boolean;
  db: number;
  username?: string;
  password?: string;
}

const ADDRESS = /^(rediss?):\/\/(?:([^@/?#]*)@)?([^@/?#]+)(?:\/([0-9]{0,4}))?$/i;

/**
 * Reads an address of Redis: `redis://[user[:password]@]host[:port][/database]`. There are no options behind a `?`: clients
 * take a path of a socket, a family and much more from there. Nothing of the address stands in an error.
 *
 * @param what how the address is told: a secret one is not
 * @throws StepError BAD_INPUT
 */
export function redisAddress(url: string, what: string): RedisAddress {
  const refuse = (why: string): StepError =>
    new StepError('BAD_INPUT', `${what} ${why}.`, {
      hint: 'redis://user:password@host:port/database; in user and password @ : / ? # % are written as %40 and so on.',
    });
  if (/[?]/.test(url)) throw refuse('has options behind a question mark, which are not taken');
  const [, scheme = '', credentials, place = '', database] = ADDRESS.exec(url.trim()) ?? [];
  // Of the known schemes alone the parser knows every spelling of a host.
  const parsed = place !== '' && URL.canParse(`http://${place}`) ? new URL(`http://${place}`) : undefined;
  if (!parsed || parsed.hostname === '') throw refuse('is no address of Redis');
  const colon = credentials?.indexOf(':') ?? -1;
  const [username, password] =
    credentials === undefined
      ? []
      : colon < 0
        ? [credentials]
        : [credentials.slice(0, colon), credentials.slice(colon + 1)];
  const [user, word] = [username, password].map((part) => {
    try {
      return part === undefined || part === '' ? undefined : decodeURIComponent(part);
    } catch {
      throw refuse('has a user or password with a % that is no escape');
    }
  });
  return {
    host: parsed.hostname.replace(/^\[|\]$/g, ''),
    // The parser leaves the port of http out.
    port: parsed.port === '' ? (/:0*80$/.test(place) ? 80 : 6379) : Number(parsed.port),
    tls: scheme.toLowerCase() === 'rediss',
    db: Number(database || 0),
    ...(user === undefined ? {} : { username: user }),
    ...(word === undefined ? {} : { password: word }),
  };
}

/** Whether a host in its one spelling is an address, and no name to look up. */
export function isAddress(host: string): boolean {
  return host.includes(':') || /^\d{1,3}(\.\d{1,3}){3}$/.test(host);
}

/** Host and port as people read them. */
export function shownPlace({ host, port }: Pick<RedisAddress, 'host' | 'port'>): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
