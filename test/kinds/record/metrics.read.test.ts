import { truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import { formatOf } from '../../../kinds/record/formats.js';
import { metricsRead as metricsReadKind } from '../../../kinds/record/metrics.read.kind.js';
import { figuresOf } from '../../../kinds/record/metrics.read.recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('metrics.read', {
  good: (folder) => {
    writeFileSync(join(folder, 'latency.csv'), 'route,ms\n/a,10\n/a,30\n/b,900\n');
    return { file: 'latency.csv', values: { p50: { path: 'ms', reduce: 'p50', where: { route: '/a' } } } };
  },
  bad: () => ({ file: 'absent.csv', values: { n: { reduce: 'count' } } }),
  badCode: 'NOT_FOUND',
});

describe('metrics.read', () => {
  const run = async (name: string, text: string | Buffer, values: JsonObject, more: JsonObject = {}) => {
    const base = temporaryFolder();
    writeFileSync(join(base, name), text);
    return runStep('metrics.read', { file: name, values, ...more }, { goLive: { baseDir: base } });
  };
  const read = async (...given: Parameters<typeof run>) => passed(await run(...given)).outputs;
  const whole = (looked: number) => ({
    rows: looked,
    without: {},
    looked,
    unreadable: 0,
    leftOut: 0,
    credentials: 0,
  });

  test('reduces rows of a CSV, by a column of other rows left out', async () => {
    const values = {
      mean: { path: 'ms', reduce: 'mean', where: { route: '/a' } },
      n: { reduce: 'count' },
      last: { path: 'ms' },
    };
    expect(await read('l.csv', 'route,ms\n/a,10\n/a,30\n/b,900\n', values)).toEqual({
      values: { mean: 20, n: 3, last: 900 },
      ...whole(3),
    });
  });
  test('its sentence has figures that a person reads; its outputs are exact', async () => {
    const { outputs, summary } = passed(
      await run('m.json', '{"errors":39.308989345195}', { errors: { path: 'errors' } }),
    );
    expect(summary).toContain('errors 39.31 (');
    expect(outputs).toMatchObject({ values: { errors: 39.308989345195 } });
  });
  test('JSONPath in JSON lines; a missing figure is absent, a spoilt sample too, and the sentence says why', async () => {
    const values = {
      p100: { path: '$.t.ms', reduce: 'max' },
      gone: { path: '$.none' },
      spoilt: { path: '$.x', reduce: 'sum' },
    };
    const found = passed(await run('l.jsonl', '{"t":{"ms":5},"x":1}\n{"t":{"ms":7},"x":"many"}\n', values));
    expect(found.outputs).toEqual({ values: { p100: 7 }, ...whole(2) });
    expect(found.summary).toContain('spoilt (1 of 2 values are no numbers, as "many")');
  });

  test.each<[string, string, JsonObject, unknown]>([
    ['a text that looks like a number stays one', '{"v":"1.10"}', { path: 'v' }, '1.10'],
    ['an id, too', '{"v":"007"}', { path: 'v' }, '007'],
    ['said to be a number it is one', '{"v":"1.10"}', { path: 'v', as: 'number' }, 1.1],
    ['said to be text it is text', '{"v":5}', { path: 'v', as: 'text' }, '5'],
    ['a number that is none', '{"v":"x"}', { path: 'v', as: 'number' }, undefined],
    ['digits that no number holds stay', '{"v":12345678901234567890}', { path: 'v' }, '12345678901234567890'],
    ['and give no sum', '{"v":12345678901234567890}', { path: 'v', reduce: 'sum' }, undefined],
    ['a sum over an empty list', '{"v":[]}', { path: 'v', reduce: 'sum' }, undefined],
    ['a list of one', '{"v":[5]}', { path: 'v', reduce: 'sum' }, undefined],
    ['a blank', '{"v":" "}', { path: 'v', reduce: 'sum' }, undefined],
    ['nothing', '{"v":""}', { path: 'v', reduce: 'sum' }, undefined],
    ['null', '{"v":null}', { path: 'v', reduce: 'max' }, undefined],
    ['a boolean', '{"v":true}', { path: 'v', reduce: 'max' }, undefined],
    ['hexadecimal', '{"v":"0x10"}', { path: 'v', reduce: 'max' }, undefined],
    ['beyond a number', '{"v":1e999}', { path: 'v', reduce: 'max' }, undefined],
    ['all values of a path', '{"v":[{"x":"0.1"},{"x":"0.4"},{"x":0.2}]}', { path: '$.v[*].x', reduce: 'max' }, 0.4],
    ['their number', '{"v":[{"x":"0.1"},{"x":"0.4"},{}]}', { path: '$.v[*].x', reduce: 'count' }, 2],
    ['a list without one of them', '{"v":[]}', { path: '$.v[*].x', reduce: 'count' }, 0],
    ['a list that is not there', '{"error":"busy"}', { path: '$.v[*].x', reduce: 'count' }, undefined],
    ['a list that is null', '{"v":null}', { path: '$.v[*]', reduce: 'count' }, undefined],
    ['rows that have the member', '[{"x":1},{"y":1},{}]', { path: 'x', reduce: 'count' }, 1],
    ['a member that objects only inherit', '{}', { path: 'constructor' }, undefined],
  ])('%s', async (_, text, value, figure) => {
    const { values } = await read('v.json', text, { f: value });
    expect(values).toEqual(figure === undefined ? {} : { f: figure });
  });

  test.each<[string, string, string, JsonObject, unknown, string]>([
    ['the last row has null', 'v.jsonl', '{"a":0.93}\n{"a":null}\n', {}, undefined, 'in the last of 2 rows'],
    ['the last row has no text', 'v.csv', 'a,b\n0.93,x\n"",y\n', {}, undefined, 'in the last of 2 rows'],
    ['the last row has none', 'v.jsonl', '{"a":0.93}\n{"error":"x"}\n', {}, undefined, 'in the last of 2 rows'],
    ['the last row is null', 'v.json', '[{"a":0.93},null]', {}, undefined, 'in the last of 2 rows'],
    ['the first row has none', 'v.jsonl', '{}\n{"a":0.93}\n', { reduce: 'first' }, undefined, 'in the first of 2 rows'],
    ['of the rows that are asked for', 'v.jsonl', '{"a":1,"b":1}\n{"b":2}\n', { where: { b: 1 } }, 1, 'f 1 ('],
    ['the last one has it', 'v.jsonl', '{"a":null}\n{"a":0}\n', {}, 0, 'f 0 ('],
    ['the first one has it', 'v.jsonl', '{"a":"x"}\n{"a":""}\n', { reduce: 'first' }, 'x', 'f x ('],
    ['no row is asked for', 'v.jsonl', '{"a":1}\n', { where: { b: 1 } }, undefined, 'f (nothing is there)'],
  ])('`last` and `first` are of one row: %s', async (_, name, text, more, figure, sentence) => {
    const { outputs, summary } = passed(await run(name, text, { f: { path: 'a', ...more } }));
    expect(outputs).toMatchObject({ values: figure === undefined ? {} : { f: figure } });
    expect(Object.keys(Object(outputs.values))).toHaveLength(figure === undefined ? 0 : 1);
    expect(summary).toContain(sentence);
  });

  test('rows that have nothing of a figure are told, and left out where no figure has something of them', async () => {
    const values = { max: { path: 'ms', reduce: 'max' }, mean: { path: '$.x', reduce: 'mean' } };
    const { outputs, summary } = passed(await run('v.json', '[{"ms":1},{"lat":9000},{"x":1}]', values));
    expect(outputs).toEqual({
      ...whole(3),
      values: { max: 1, mean: 1 },
      without: { max: 2, mean: 2 },
      looked: 2,
      leftOut: 1,
    });
    expect(summary).toContain('3 rows; max without 2 that have none; mean without 2 that have none; 1 left out');
  });

  test('rows without the list that is counted in are told', async () => {
    const values = { errors: { path: '$.errors[*]', reduce: 'count' } };
    const { outputs, summary } = passed(
      await run('v.jsonl', '{"errors":[1]}\n{"error":"busy"}\n{"errors":[]}\n', values),
    );
    expect(outputs).toMatchObject({ values: { errors: 1 }, without: { errors: 1 }, looked: 2, leftOut: 1 });
    expect(summary).toContain('errors without 1 that have none');
    const none = passed(await run('v.jsonl', '{"error":"busy"}\n', values));
    expect(none.outputs).toMatchObject({ values: {}, looked: 0, leftOut: 1 });
    expect(none.summary).toContain('errors (nothing is at $');
  });

  test('where one value is wanted, several are an error that says how many', async () => {
    const failure = failed(await run('v.json', '{"v":[1,2,3]}', { f: { path: '$.v[*]' } }));
    expect(failure.message).toContain('"$.v[*]" has 3 values where one is wanted');
    const filter = { reduce: 'count', where: { '$.v[*]': 1 } };
    expect(failed(await run('v.json', '{"v":[1,2]}', { f: filter })).message).toContain('has 2 values');
  });

  test.each<[string, string, string | Buffer, JsonObject, string]>([
    ['half-written JSON', 'v.json', '{"a":', {}, 'v.json cannot be read as json'],
    ['an empty file', 'v.json', '', {}, 'v.json cannot be read as json'],
    ['an empty file of lines', 'v.jsonl', '', {}, 'v.jsonl cannot be read as jsonl: it holds no row'],
    ['one of blank lines', 'v.jsonl', '\n\n', {}, 'it holds no row'],
    ['one of zero bytes', 'v.jsonl', '\0'.repeat(4096), {}, 'line 1 holds zero bytes'],
    ['lines that a crash left as zeros', 'v.jsonl', '{"a":1}\n\0\0\0', {}, 'line 2 holds zero bytes'],
    ['JSON with two values of a member', 'v.json', '{"a":900,"a":1}', {}, 'it has "a" twice, with two values'],
    ['a row with two', 'v.jsonl', '{"a":900,"a":1}\n', {}, 'line 1 has "a" twice, with two values'],
    ['JSON that is nested too deep', 'v.json', `{"b":${'['.repeat(100_000)}`, {}, 'it is nested deeper than 1000'],
    ['CSV that is half-written', 'v.csv', 'a,b\n1,2\n95', {}, 'record 2 has no line end: it may be half-written'],
    ['a header that is half-written', 'v.csv', 'a,b', {}, 'it ends within its header'],
    ['no UTF-8', 'v.json', Buffer.from([0x22, 0xff, 0x22]), {}, 'is no UTF-8: byte 1'],
    ['JSON lines, half-written', 'v.jsonl', '{"a":1}\n{"a":', {}, '1 of 2 rows of v.jsonl cannot be read'],
    ['CSV without a header', 'v.csv', '', {}, 'it has no header'],
    ['a column twice', 'v.csv', 'a,b,a\n1,2,3\n', {}, 'the column "a" stands twice'],
    ['a column without a name', 'v.csv', 'a,\n1,2\n', {}, 'a column has no name'],
    ['a column that is not there', 'v.csv', 'x,y\n1,2\n', {}, 'has no column "a"; it has: x, y'],
    ['a line that is too short', 'v.csv', 'a,b\n1,2\n3\n', {}, 'record 2 has 1 columns, and the header has 2'],
    ['a header once more', 'v.csv', 'a,b\n1,2\na,b\n3,4\n', {}, 'record 2 is the header once more'],
    ['a quote that is not closed', 'v.csv', 'a,b\n"1,2\n', {}, 'cannot be read as csv'],
    ['another separator', 'v.csv', 'a;b\n1;2\n', {}, 'has no column "a"; it has: a;b'],
    ['a format that nobody says', 'v.txt', 'x', {}, 'csv, prometheus, junit, cobertura or lcov'],
  ])('%s is an error', async (_, name, text, more, message) => {
    expect(failed(await run(name, text, { f: { path: 'a' } }, more)).message).toContain(message);
  });

  test.each<[string, string | Buffer, JsonObject, unknown]>([
    ['a separator', 'a;b\n1;2,5\n', { separator: ';' }, 1],
    ['tabs', 'a\tb\n1\t2\n', { separator: '\t' }, 1],
    ['Windows line ends, a byte order mark', '\ufeffa,b\r\n1,2\r\n', {}, 1],
    ['UTF-16', Buffer.from('\ufeffa,b\n1,2\n', 'utf16le'), {}, 1],
    ['an encoding', Buffer.from([0x61, 0x0a, 0xfc, 0x0a]), { encoding: 'windows-1252' }, 'ü'],
    ['a cell of a number as it is written', 'a\n1.10\n', {}, 1.1],
    ['an id', 'a\n007\n', {}, '007'],
  ])('CSV: %s', async (_, text, more, figure) => {
    expect(await read('v.csv', text, { f: { path: 'a' } }, more)).toMatchObject({ values: { f: figure } });
  });

  test('rows and values that cannot be used may be allowed; they are counted', async () => {
    const text = 'a,b\n1,x\n2\n-,y\n5,z\n';
    const sum = { f: { path: 'a', reduce: 'sum', where: {} } };
    expect(await read('v.csv', text, sum, { unreadable: { atMost: 2 } })).toEqual({
      values: { f: 6 },
      rows: 3,
      without: {},
      looked: 2,
      unreadable: 2,
      leftOut: 0,
      credentials: 0,
    });
    const two = { f: { path: 'a', reduce: 'sum', where: { b: 'x' } }, g: { path: 'a', where: { b: 'z' } } };
    expect(await read('v.csv', text, two, { unreadable: { atMost: 1 } })).toMatchObject({
      values: { f: 1, g: 5 },
      looked: 2,
      unreadable: 1,
      leftOut: 1,
    });
    expect(failed(await run('v.csv', text, sum, { unreadable: { atMost: 0 } })).message).toContain('1 of 4 rows');
  });

  test('a number in `where` is the same however it is written; one that YAML rounded is refused', async () => {
    const figure = { f: { reduce: 'count', where: { a: 1.1 } } };
    expect(await read('v.csv', 'a\n1.10\n1.1\n11\n', figure)).toMatchObject({ values: { f: 2 } });
    const rounded = { f: { reduce: 'count', where: { a: Number('12345678901234567890') } } };
    expect(failed(await run('v.csv', 'a\n1\n', rounded)).message).toContain('quote it');
  });

  // More than a call takes arguments.
  test('130,000 rows have a largest', async () => {
    const text = `ms\n${Array.from({ length: 130_000 }, (_, index) => index + 1).join('\n')}\n`;
    const max = { f: { path: 'ms', reduce: 'max' }, g: { path: 'ms', reduce: 'p95' } };
    expect(await read('big.csv', text, max)).toMatchObject({ values: { f: 130_000 } });
  });

  test.each<[string, string, JsonObject, unknown]>([
    ['m.prom', 'up{job="a"} 1\nup{job="b"} 0\n', { path: 'value', reduce: 'min', where: { name: 'up' } }, 0],
    ['c.lcov', 'SF:a.ts\nDA:1,2\nDA:2,0\nLF:2\nend_of_record\n', { path: 'covered', reduce: 'sum' }, 1],
  ])('%s is read by its suffix', async (name, text, value, figure) => {
    expect(await read(name, text, { f: value })).toMatchObject({ values: { f: figure } });
  });
  test.each<[string, string]>([
    ['v.csv', `a,b\n${'1,x\n'.repeat(100_000)}`],
    ['v.jsonl', '{"a":1}\n'.repeat(100_000)],
    ['v.json', `[${'{"a":1},'.repeat(150_000)}{"a":1}]`],
    ['v.prom', Array.from({ length: 60_000 }, (_, index) => `a{b="${index}"} 1\n`).join('')],
    ['v.lcov', `SF:a\n${Array.from({ length: 100_000 }, (_, index) => `DA:${index},1\n`).join('')}end_of_record\n`],
  ])('all else of the worker goes on while a large %s is read', async (name, text) => {
    const format = formatOf(name);
    const values = { f: { path: format === 'csv' || format.startsWith('json') ? 'a' : '$.value', reduce: 'p95' } };
    const input = metricsReadKind.input.parse({ file: name, values });
    let turns = 0;
    const turn = (): void => {
      turns += 1;
      next = setImmediate(turn);
    };
    let next = setImmediate(turn);
    const begun = performance.now();
    await figuresOf(Buffer.from(text), { format, path: name }, input);
    const took = performance.now() - begun;
    clearImmediate(next);
    // None of them longer than some 50 ms, on a machine that is busy, too.
    expect(turns).toBeGreaterThan(took / 200);
    expect(turns).toBeGreaterThan(1);
  });

  test('it ends when nobody waits for it', async () => {
    const input = metricsReadKind.input.parse({ file: 'v.csv', values: { f: { reduce: 'count' } } });
    const alive = (): void => {
      throw new Error('enough');
    };
    await expect(figuresOf(Buffer.from('a\n1\n'), { format: 'csv', path: 'v.csv', alive }, input)).rejects.toThrow(
      'enough',
    );
  });

  test('JSON is read up to a size, other formats beyond', async () => {
    const base = temporaryFolder();
    for (const name of ['v.json', 'v.csv']) {
      writeFileSync(join(base, name), '');
      truncateSync(join(base, name), 40_000_000);
    }
    const values = { f: { reduce: 'count' } };
    const found = await runStep('metrics.read', { file: 'v.json', values }, { goLive: { baseDir: base } });
    expect(failed(found).message).toContain('has 40000000 bytes, and 33554432 are read');
  });

  test.each<[string, string, JsonObject, JsonObject]>([
    ['csv', 'a\n1\n2', { path: 'a', reduce: 'sum' }, { values: { f: 3 }, rows: 2 }],
    ['jsonl', '{"a":0.93}\n{"a":null}\n', { path: 'a' }, { values: { f: 0.93 }, rows: 2 }],
    ['jsonl', '{"a":1}\n{"a":2}\n', { path: 'a', reduce: 'first' }, { values: { f: 1 }, rows: 2 }],
    ['jsonl', '', { reduce: 'count' }, { values: { f: 0 }, rows: 0 }],
    ['jsonl', '{"b":1}\n', { path: '$.a[*]', reduce: 'count' }, { values: { f: 0 }, rows: 1 }],
    ['jsonl', '{"a":900,"a":1}\n', { path: 'a' }, { values: { f: 1 }, rows: 1 }],
    ['json', '{"a":900,"a":1}', { path: 'a' }, { values: { f: 1 }, rows: 1 }],
  ])('the figures of a bundle of before come out as they were: %s %j', async (format, text, wanted, figures) => {
    const again = (logged: JsonObject) =>
      recomputeOutputs(
        'metrics.read',
        { file: `v.${format}`, values: { f: wanted } },
        (name) => (name === `source.${format}` ? Buffer.from(text) : undefined),
        logged,
      );
    expect(await again({ values: {}, rows: 1, looked: 1 })).toMatchObject(figures);
    const now = await again({ ...figures, without: {} }).catch(() => ({}));
    if (wanted.reduce !== 'first') expect(now).not.toMatchObject(figures);
  });

  test('JUnit: failed test cases are counted', async () => {
    const text =
      '<testsuite name="s" tests="2" failures="1"><testcase name="a"/><testcase name="b"><failure/></testcase></testsuite>';
    const failures = { bad: { reduce: 'count', where: { status: 'failed' } } };
    expect(await read('r.xml', text, failures, { format: 'junit' })).toMatchObject({ values: { bad: 1 }, rows: 2 });
  });
});
