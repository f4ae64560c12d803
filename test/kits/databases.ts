import { execFileSync } from 'node:child_process';
import { chmodSync, chownSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { createConnection, type RowDataPacket } from 'mysql2/promise';
import { join } from 'node:path';
import pg from 'pg';
import { freePort } from '../../lab/kit/ports.js';
import type { JsonObject } from '../../model/json.js';
import { type Program, programAt, programFolder, startProgram } from './program.js';
import { eventually } from './until.js';

/** A database server of a test's own. */
export interface TestDatabase {
  engine: 'postgres' | 'mysql';
  port: number;
  /** The folder with `ca.pem`, which its certificate is of; it is for `localhost`. */
  folder: string;
  /** What a step is given to reach it; its password is in `GOLIVE_SQL_WORD`. */
  input: JsonObject;
  env: NodeJS.ProcessEnv;
  /** Runs statements as the owner of all, and gives the rows of the last. */
  owner(...statements: string[]): Promise<unknown[][]>;
  end(): Promise<void>;
}

/** The password of the user `app`. */
export const APP_WORD = 'app-word-canary';
const OWNER_WORD = 'owner-word';
const isRoot = process.getuid?.() === 0;

const LAB_POSTGRES = new URL('../../dist/lab/lc/postgres.js', import.meta.url).pathname;
export const MARIADB = programAt('mariadbd');
const INSTALL = programAt('mariadb-install-db');

/** A folder that the server's user may enter. */
function openFolder(): string {
  const folder = programFolder();
  chmodSync(folder, 0o755);
  return folder;
}

/** An authority, and a certificate of it for `localhost`. */
function certificates(folder: string): void {
  const openssl = (...words: string[]): void =>
    void execFileSync('openssl', words, { cwd: folder, stdio: ['ignore', 'ignore', 'pipe'] });
  const key = ['-newkey', 'rsa:2048', '-nodes'];
  openssl('req', '-x509', ...key, '-keyout', 'ca.key', '-out', 'ca.pem', '-subj', '/CN=ca', '-days', '2');
  openssl('req', ...key, '-keyout', 'server.key', '-out', 'server.csr', '-subj', '/CN=localhost');
  writeFileSync(join(folder, 'san.txt'), 'subjectAltName=DNS:localhost\n');
  const by = ['-CA', 'ca.pem', '-CAkey', 'ca.key', '-CAcreateserial', '-extfile', 'san.txt'];
  openssl('x509', '-req', '-in', 'server.csr', ...by, '-days', '2', '-out', 'server.pem');
}

function userId(name: string): number | undefined {
  const line = readFileSync('/etc/passwd', 'utf8')
    .split('\n')
    .find((one) => one.startsWith(`${name}:`));
  return line === undefined ? undefined : Number(line.split(':')[2]);
}

function given(engine: TestDatabase['engine'], port: number): Pick<TestDatabase, 'input' | 'env'> {
  return {
    input: {
      engine,
      host: '127.0.0.1',
      port,
      database: 'shop',
      user: 'app',
      password: { env: 'GOLIVE_SQL_WORD' },
    },
    env: { ...process.env, GOLIVE_SQL_WORD: APP_WORD },
  };
}

async function ready(program: Program, owner: TestDatabase['owner'], end: () => Promise<void>): Promise<void> {
  try {
    await eventually('the server takes a connection', 60_000, async () => (await owner('SELECT 1')).length === 1, 200);
  } catch (error) {
    const said = program.said();
    await end();
    throw new Error(`the server did not start: ${said}`, { cause: error });
  }
}

/** Starts the lab's Postgres. Needs `npm run build`. */
export async function startPostgres(): Promise<TestDatabase> {
  if (!existsSync(LAB_POSTGRES)) throw new Error('Build first: npm run build.');
  const folder = openFolder();
  const port = await freePort();
  certificates(folder);
  const cert = join(folder, 'server.pem');
  const key = join(folder, 'server.key');
  chmodSync(key, 0o600);
  if (isRoot) {
    // The lab makes its user, too, where a machine has none; the key must be that user's before.
    if (userId('postgres') === undefined) execFileSync('useradd', ['--system', 'postgres']);
    chownSync(key, userId('postgres') ?? -1, -1);
  }
  const argv = [process.execPath, LAB_POSTGRES, '--port', String(port), '--data', join(folder, 'data')];
  const program = startProgram(argv, folder, {
    POSTGRES_DB: 'shop',
    POSTGRES_PASSWORD: OWNER_WORD,
    POSTGRES_OPTIONS: `ssl=on ssl_cert_file=${cert} ssl_key_file=${key}`,
  });
  const owner: TestDatabase['owner'] = async (...statements) => {
    const client = new pg.Client({ host: '127.0.0.1', port, user: 'postgres', password: OWNER_WORD, database: 'shop' });
    await client.connect();
    try {
      let rows: unknown[][] = [];
      for (const text of statements) ({ rows } = await client.query<unknown[]>({ text, rowMode: 'array' }));
      return rows;
    } finally {
      await client.end();
    }
  };
  await ready(program, owner, program.end);
  await owner(`CREATE USER app PASSWORD '${APP_WORD}'`);
  return { engine: 'postgres', port, folder, owner, end: program.end, ...given('postgres', port) };
}

/** Starts Debian's MariaDB. */
export async function startMariadb(): Promise<TestDatabase> {
  if (MARIADB === undefined || INSTALL === undefined) throw new Error('There is no mariadbd here.');
  const folder = openFolder();
  const port = await freePort();
  certificates(folder);
  const data = join(folder, 'data');
  const user = isRoot ? ['--user=mysql'] : [];
  execFileSync(
    INSTALL,
    ['--no-defaults', `--datadir=${data}`, ...user, '--skip-test-db', '--auth-root-authentication-method=normal'],
    { stdio: ['ignore', 'ignore', 'pipe'] },
  );
  const begin = [
    'CREATE DATABASE shop;',
    `CREATE USER owner@'%' IDENTIFIED BY '${OWNER_WORD}';`,
    "GRANT ALL ON *.* TO owner@'%';",
    `CREATE USER app@'%' IDENTIFIED BY '${APP_WORD}';`,
    "GRANT ALL ON shop.* TO app@'%';",
  ];
  writeFileSync(join(folder, 'begin.sql'), `${begin.join('\n')}\n`);
  const keys = ['server.key', 'server.pem', 'ca.pem'].map((name) => join(folder, name));
  for (const file of keys) chmodSync(file, 0o644);
  const program = startProgram(
    [
      MARIADB,
      '--no-defaults',
      ...user,
      `--datadir=${data}`,
      `--socket=${join(data, 's')}`,
      `--pid-file=${join(data, 'pid')}`,
      `--port=${port}`,
      '--bind-address=127.0.0.1',
      '--skip-name-resolve',
      `--init-file=${join(folder, 'begin.sql')}`,
      `--ssl-key=${keys[0]}`,
      `--ssl-cert=${keys[1]}`,
      `--ssl-ca=${keys[2]}`,
    ],
    folder,
  );
  const owner: TestDatabase['owner'] = async (...statements) => {
    const client = await createConnection({
      host: '127.0.0.1',
      port,
      user: 'owner',
      password: OWNER_WORD,
      database: 'shop',
    });
    try {
      let rows: unknown[][] = [];
      for (const sql of statements) {
        const [found] = await client.query<RowDataPacket[][]>({ sql, rowsAsArray: true });
        rows = Array.isArray(found) ? found : [];
      }
      return rows;
    } finally {
      await client.end();
    }
  };
  await ready(program, owner, program.end);
  return { engine: 'mysql', port, folder, owner, end: program.end, ...given('mysql', port) };
}
