import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { MARIADB, startMariadb, type TestDatabase } from '../../kits/databases.js';
import { figuresAgain } from '../../kits/figures-again.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';
import { databaseKit, databaseSuite } from './database-suite.js';

const suite = MARIADB === undefined ? describe.skip : describe;

suite(`on Debian's MariaDB${MARIADB === undefined ? ' (not run: no mariadbd)' : ''}`, () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await startMariadb();
  }, 90_000);
  afterAll(() => database?.end());

  const dialect = { place: '?', sleep: 'SELECT sleep(20) AS f', running: 'sleep(20)' };
  stepKit(
    'sql.query',
    databaseKit(() => database, dialect),
  );
  databaseSuite(() => database, dialect);

  const query = async (text: string, more: JsonObject = {}) => {
    const run = await runStep('sql.query', { ...database.input, query: text, ...more }, { env: database.env });
    expect(await figuresAgain('sql.query', run)).toEqual(passed(run).outputs);
    return passed(run).outputs;
  };
  /** A table of one row, whose column f is of a type. */
  const column = async (type: string, value: string): Promise<void> => {
    await database.owner(
      'DROP TABLE IF EXISTS one',
      `CREATE TABLE one (f ${type})`,
      `INSERT INTO one VALUES (${value})`,
    );
  };

  test.each<[string, string, string | number]>([
    ['bigint', '9007199254740991', 9007199254740991],
    ['bigint unsigned', '7', 7],
    ['tinyint(1)', '1', 1],
    ['smallint', '-7', -7],
    ['mediumint unsigned', '16777215', 16777215],
    ['decimal(10,2)', '0.10', 0.1],
    ['decimal(30,0)', '1000', 1000],
    ['float', '0.1', 0.1],
    ['double', '0.30000000000000004e0', 0.30000000000000004],
    ['double', '1e300', 1e300],
    ['year', '2026', 2026],
    ['varchar(9)', "'v1.2.3'", 'v1.2.3'],
    ["enum('ok','bad')", "'bad'", 'bad'],
    ['date', "'2026-01-02'", '2026-01-02'],
    ['datetime(3)', "'2026-01-02 03:04:05.678'", '2026-01-02 03:04:05.678'],
    ['time', "'-838:59:59'", '-838:59:59'],
  ])('%s of %s is %p', async (type, value, figure) => {
    await column(type, value);
    expect(await query('SELECT f FROM one')).toMatchObject({ values: { f: figure }, unknown: {} });
  });

  test.each<[string, string, string, string]>([
    ['bigint', '9007199254740993', 'no number that is held exactly', '9007199254740993'],
    ['bigint unsigned', '18446744073709551615', 'no number that is held exactly', '18446744073709551615'],
    ['decimal(30,20)', '0.33333333333333333333', 'no number that is held exactly', '0.33333333333333333333'],
    ['varchar(9)', "'0.93'", 'it is the text "0.93"', '0.93'],
    ['json', '\'{"a": 12345678901234567890}\'', 'of type json', '{"a": 12345678901234567890}'],
    ['varbinary(4)', "x'00ff'", 'of type bytes', '\\x00ff'],
    ['blob', "'x'", 'of type bytes', '\\x78'],
    ['bit(8)', "b'101'", 'of type bit', '\\x05'],
    ['point', 'ST_GeomFromText("POINT(1 2)")', 'of type geometry', '{"x":1,"y":2}'],
  ])('%s of %s is unknown, and as text its own', async (type, value, why, text) => {
    await column(type, value);
    expect(await query('SELECT f FROM one')).toMatchObject({
      values: {},
      unknown: { f: expect.stringContaining(why) },
    });
    expect(await query('SELECT f FROM one', { as: { f: 'text' } })).toMatchObject({ values: { f: text } });
  });

  test('times with a zone are in UTC, whatever the server was set to', async () => {
    await database.owner(
      "SET GLOBAL time_zone = '+09:00'",
      "SET SESSION time_zone = '+09:00'",
      'DROP TABLE IF EXISTS one',
      'CREATE TABLE one (f timestamp)',
      "INSERT INTO one VALUES ('2026-01-02 12:04:05')",
    );
    expect(await query('SELECT f FROM one')).toMatchObject({ values: { f: '2026-01-02 03:04:05' } });
  });

  test('what comes with a warning is unknown, unless it is accepted', async () => {
    const text = "SELECT CAST('12abc' AS SIGNED) AS f";
    const outputs = await query(text);
    expect(outputs).toMatchObject({
      values: {},
      unknown: { row: expect.stringMatching(/warning: Truncated incorrect/) },
    });
    expect(outputs).not.toHaveProperty('rows');
    expect(await query(text, { accept: ['warnings'] })).toMatchObject({ values: { f: 12 } });
    expect(await query('SELECT 1 / 0 AS f')).toMatchObject({ values: {} });
  });

  test.each<[string, string]>([
    ["SELECT 1 INTO OUTFILE '/tmp/golive-canary'", 'it writes a file'],
    ['SELECT 1 AS f INTO @canary', 'it writes a file or a variable'],
    ['SELECT /*! 1 INTO DUMPFILE "x" */', 'a comment that the server runs'],
    ['SELECT /*M!100100 1 */ 2', 'a comment that the server runs'],
    ['SELECT 1; DELETE FROM orders', 'does not take the statement'],
    ['WITH a AS (SELECT 1) DELETE FROM orders', 'does not take the statement'],
    ['SELECT nextval(numbers)', 'in a transaction that only reads'],
    ['SELECT * FROM none_of_these', "does not take the statement: Table 'shop.none_of_these' doesn't exist"],
    ['SELECT * FROM mysql.global_priv', 'does not let this user read that'],
  ])('%s is refused', async (text, message) => {
    await database.owner('CREATE SEQUENCE IF NOT EXISTS numbers');
    const run = await runStep('sql.query', { ...database.input, query: text }, { env: database.env });
    expect(failed(run).message).toContain(message);
    expect(await database.owner('SELECT count(*) FROM orders')).toEqual([[3]]);
  });
});
