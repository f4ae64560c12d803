// Miniflux as it runs before the release: Postgres, version 2.2.14, HAProxy, Prometheus, a feed, and people who read.
//   node system.mjs up      starts it in run/, and returns when it answers
//   node system.mjs down    ends all that it started, by process id, and removes what it kept
import { spawn, spawnSync } from 'node:child_process';
import { chownSync, copyFileSync, existsSync, mkdirSync, openSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const SELF = fileURLToPath(import.meta.url);
const HERE = fileURLToPath(new URL('.', import.meta.url));
const RUN = join(HERE, 'run');
const PIDS = join(RUN, 'pids.json');
/** What `down` leaves: the two programs. */
const KEPT = ['bin'];
const TOKEN = 'reader-token';
const OWNER = { PGHOST: '127.0.0.1', PGPORT: '18432', PGUSER: 'postgres', PGDATABASE: 'postgres' };
const APP = { ...OWNER, PGUSER: 'miniflux', PGPASSWORD: 'reader-secret', PGDATABASE: 'miniflux' };

const verbs = { up, down, feed, readers };
const verb = verbs[process.argv[2]];
if (verb) await verb();
else {
  console.error('node system.mjs up | down');
  process.exitCode = 2;
}

async function up() {
  for (const name of ['old', 'next']) {
    if (!existsSync(join(RUN, 'bin', `miniflux-${name}`))) throw new Error(`run/bin/miniflux-${name} is missing: see README.md`);
  }
  if (existsSync(PIDS)) throw new Error('It runs already, or did not end well: node system.mjs down');
  mkdirSync(join(RUN, 'backup'), { recursive: true });
  copyFileSync(join(HERE, 'proxy/servers-old.cfg'), join(RUN, 'servers.cfg'));
  try {
    await startPostgres();
    await startMiniflux();
    await startFront();
  } catch (error) {
    await down();
    throw error;
  }
  console.log('Miniflux answers at http://127.0.0.1:18480');
}

async function startPostgres() {
  const owner = postgresUser();
  const data = join(RUN, 'postgres');
  mkdirSync(data);
  if (owner.uid !== undefined) chownSync(data, owner.uid, owner.gid);
  const bin = postgresFolder();
  call(join(bin, 'initdb'), ['-D', data, '-U', 'postgres', '--auth=trust', '--encoding=UTF8', '--locale=C.UTF-8', '--no-sync'], {}, { ...owner, cwd: '/' });
  const settings = ['fsync=off', 'listen_addresses=127.0.0.1', 'port=18432', 'unix_socket_directories='].flatMap((one) => ['-c', one]);
  start('postgres', [join(bin, 'postgres'), '-D', data, ...settings], { ...owner, cwd: '/' });
  await until('Postgres', () => spawnSync('pg_isready', ['-h', '127.0.0.1', '-p', '18432']).status === 0);
  psql("CREATE ROLE miniflux LOGIN PASSWORD 'reader-secret'");
  // A role for reports, beside the application's own.
  psql("CREATE ROLE miniflux_report LOGIN PASSWORD 'reader-secret'");
  psql('CREATE DATABASE miniflux OWNER miniflux');
}

async function startMiniflux() {
  const old = join(RUN, 'bin/miniflux-old');
  const env = {
    DATABASE_URL: 'postgres://miniflux:reader-secret@127.0.0.1:18432/miniflux?sslmode=disable',
    LISTEN_ADDR: '127.0.0.1:18481',
    CREATE_ADMIN: '1',
    ADMIN_USERNAME: 'admin',
    ADMIN_PASSWORD: 'reader-secret',
  };
  call(old, ['-migrate'], env);
  start('feed', [process.execPath, SELF, 'feed']);
  start('miniflux', [old], { env });
  await until('Miniflux', () => answers('http://127.0.0.1:18481/healthcheck'));
  psql('GRANT SELECT ON users, schema_version TO miniflux_report', APP);
  psql(`INSERT INTO api_keys (user_id, token, description) SELECT id, '${TOKEN}', 'readers' FROM users`, APP);
  const answer = await fetch('http://127.0.0.1:18481/v1/feeds', {
    method: 'POST',
    headers: { 'x-auth-token': TOKEN, 'content-type': 'application/json' },
    body: JSON.stringify({ feed_url: 'http://127.0.0.1:18485/feed.xml', category_id: 1 }),
  });
  if (!answer.ok) throw new Error(`The feed could not be subscribed to: ${answer.status} ${await answer.text()}`);
}

async function startFront() {
  const files = ['-f', join(HERE, 'proxy/haproxy.cfg'), '-f', join(RUN, 'servers.cfg')];
  start('haproxy', ['haproxy', '-W', '-p', join(RUN, 'haproxy.pid'), ...files]);
  await until('HAProxy', () => answers('http://127.0.0.1:18480/healthcheck'));
  const prometheus = [`--config.file=${join(HERE, 'prometheus.yml')}`, `--storage.tsdb.path=${join(RUN, 'prometheus')}`];
  start('prometheus', ['prometheus', ...prometheus, '--web.listen-address=127.0.0.1:18490', '--log.level=warn']);
  start('readers', [process.execPath, SELF, 'readers']);
  // Its first figures of all, so that the first look finds some.
  const rate = encodeURIComponent('rate(haproxy_server_http_responses_total{server="old",code="2xx"}[10s]) > 0');
  await until('Prometheus', async () => /"result":\[\{/.test(await text(`http://127.0.0.1:18490/api/v1/query?query=${rate}`)));
}

/** Ends what it started, newest first, and what the release left running. */
async function down() {
  const begun = existsSync(PIDS) ? JSON.parse(readFileSync(PIDS, 'utf8')) : [];
  for (const { pid } of begun.toReversed()) signal(pid, 'SIGTERM');
  // The new version, where a release that was not taken back left it running: golive notes its process beside its stack.
  const note = join(HERE, 'next/.stack/miniflux.json');
  const { pid: next } = existsSync(note) ? JSON.parse(readFileSync(note, 'utf8')) : {};
  const runs = `/proc/${next}/cmdline`;
  if (existsSync(runs) && readFileSync(runs, 'utf8').includes('miniflux-next')) signal(next, 'SIGTERM');
  for (const { name, pid } of begun) await until(`The end of ${name}`, () => !signal(pid, 0));
  if (!existsSync(RUN)) return;
  for (const name of readdirSync(RUN)) if (!KEPT.includes(name)) rmSync(join(RUN, name), { recursive: true });
}

/** A feed of a hundred entries. */
function feed() {
  const item = (n) => `<item><title>Entry ${n}</title><link>http://127.0.0.1:18485/${n}</link><guid>${n}</guid></item>`;
  const items = Array.from({ length: 100 }, (_, n) => item(n)).join('');
  const channel = `<channel><title>News</title><link>http://127.0.0.1:18485/</link>${items}</channel>`;
  createServer((_, response) => {
    response.writeHead(200, { 'content-type': 'application/rss+xml' });
    response.end(`<?xml version="1.0"?><rss version="2.0">${channel}</rss>`);
  }).listen(18485, '127.0.0.1');
}

/** People who read: about thirty requests a second through the proxy. */
async function readers() {
  const paths = ['/v1/entries?limit=10', '/v1/feeds/counters', '/v1/me', '/v1/categories'];
  for (let n = 0; ; n += 1) {
    await text(`http://127.0.0.1:18480${paths[n % paths.length]}`);
    await pause(25);
  }
}

function start(name, [command, ...args], { env = {}, cwd = RUN, ...as } = {}) {
  const log = openSync(join(RUN, `${name}.log`), 'a');
  const child = spawn(command, args, { cwd, detached: true, stdio: ['ignore', log, log], env: { ...process.env, ...env }, ...as });
  child.on('error', (error) => console.error(`${name}: ${error.message}`));
  child.unref();
  if (child.pid === undefined) throw new Error(`${command} is missing: see README.md`);
  const begun = existsSync(PIDS) ? JSON.parse(readFileSync(PIDS, 'utf8')) : [];
  writeFileSync(PIDS, JSON.stringify([...begun, { name, pid: child.pid }]));
}

function call(command, args, env = {}, as = {}) {
  const done = spawnSync(command, args, { env: { ...process.env, ...env }, encoding: 'utf8', cwd: RUN, ...as });
  if (done.status !== 0) throw new Error(`${command}: ${done.error?.message ?? done.stderr}`);
}

function psql(sql, env = OWNER) {
  call('psql', ['--quiet', '-v', 'ON_ERROR_STOP=1', '--command', sql], env);
}

/** Postgres does not run as root: there it runs as the user of Debian's package. */
function postgresUser() {
  if (process.getuid?.() !== 0) return {};
  const [uid, gid] = ['-u', '-g'].map((what) => Number(spawnSync('id', [what, 'postgres'], { encoding: 'utf8' }).stdout));
  return { uid, gid };
}

/** Debian keeps the programs of the server beside the PATH, a folder for each version. */
function postgresFolder() {
  const versions = existsSync('/usr/lib/postgresql') ? readdirSync('/usr/lib/postgresql') : [];
  const bins = versions.toSorted((a, b) => Number(b) - Number(a)).map((version) => `/usr/lib/postgresql/${version}/bin`);
  return bins.find((bin) => existsSync(join(bin, 'initdb'))) ?? '';
}

async function until(what, holds) {
  for (const end = Date.now() + 30_000; Date.now() < end; await pause(100)) if (await holds()) return;
  throw new Error(`${what}: not within 30 s; the logs are in ${RUN}`);
}

function pause(ms) {
  return new Promise((resolve) => setTimeout(resolve, ms));
}

function answers(url) {
  return fetch(url).then(
    ({ ok }) => ok,
    () => false,
  );
}

/** What an address says; nothing where it does not answer. */
async function text(url) {
  try {
    return await (await fetch(url, { headers: { 'x-auth-token': TOKEN } })).text();
  } catch {
    return '';
  }
}

function signal(pid, name) {
  try {
    return process.kill(pid, name);
  } catch {
    return false;
  }
}
