import { errnoOf } from '../../host/errno.js';
import { reasonOf } from '../../activities/step/connection.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import type { SqlPlace } from './place.js';

type Refused =
  | 'user'
  | 'database'
  | 'busy'
  | 'stopped'
  | 'writes'
  | 'may not'
  | 'locked'
  | 'host'
  | 'statement'
  | 'other';

/** By their first or all characters: Appendix A of the manual of Postgres. */
const POSTGRES: readonly (readonly [RegExp, Refused])[] = [
  [/^28/, 'user'],
  [/^3D/, 'database'],
  [/^(?:53|57P|58)/, 'busy'],
  [/^57014/, 'stopped'],
  [/^25006/, 'writes'],
  [/^42501/, 'may not'],
  [/^(?:40|55P03)/, 'locked'],
  [/^(?:08P01|0A|2[0-9A-F]|42|3F|44|54|P0)/, 'statement'],
];

/** By their numbers: the error reference of MySQL, and that of MariaDB. */
const MYSQL: readonly (readonly [Refused, readonly number[]])[] = [
  ['user', [1045, 1251, 1524, 1698, 1862, 3118, 4151]],
  ['database', [1044, 1046, 1049]],
  ['busy', [1040, 1041, 1053, 1203, 1226]],
  ['stopped', [1317, 1969, 3024]],
  ['writes', [1290, 1792]],
  ['may not', [1142, 1143, 1227, 1370]],
  ['locked', [1205, 1213]],
  ['host', [1129, 1130]],
];

const SAYS: Readonly<
  Record<Refused, (said: string) => { code: 'EXPECTATION_FAILED' | 'CHECK_FAILED'; says: string; hint?: string }>
> = {
  user: () => ({
    code: 'EXPECTATION_FAILED',
    says: 'does not take this user and password, or not from this host',
    hint: 'See the secret, and which hosts and users it lets in with and without TLS.',
  }),
  database: () => ({ code: 'EXPECTATION_FAILED', says: 'has no such database, or not for this user' }),
  busy: (said) => ({ code: 'CHECK_FAILED', says: `takes nobody now: ${said}` }),
  stopped: () => ({ code: 'CHECK_FAILED', says: 'stopped the statement: it took too long, or somebody ended it' }),
  writes: (said) => ({
    code: 'EXPECTATION_FAILED',
    says: `does not run what writes in a transaction that only reads: ${said}`,
  }),
  'may not': (said) => ({ code: 'EXPECTATION_FAILED', says: `does not let this user read that: ${said}` }),
  locked: (said) => ({ code: 'CHECK_FAILED', says: `could not read it beside what others do: ${said}` }),
  host: () => ({ code: 'EXPECTATION_FAILED', says: 'does not let this host in' }),
  statement: (said) => ({ code: 'EXPECTATION_FAILED', says: `does not take the statement: ${said}` }),
  other: (said) => ({ code: 'CHECK_FAILED', says: `says: ${said}` }),
};

/** Of MySQL's client only the words of OpenSSL are left. */
const TLS_REASONS: readonly (readonly [RegExp, string])[] = [
  [/self.signed|unable to (?:get|verify)/i, 'its certificate is of an authority that is not trusted here'],
  [/altnames/i, 'the certificate is for another name'],
  [/expired/i, 'the certificate has expired'],
];

/** What a client of a database threw, as the failure of a step. */
export function refusalOf(error: unknown, place: SqlPlace, { redact }: Pick<StepContext, 'redact'>): StepError {
  const { where } = place;
  if (error instanceof StepError) return error;
  const refused = refusedBy(error, place);
  if (refused !== undefined) {
    const said = redact(messageOf(error)).replace(/\s+/g, ' ').slice(0, 300);
    const { code, says, hint } = SAYS[refused](said);
    return new StepError(code, `${where} ${says}.`, hint === undefined ? {} : { hint });
  }
  const message = messageOf(error);
  if (/does not support (?:SSL|secure)/i.test(message)) {
    return new StepError('EXPECTATION_FAILED', `${where} speaks no TLS.`, {
      hint: 'Say `tls: off` where the way to it is safe; what is said then can be read and changed on the way.',
    });
  }
  if (/client password must be/i.test(message))
    return new StepError('EXPECTATION_FAILED', `${where} wants a password.`);
  const untrusted = TLS_REASONS.find(([pattern]) => pattern.test(message))?.[1];
  if (errnoOf(error) === 'HANDSHAKE_SSL_ERROR') {
    return new StepError(
      'CONNECTION_FAILED',
      `${where} gave no answer: ${untrusted ?? 'the handshake of TLS failed'}.`,
    );
  }
  const closed = /terminated|connection lost|closed|ECONNRESET|EPIPE/i.test(`${message} ${errnoOf(error) ?? ''}`);
  const reason = closed ? 'it closed the connection in the middle' : reasonOf(error);
  return new StepError('CONNECTION_FAILED', `${where} gave no answer: ${reason}.`);
}

function refusedBy(error: unknown, { engine }: SqlPlace): Refused | undefined {
  if (typeof error !== 'object' || error === null) return undefined;
  if (engine === 'postgres') {
    const code = 'severity' in error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
    return code === undefined ? undefined : (POSTGRES.find(([pattern]) => pattern.test(code))?.[1] ?? 'other');
  }
  const number = 'errno' in error && 'sqlState' in error && typeof error.errno === 'number' ? error.errno : undefined;
  if (number === undefined) return undefined;
  return MYSQL.find(([, numbers]) => numbers.includes(number))?.[0] ?? 'statement';
}

function messageOf(error: unknown): string {
  return error instanceof Error || (typeof error === 'object' && error !== null && 'message' in error)
    ? String(error.message)
    : '';
}
