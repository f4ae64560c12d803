import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { startPostgres, type TestDatabase } from '../../kits/databases.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';
import { databaseKit, databaseSuite } from './database-suite.js';

let database: TestDatabase;
beforeAll(async () => {
  database = await startPostgres();
}, 90_000);
afterAll(() => database?.end());

const dialect = { place: '$1', sleep: 'SELECT pg_sleep(20)::text', running: 'pg_sleep(20)' };
const kit = databaseKit(() => database, dialect);
stepKit('sql.query', kit);
databaseSuite(() => database, dialect);

describe('Postgres', () => {
  const query = async (text: string, more: JsonObject = {}) => {
    const run = await runStep('sql.query', { ...database.input, query: text, ...more }, { env: database.env });
    expect(await figuresAgain('sql.query', run)).toEqual(passed(run).outputs);
    return passed(run).outputs;
  };

  test.each<[string, string | number | boolean]>([
    ['9007199254740991::int8', 9007199254740991],
    ['-7::int2', -7],
    ['0.10::numeric', 0.1],
    ['1e3::numeric', 1000],
    ['0.30000000000000004::float8', 0.30000000000000004],
    ['0.1::float4', 0.1],
    ['1e300::float8', 1e300],
    ['5e-324::float8', 5e-324],
    ["'-0'::float8", 0],
    ['true', true],
    ['false', false],
    ["'v1.2.3'::text", 'v1.2.3'],
    ["'2026-01-02'::date", '2026-01-02'],
    ["'2026-01-02 03:04:05.678+02'::timestamptz", '2026-01-02 01:04:05.678+00'],
    ["'2026-01-02 03:04:05'::timestamp", '2026-01-02 03:04:05'],
    ["'1 day 2 hours'::interval", 'P1DT2H'],
    ["'ok'::mood", 'ok'],
    ["'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'::uuid", 'a0eebc99-9c0b-4ef8-bb6d-6bb9bd380a11'],
    ['avg(x)::float8 FROM (VALUES (1),(1),(2)) t(x)', 4 / 3],
  ])('%s is %p', async (expression, value) => {
    await database.owner('DROP TYPE IF EXISTS mood', "CREATE TYPE mood AS ENUM ('ok', 'bad')");
    const [left = '', from = ''] = expression.split(' FROM ');
    expect(await query(`SELECT ${left} AS f ${from && `FROM ${from}`}`)).toMatchObject({
      values: { f: value },
      unknown: {},
    });
  });

  test.each<[string, string, string]>([
    ['9007199254740993::int8', 'no number that is held exactly', '9007199254740993'],
    ['0.33333333333333333333::numeric', 'no number that is held exactly', '0.33333333333333333333'],
    ["'NaN'::numeric", '"NaN" is no number', 'NaN'],
    ["'NaN'::float8", '"NaN" is no number', 'NaN'],
    ["'Infinity'::float8", '"Infinity" is no number', 'Infinity'],
    ["'infinity'::timestamp", 'it is the text "infinity"', 'infinity'],
    ["'0.93'::text", 'it is the text "0.93"', '0.93'],
    ["'7'::varchar", 'it is the text "7"', '7'],
    ['ARRAY[1,2]', 'of type array', '{1,2}'],
    ['\'{"a": 1}\'::jsonb', 'of type jsonb', '{"a": 1}'],
    ["'\\x00ff'::bytea", 'of type bytea', '\\x00ff'],
  ])('%s is unknown, and as text its own', async (expression, why, text) => {
    const unknown = { values: {}, unknown: { f: expect.stringContaining(why) } };
    expect(await query(`SELECT ${expression} AS f`)).toMatchObject(unknown);
    expect(await query(`SELECT ${expression} AS f`, { as: { f: 'text' } })).toMatchObject({ values: { f: text } });
  });

  test('what a session was set to otherwise is as always', async () => {
    await database.owner("ALTER USER app SET DateStyle = 'German'", "ALTER USER app SET TimeZone = 'Asia/Tokyo'");
    await database.owner('ALTER USER app SET extra_float_digits = -10', "ALTER USER app SET bytea_output = 'escape'");
    const sql = "SELECT '2026-01-02 03:04:05Z'::timestamptz AS t, 0.30000000000000004::float8 AS f";
    expect(await query(sql)).toMatchObject({ values: { t: '2026-01-02 03:04:05+00', f: 0.30000000000000004 } });
    await database.owner('ALTER USER app RESET ALL');
  });

  test.each<[string, string]>([
    ['WITH gone AS (DELETE FROM orders RETURNING 1) SELECT count(*) FROM gone', 'in a transaction that only reads'],
    ["SELECT set_config('transaction_read_only', 'off', true)", 'transaction read-write mode must be set before'],
    ["SELECT nextval('numbers')", 'in a transaction that only reads'],
    ['SELECT count(*) FROM orders FOR UPDATE', ''],
    ['SELECT 1; DELETE FROM orders', 'cannot insert multiple commands'],
    ['SELECT 1; COMMIT; DELETE FROM orders', 'cannot insert multiple commands'],
    ["SELECT id FROM orders WHERE id = 'x'", 'does not take the statement'],
    ['SELECT * FROM none_of_these', 'does not take the statement: relation "none_of_these" does not exist'],
    ['SELECT * FROM hidden', 'does not let this user read that'],
  ])('%s is refused', async (text, message) => {
    await database.owner(
      'CREATE TABLE IF NOT EXISTS hidden (a int)',
      'CREATE SEQUENCE IF NOT EXISTS numbers',
      'GRANT ALL ON orders TO app',
      'GRANT ALL ON SEQUENCE numbers TO app',
    );
    const run = await runStep('sql.query', { ...database.input, query: text }, { env: database.env });
    expect(failed(run)).toMatchObject({ code: 'EXPECTATION_FAILED', message: expect.stringContaining(message) });
    expect(await database.owner('SELECT count(*) FROM orders')).toEqual([['3']]);
  });

  test('variables of the worker name nothing', async () => {
    const env = { ...database.env, PGPASSWORD: 'x', PGUSER: 'nobody', PGDATABASE: 'nothing', PGHOST: '127.0.0.9' };
    Object.assign(process.env, { PGUSER: 'nobody', PGDATABASE: 'nothing', PGPASSWORD: 'x' });
    try {
      const { password: _, ...input } = database.input;
      const run = await runStep('sql.query', { ...input, query: 'SELECT 1 AS f' }, { env });
      expect(failed(run).message).toMatch(/wants a password|does not take this user/);
    } finally {
      for (const name of ['PGUSER', 'PGDATABASE', 'PGPASSWORD']) Reflect.deleteProperty(process.env, name);
    }
  });
});
