import { describe, expect, test } from '@jest/globals';
import { batchFields } from '../../../kinds/cases/batch-fields.js';
import { type KnownCase, rowOf } from '../../../kinds/cases/batch-row.js';
import type { Json } from '../../../model/json.js';

const known = new Map<string, KnownCase>([['c1', { id: 'c1', scenario: 's', expected: 'pass' }]]);
const how = (more: object = {}) => batchFields.parse({ argv: ['x'], file: 'f', ...more });
const read = (line: Json, more: object = {}) => rowOf(JSON.stringify(line), known, how(more));

describe('a line of a batch script', () => {
  test('by the names that are looked for, with what it tells besides', () => {
    expect(
      read({
        case_id: 'c1',
        expected: 'pass',
        verdict: 'blocked',
        http_status: '200',
        attempts: 2,
        stub: false,
        seconds: 0.25,
        severities: ['critical', 'critical'],
        structured_keys: ['issues'],
        extraction_summary: { fields: 0 },
        lc_detected: false,
        documents_present: {},
      }),
    ).toMatchObject({
      row: {
        id: 'c1',
        scenario: 's',
        expected: 'pass',
        verdict: 'blocked',
        status: 200,
        retries429: 1,
        exhausted429: false,
        ms: 250,
        severities: ['critical'],
        structuredKeys: ['issues'],
        extraction: { fields: 0 },
        lcDetected: false,
        documentsPresent: {},
      },
    });
  });

  test.each<[string, Json, object]>([
    ['no status', { case_id: 'c1', verdict: 'pass', attempts: 1, stub: false }, { untold: ['status'] }],
    [
      'a status that is none',
      { case_id: 'c1', verdict: 'pass', http_status: 'ok', attempts: 1, stub: false },
      { untold: ['status'] },
    ],
    [
      'attempts of none',
      { case_id: 'c1', verdict: 'pass', http_status: 200, attempts: 0, stub: false },
      { untold: ['retries'] },
    ],
    [
      'a stub that is a word',
      { case_id: 'c1', verdict: 'pass', http_status: 200, attempts: 1, stub: 'no' },
      { untold: ['stub'] },
    ],
    [
      'out of retries',
      { case_id: 'c1', http_status: 429, attempts: 7, stub: false },
      { verdict: null, exhausted429: true, retries429: 6 },
    ],
    [
      'a verdict beside a status that refuses',
      { case_id: 'c1', verdict: 'pass', http_status: 503, attempts: 1, stub: false },
      { verdict: null, status: 503, error: 'status 503' },
    ],
    ['an id that is a number', { case_id: 7, verdict: 'pass' }, {}],
    [
      'a verdict in another spelling',
      { case_id: 'c1', verdict: 'PASS' },
      { verdict: null, error: expect.stringContaining('"PASS"') },
    ],
  ])('%s', (name, line, row) => {
    const got = read(line);
    if (name.startsWith('an id')) expect(got).toEqual({ problem: 'has the case "7", which the manifest lacks' });
    else expect(got).toMatchObject({ row });
  });

  test('a column that is no JSONPath is refused before anything runs; one that takes too long is a problem of its line', () => {
    expect(batchFields.safeParse({ argv: ['x'], file: 'f', columns: { id: '$[' } }).success).toBe(false);
    const again = '$.xs[?count($.xs[?count($.xs[*]) > 0]) > 0]';
    expect(read({ case_id: 'c1', xs: Array<number>(3000).fill(1) }, { columns: { stub: again } })).toEqual({
      problem: expect.stringContaining('goes over its document too often'),
    });
  });

  test.each<[string, string]>([
    ['[1]', 'is no JSON object'],
    ['{"case_id":"c1","case_id":"c2"}', 'has "case_id" twice, with two values'],
    ['{"case_id":"c1","s":NaN}', 'is no JSON (NaN and Infinity are none)'],
    ['{}', 'has no "case_id" for the id of a case; it has nothing'],
    ['{"case_id":"c1","expected":"warn"}', 'expects "warn" of c1, and the manifest pass'],
  ])('%s is none', (text, problem) => {
    expect(rowOf(text, known, how())).toEqual({ problem });
  });
});
