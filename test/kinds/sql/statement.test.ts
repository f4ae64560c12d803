import { expect, test } from '@jest/globals';
import type { Engine } from '../../../kinds/sql/connection-fields.js';
import { statementProblem } from '../../../kinds/sql/statement.js';

test.each<[string, Engine]>([
  ['SELECT 1', 'postgres'],
  ['select 1;', 'mysql'],
  ['  -- why\n/* and * so */ (SELECT 1)', 'postgres'],
  ['WITH a AS (SELECT 1) SELECT * FROM a', 'mysql'],
  ['VALUES (1)', 'postgres'],
  ['TABLE orders', 'postgres'],
  ['SHOW server_version', 'postgres'],
  ["SELECT 'DELETE; -- x'", 'mysql'],
])('%s reads (%s)', (text, engine) => {
  expect(statementProblem(text, engine)).toBeUndefined();
});

test.each<[string, Engine, string]>([
  ['', 'postgres', 'begins with no word'],
  ['-- SELECT 1', 'postgres', 'begins with no word'],
  ['/* SELECT 1 */ DELETE FROM a', 'postgres', 'begins with "delete"'],
  ["COPY a TO PROGRAM 'x'", 'postgres', 'begins with "copy"'],
  ['DO $$ BEGIN END $$', 'postgres', 'begins with "do"'],
  ['CALL a()', 'mysql', 'begins with "call"'],
  ['SET STATEMENT max_statement_time=0 FOR SELECT 1', 'mysql', 'begins with "set"'],
  ['EXPLAIN ANALYZE DELETE FROM a', 'postgres', 'begins with "explain"'],
  ['ANALYZE DELETE FROM a', 'mysql', 'begins with "analyze"'],
  ['BEGIN', 'postgres', 'begins with "begin"'],
  ['; SELECT 1', 'postgres', 'begins with no word'],
  ['"select"', 'postgres', 'begins with no word'],
  ['SELECT 1 /*! INTO OUTFILE "x" */', 'mysql', 'a comment that the server runs'],
  ['SELECT 1 /*m!1 + 1 */', 'mysql', 'a comment that the server runs'],
  ['SELECT 1 INTO\n OUTFILE "x"', 'mysql', 'it writes a file'],
  ['SELECT 1 into @x', 'mysql', 'it writes a file or a variable'],
  ["SELECT 1 INTO/* */OUTFILE 'x'", 'mysql', 'it writes a file'],
  ["SELECT '/*' INTO/**/DUMPFILE '*/'", 'mysql', 'it writes a file'],
  ["SELECT 1 INTO -- why\n# so\n OUTFILE 'x'", 'mysql', 'it writes a file'],
  ['SELECT 1 INTO@x', 'mysql', 'it writes a file or a variable'],
  ['SELECT 1\0', 'postgres', 'a zero byte'],
])('%j does not (%s)', (text, engine, why) => {
  expect(statementProblem(text, engine)).toContain(why);
});
