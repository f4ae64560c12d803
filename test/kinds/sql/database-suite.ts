import { createServer } from 'node:net';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { checkKind } from '../../kits/check-kind.js';
import { APP_WORD, type TestDatabase } from '../../kits/databases.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { portOf } from '../../kits/port.js';
import type { KitCase } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';
import { startTcpProxy } from '../../kits/tcp-proxy.js';
import { eventually } from '../../kits/until.js';

/** How one engine says what the others say differently. */
interface Dialect {
  /** The first place of a value. */
  place: string;
  /** A statement that takes 20 s, and what of it the server shows. */
  sleep: string;
  running: string;
}

/** How many statements with a text run on the server now. */
async function runningOn({ engine, owner }: TestDatabase, text: string): Promise<number> {
  const sql =
    engine === 'postgres'
      ? `SELECT count(*) FROM pg_stat_activity WHERE query LIKE '%${text}%' AND pid <> pg_backend_pid() AND state = 'active'`
      : `SELECT count(*) FROM information_schema.processlist WHERE info LIKE '%${text}%' AND id <> CONNECTION_ID()`;
  return Number((await owner(sql))[0]?.[0]);
}

/** What the kit wants of `sql.query`. */
export function databaseKit(
  database: () => TestDatabase,
  { sleep, running }: Pick<Dialect, 'sleep' | 'running'>,
): KitCase {
  return {
    good: () => ({ ...database().input, query: 'SELECT 7 AS n' }),
    bad: () => ({ ...database().input, query: 'SELECT count(*) FROM none_of_these' }),
    badCode: 'EXPECTATION_FAILED',
    // The kit wants an environment before the server is there.
    env: { ...process.env, GOLIVE_SQL_WORD: APP_WORD },
    slow: () => ({
      input: { ...database().input, query: sleep },
      under: () => eventually('the statement runs', 10_000, async () => (await runningOn(database(), running)) === 1),
    }),
    // Nothing of a query that was stopped runs on.
    clean: async () => expect(await runningOn(database(), running)).toBe(0),
  };
}

