import type { Connection, FieldPacket, RowDataPacket } from 'mysql2';
import type { OpenSession, SqlSession } from './session.js';
import type { Cell } from './table.js';

/** Character set of bytes that are no text. */
const BINARY = 63;

/** Names of the types that are told apart, by their numbers in the protocol; all others are texts, or bytes. */
const TYPES = new Map([
  [0, 'decimal'],
  [1, 'tiny'],
  [2, 'short'],
  [3, 'long'],
  [4, 'float'],
  [5, 'double'],
  [7, 'timestamp'],
  [8, 'longlong'],
  [9, 'int24'],
  [10, 'date'],
  [11, 'time'],
  [12, 'datetime'],
  [13, 'year'],
  [16, 'bit'],
  [242, 'vector'],
  [245, 'json'],
  [246, 'decimal'],
  [255, 'geometry'],
]);

/** What the client knows of a column besides what its types say. */
interface Metadata {
  columnType?: number;
  characterSet?: number;
  /** MariaDB sends JSON as a text, and says so here. */
  extendedFormat?: string;
}

export const openMysql: OpenSession = async (place, socket, { timeoutMs }) => {
  const { createConnection } = await import('mysql2');
  const { host, port, user, password, database, tls } = place;
  const connection = createConnection({
    host,
    port,
    user: user ?? '',
    password: password ?? '',
    ...(database === undefined ? {} : { database }),
    ...(tls === undefined ? {} : { ssl: { ...tls, rejectUnauthorized: true, verifyIdentity: true } }),
    stream: socket,
    charset: 'utf8mb4_general_ci',
    connectTimeout: 0,
    // Nothing of the worker's files, and one statement at a time.
    flags: ['-LOCAL_FILES', '-MULTI_STATEMENTS'],
    // Without loss: what a number or a date of JavaScript does not hold is text.
    supportBigNumbers: true,
    bigNumberStrings: true,
    decimalNumbers: false,
    dateStrings: true,
    jsonStrings: true,
    disableEval: true,
  });
  // Without a listener an error of the connection would end the worker.
  connection.on('error', () => undefined);
  await new Promise<void>((resolve, reject) => {
    connection.connect((error) => (error ? reject(error) : resolve()));
  });
  return begin(connection, timeoutMs);
};

function read(connection: Connection, text: string): Promise<string[][]> {
  return new Promise((resolve, reject) => {
    connection.query<RowDataPacket[][]>({ sql: text, rowsAsArray: true }, (error, rows) => {
      if (error) reject(error);
      else resolve(Array.isArray(rows) ? rows.map((row) => row.map(String)) : []);
    });
  });
}

async function begin(connection: Connection, timeoutMs: number): Promise<SqlSession> {
  const say = async (text: string): Promise<void> => void (await read(connection, text));
  const [[id = '', version = ''] = []] = await read(connection, 'SELECT CONNECTION_ID(), VERSION()');
  const isMaria = /mariadb/i.test(version);
  const ms = Math.max(1, Math.ceil(timeoutMs));
  await say(isMaria ? `SET SESSION max_statement_time = ${ms / 1000}` : `SET SESSION max_execution_time = ${ms}`);
  await say("SET SESSION time_zone = '+00:00'");
  await say(`SET SESSION lock_wait_timeout = ${Math.max(1, Math.ceil(ms / 1000))}`);
  await say('START TRANSACTION READ ONLY');
  return {
    version: isMaria ? `MariaDB ${version}` : `MySQL ${version}`,
    ending: `KILL QUERY ${Number(id)}`,
    say,
    ask: (text, values, row) => ask(connection, text, values, row),
    warnings: async () => (await read(connection, 'SHOW WARNINGS LIMIT 3')).flatMap(([, , message]) => message ?? []),
    close: () => connection.destroy(),
  };
}

async function ask(
  connection: Connection,
  sql: string,
  values: Parameters<SqlSession['ask']>[1],
  row: (cells: Cell[]) => void,
) {
  // A number that is whole goes as its digits: as a double, which the client would make of it, it is refused behind LIMIT.
  const bound = values.map((value) => (typeof value === 'number' && Number.isInteger(value) ? String(value) : value));
  return new Promise<{ name: string; type: string }[]>((resolve, reject) => {
    let columns: { name: string; type: string }[] = [];
    // By way of a prepared statement, which the server takes one of: its values are no part of its text.
    const query = connection.execute({ sql, rowsAsArray: true, values: bound });
    query.on('error', reject);
    // A connection that is lost is told to nobody else.
    connection.once('error', reject);
    query.on('fields', (fields: FieldPacket[] | undefined) => {
      columns = (fields ?? []).map((field) => ({ name: field.name, type: typeOf(field) }));
    });
    query.on('result', (cells: unknown) => {
      if (Array.isArray(cells)) row(cells.map((cell, at) => textOf(cell, columns[at]?.type ?? '')));
    });
    query.on('end', () => resolve(columns));
  });
}

function typeOf(field: FieldPacket): string {
  const { columnType, type, characterSet, extendedFormat } = field as FieldPacket & Metadata;
  if (extendedFormat === 'json') return 'json';
  const name = TYPES.get(columnType ?? type ?? -1) ?? 'text';
  return name === 'text' && characterSet === BINARY ? 'bytes' : name;
}

/** A value as the text of it, without loss. */
function textOf(value: unknown, type: string): Cell {
  if (value === null || value === undefined) return null;
  if (Buffer.isBuffer(value)) return `\\x${value.toString('hex')}`;
  if (typeof value === 'number') return type === 'float' ? shortFloat(value) : String(value);
  return typeof value === 'object' ? JSON.stringify(value) : String(value);
}

/** The shortest digits that are this float of 32 bits, as Postgres writes one, too. */
function shortFloat(value: number): string {
  for (let digits = 1; digits < 10; digits += 1) {
    const text = value.toPrecision(digits);
    if (Math.fround(Number(text)) === value) return String(Number(text));
  }
  return String(value);
}
