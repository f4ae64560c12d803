import type { Client } from 'pg';
import type { OpenSession, SqlSession } from './session.js';
import type { Socket } from './socket.js';
import type { Cell } from './table.js';

/** Names of the types that are told apart, by their numbers in every Postgres (pg_type.dat). */
const TYPES = new Map([
  [16, 'bool'],
  [17, 'bytea'],
  [20, 'int8'],
  [21, 'int2'],
  [23, 'int4'],
  [26, 'oid'],
  [114, 'json'],
  [142, 'xml'],
  [600, 'point'],
  [700, 'float4'],
  [701, 'float8'],
  [1082, 'date'],
  [1083, 'time'],
  [1114, 'timestamp'],
  [1184, 'timestamptz'],
  [1186, 'interval'],
  [1266, 'timetz'],
  [1560, 'bit'],
  [1562, 'varbit'],
  [1700, 'numeric'],
  [2249, 'record'],
  [2950, 'uuid'],
  [3802, 'jsonb'],
  // Arrays of those that figures are made of.
  ...[1000, 1001, 1005, 1007, 1009, 1014, 1015, 1016, 1021, 1022, 1115, 1182, 1185, 1231, 2951, 3807, 199].map(
    (oid): [number, string] => [oid, 'array'],
  ),
]);

/** One way of writing for every server and user: what is kept is read again elsewhere. */
const SETTINGS = [
  "DateStyle = 'ISO, YMD'",
  "TimeZone = 'UTC'",
  "IntervalStyle = 'iso_8601'",
  "bytea_output = 'hex'",
  'extra_float_digits = 3',
];

/** Every value as the text that the server writes. */
const AS_TEXT = {
  getTypeParser:
    () =>
    (value: string): string =>
      value,
};

export const openPostgres: OpenSession = async (place, socket, { timeoutMs }) => {
  const { default: pg } = await import('pg');
  const { host, port, tls } = place;
  const client = new pg.Client({
    host,
    port,
    // What is absent would be taken from variables of the worker.
    user: place.user ?? 'postgres',
    database: place.database ?? place.user ?? 'postgres',
    password: () => place.password ?? '',
    ssl: tls === undefined ? false : { ...tls, rejectUnauthorized: true },
    application_name: 'golive',
    stream: () => connected(socket),
  });
  // Without a listener an error of the connection would end the worker.
  client.on('error', () => undefined);
  await client.connect();
  return begin(client, timeoutMs);
};

/** A socket that is connected already, as a client wants one: it connects, and says when it has. */
function connected(socket: Socket): Socket {
  return Object.assign(socket, {
    connect: () => {
      process.nextTick(() => socket.emit('connect'));
      return socket;
    },
  });
}

async function begin(client: Client, timeoutMs: number): Promise<SqlSession> {
  const say = async (text: string): Promise<void> => void (await client.query(text));
  await say('BEGIN READ ONLY');
  await say(
    [...SETTINGS, `statement_timeout = ${Math.max(1, Math.ceil(timeoutMs))}`]
      .map((one) => `SET LOCAL ${one}`)
      .join('; '),
  );
  // The first that is read makes it too late for the transaction to become one that writes.
  const { rows } = await client.query<[string, string]>({
    text: "SELECT pg_backend_pid(), current_setting('server_version')",
    rowMode: 'array',
    types: AS_TEXT,
  });
  const [pid = '', version = ''] = rows[0] ?? [];
  return {
    version: `PostgreSQL ${version}`,
    ending: `SELECT pg_cancel_backend(${Number(pid)})`,
    say,
    ask: (text, values, row) => ask(client, text, values, row),
    warnings: () => Promise.resolve([]),
    close: () => void client.end().catch(() => undefined),
  };
}

async function ask(
  client: Client,
  text: string,
  values: Parameters<SqlSession['ask']>[1],
  row: (cells: Cell[]) => void,
) {
  const { default: pg } = await import('pg');
  // By way of a prepared statement, which the server takes one of.
  const config = { text, rowMode: 'array' as const, queryMode: 'extended', types: AS_TEXT };
  const query = new pg.Query<Cell[]>(
    config,
    values.map((value) => (value === null ? null : String(value))),
  );
  return new Promise<{ name: string; type: string }[]>((resolve, reject) => {
    query.on('row', row);
    query.on('error', reject);
    query.on('end', ({ fields }) => {
      resolve(fields.map(({ name, dataTypeID }) => ({ name, type: TYPES.get(dataTypeID) ?? `type ${dataTypeID}` })));
    });
    client.query(query);
  });
}