/** What `sql.query` does, whatever the engine. */
export function databaseSuite(database: () => TestDatabase, { place, sleep, running }: Dialect): void {
  beforeAll(async () => {
    await database().owner(
      'CREATE TABLE orders (id int PRIMARY KEY, shop varchar(40), total numeric(10,2))',
      "INSERT INTO orders VALUES (1, 'north', 10.50), (2, 'north', NULL), (3, 'it''s; -- \"south\"', 7)",
    );
    if (database().engine === 'postgres') await database().owner('GRANT ALL ON orders TO app');
  });

  const run = (query: string, more: JsonObject = {}) =>
    runStep('sql.query', { ...database().input, query, ...more }, { env: database().env });
  const runningNow = (): Promise<number> => runningOn(database(), running);

  describe('whatever the engine', () => {
    test('a row of figures; query, values and rows stand in the record', async () => {
      const query = `SELECT count(*) AS n, sum(total) AS total, min(shop) AS shop FROM orders WHERE shop = ${place}`;
      const step = await run(query, { values: ['north'] });
      const { outputs, summary } = passed(step);
      expect(outputs).toMatchObject({ values: { n: 2, total: 10.5, shop: 'north' }, unknown: {}, rows: 1, list: [] });
      expect(summary).toMatch(/^(Postgres|MySQL) at 127\.0\.0\.1:\d+: n 2, total 10\.5, shop north in \d+ ms$/);
      expect(JSON.parse(readFileSync(join(step.folder, 'answer.json'), 'utf8'))).toMatchObject({
        query,
        values: ['north'],
        rows: [['2', '10.50', 'north']],
      });
      expect(await figuresAgain('sql.query', step)).toEqual(outputs);
    });

    test('a record of another statement, or of other values, is none of this step', async () => {
      const step = await run(`SELECT ${place} AS f`, { values: ['north'] });
      const file = join(step.folder, 'answer.json');
      const record = readFileSync(file, 'utf8');
      for (const other of [record.replace(' AS f"', ' AS  f"'), record.replace('"north"', '"south"')]) {
        expect(other).not.toBe(record);
        writeFileSync(file, other);
        await expect(figuresAgain('sql.query', step)).rejects.toThrow('another statement, or of other values');
      }
    });

    test('a value is bound, whatever stands in it', async () => {
      const count = `SELECT count(*) AS n FROM orders WHERE shop = ${place}`;
      expect(passed(await run(count, { values: ['it\'s; -- "south"'] })).outputs).toMatchObject({ values: { n: 1 } });
      expect(passed(await run(count, { values: ["' OR '1'='1"] })).outputs).toMatchObject({ values: { n: 0 } });
      expect(passed(await run(count, { values: ["north'; DROP TABLE orders; --"] })).outputs.values).toEqual({ n: 0 });
      expect(passed(await run(count, { values: [null] })).outputs.values).toEqual({ n: 0 });
      const limited = `SELECT id FROM orders ORDER BY id LIMIT ${place}`;
      expect(passed(await run(limited, { values: [1] })).outputs.values).toEqual({ id: 1 });
      expect(failed(await run(count)).code).toBe('EXPECTATION_FAILED');
    });

    test('NULL, no row, several rows, two columns of one name are unknown', async () => {
      const unknown = async (query: string, more: JsonObject = {}) => {
        const step = await run(query, more);
        const { outputs } = passed(step);
        expect(await figuresAgain('sql.query', step)).toEqual(outputs);
        return outputs;
      };
      expect(await unknown('SELECT total FROM orders WHERE id = 2')).toMatchObject({
        values: {},
        unknown: { total: 'it is NULL' },
      });
      expect(await unknown('SELECT total FROM orders WHERE id = 9')).toMatchObject({
        values: {},
        unknown: { row: 'no row is there' },
        rows: 0,
      });
      expect(await unknown('SELECT total FROM orders WHERE id = 9', { none: { total: 0 } })).toMatchObject({
        values: { total: 0 },
        unknown: {},
      });
      const several = await unknown('SELECT total FROM orders', { none: { total: 0 } });
      expect(several).toMatchObject({ values: {}, unknown: { row: expect.stringContaining('several rows') } });
      expect(several).not.toHaveProperty('rows');
      expect(await unknown('SELECT id, id FROM orders WHERE id = 1')).toMatchObject({
        values: {},
        unknown: { id: '2 columns have this name: name them with AS' },
      });
      expect(await unknown('SELECT id FROM orders WHERE id = 1', { as: { none: 'number' } })).toMatchObject({
        unknown: { none: 'there is no such column' },
      });
    });

    test('of many rows their number and the first, as long as none is left out', async () => {
      const query = 'SELECT id, total FROM orders ORDER BY id';
      expect(passed(await run(query, { rows: 'many' }))).toMatchObject({
        outputs: { rows: 3, list: [{ id: 1, total: 10.5 }, { id: 2 }, { id: 3, total: 7 }], unknown: {} },
        summary: expect.stringContaining(': 3 rows in'),
      });
      expect(passed(await run(query, { rows: 'many', most: 3 })).outputs.rows).toBe(3);
      const { outputs } = passed(await run(query, { rows: 'many', most: 2 }));
      expect(outputs).toMatchObject({ unknown: { rows: 'more than 2 are there' } });
      expect(outputs).not.toHaveProperty('rows');
      const none = await run('SELECT id FROM orders WHERE id = 9', { rows: 'many' });
      expect(passed(none).outputs).toMatchObject({ rows: 0, list: [] });
    });

    test('more than may be said is not taken into memory', async () => {
      const many = Array.from({ length: 12 }, () => 'SELECT * FROM orders').join(' UNION ALL ');
      const joined = `SELECT a.id, repeat('x', 1000) AS x FROM (${many}) a, (${many}) b, (${many}) c, (${many}) d`;
      expect(failed(await run(joined, { rows: 'many', maxBytes: 100_000 }))).toMatchObject({
        code: 'EXPECTATION_FAILED',
        message: expect.stringContaining('says more than the 100000 bytes'),
      });
    });

    test('a server that stops by itself, and one that hangs or closes, are told', async () => {
      expect(failed(await run(sleep, { timeout: '300ms' })).message).toMatch(/stopped the statement|no whole answer/);
      await eventually('nothing runs any more', 5000, async () => (await runningNow()) === 0);
      const proxy = await startTcpProxy(`127.0.0.1:${database().port}`);
      const input = { port: Number(proxy.address.split(':')[1]), timeout: '500ms' };
      try {
        proxy.stall();
        expect(failed(await run('SELECT 1 AS f', input)).message).toContain('gave no whole answer within 500ms');
        proxy.heal();
        const cut = run(sleep, { ...input, timeout: '10s' });
        await eventually('the statement runs', 10_000, async () => (await runningNow()) === 1);
        proxy.reset();
        expect(failed(await cut)).toMatchObject({
          code: 'CONNECTION_FAILED',
          message: expect.stringContaining('closed the connection in the middle'),
        });
        proxy.drop();
        expect(failed(await run('SELECT 1 AS f', input)).code).toBe('CONNECTION_FAILED');
      } finally {
        await proxy.close();
      }
    });

    test('what is no database is told', async () => {
      const server = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'));
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      const run1 = await run('SELECT 1 AS f', { port: portOf(server), timeout: '500ms' });
      expect(failed(run1).code).toBe('CONNECTION_FAILED');
      server.close();
    });

    test('a wrong password and an unknown database are told, without them', async () => {
      const wrong = await runStep(
        'sql.query',
        { ...database().input, query: 'SELECT 1 AS f' },
        { env: { ...database().env, GOLIVE_SQL_WORD: 'wrong-canary' } },
      );
      expect(failed(wrong)).toMatchObject({
        code: 'EXPECTATION_FAILED',
        message: expect.stringContaining('does not take this user and password'),
      });
      expect(JSON.stringify(failed(wrong))).not.toContain('canary');
      expect(failed(await run('SELECT 1 AS f', { database: 'none' })).message).toContain('has no such database');
    });

    test('by a secret address, of which nothing is told', async () => {
      const { engine, port } = database();
      const ask = (url: string) =>
        runStep(
          'sql.query',
          { engine, url: { env: 'GOLIVE_SQL_URL' }, query: 'SELECT 1 AS f' },
          { env: { ...process.env, GOLIVE_SQL_URL: url } },
        );
      const { outputs, summary } = passed(await ask(`${engine}://app:${APP_WORD}@127.0.0.1:${port}/shop`));
      expect(outputs.values).toEqual({ f: 1 });
      expect(summary).toContain('at the secret address');
      const said = failed(await ask(`${engine}://app:wrong-canary@127.0.0.1:${port}/shop`)).message;
      expect(said).not.toMatch(/canary|127\.0\.0\.1|app/);
    });

    test('over TLS, certificate and name are checked', async () => {
      const { folder } = database();
      const here = temporaryFolder();
      writeFileSync(join(here, 'ca.pem'), readFileSync(join(folder, 'ca.pem')));
      const over = (more: JsonObject) =>
        runStep(
          'sql.query',
          { ...database().input, query: 'SELECT 1 AS f', ...more },
          { env: database().env, goLive: { baseDir: here } },
        );
      const tls = { ca: 'ca.pem' };
      expect(passed(await over({ host: 'localhost', tls })).outputs.values).toEqual({ f: 1 });
      expect(failed(await over({ host: 'localhost', tls: {} })).message).toContain('authority that is not trusted');
      const byAddress = failed(await over({ tls }));
      expect(byAddress.message).toMatch(/is for another name|whose certificate cannot be checked/);
    });

    test('a preflight looks whether it is let in', async () => {
      const input = { ...database().input, query: 'SELECT 1 AS f' };
      const look = (word: string) => checkKind('sql.query', input, { ...process.env, GOLIVE_SQL_WORD: word });
      await expect(look(APP_WORD)).resolves.toMatch(/lets this user in: (PostgreSQL|MariaDB) \d/);
      await expect(look('wrong-word')).rejects.toThrow('does not take this user and password');
    });
  });
}
