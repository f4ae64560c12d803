import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ago, jsonLines } from '../../kits/records.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('jsonl.count', {
  good: (folder) => {
    writeFileSync(join(folder, 't.jsonl'), jsonLines([{ ts: ago(1000), event: 'processed' }]));
    return { file: 't.jsonl', counts: { processed: { event: 'processed' } } };
  },
  bad: () => ({ file: 'absent.jsonl', counts: { processed: { event: 'processed' } } }),
  badCode: 'NOT_FOUND',
});

describe('jsonl.count', () => {
  const RECORDS = [
    { ts: ago(9 * 86_400_000), id: 'old', event: 'processed', lane: 'strict' },
    { ts: ago(3_600_000), id: 'a', event: 'processed', lane: 'strict', decision: { by: 'policy' } },
    { ts: ago(3_500_000), id: 'a', event: 'processed', lane: 'strict', decision: { by: 'policy' } },
    { ts: ago(3_400_000), id: 'b', event: 'processed', lane: 'local' },
    { ts: ago(60_000), id: 'c', event: 'error', code: 'E_ZONE' },
    { ts: 'yesterday', id: 'd', event: 'processed' },
    { id: 'e', event: 'processed' },
  ];
  const run = async (input: object, more = '') => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), jsonLines(RECORDS) + more);
    return runStep('jsonl.count', { file: 't.jsonl', ...input }, at(base));
  };
  const count = async (input: object, more = '') => passed(await run(input, more)).outputs;
  const counts = {
    processed: { event: 'processed' },
    strict: { event: 'processed', lane: 'strict' },
    byPolicy: { 'decision.by': 'policy' },
    either: { event: ['processed', 'error'] },
    nobody: { 'decision.by': 'nobody' },
  };

  test('counts what matches, by fields, nested ones and lists of values', async () => {
    const all = await count({ counts });
    expect(all).toMatchObject({ lines: 7, malformed: 0 });
    expect(all.counts).toEqual({ processed: 6, strict: 3, byPolicy: 2, either: 7, nobody: 0 });
  });
  test('in a window, what has no time is unreadable, and what is older is left out', async () => {
    const unreadable = { atMost: 2 };
    const week = await count({ counts, window: '7d', distinct: 'id', unreadable });
    expect(week).toMatchObject({ lines: 4, malformed: 2, looked: 4, unreadable: 2, leftOut: 1 });
    expect(week.counts).toEqual({ processed: 2, strict: 1, byPolicy: 1, either: 3, nobody: 0 });
    expect(await count({ counts, since: ago(120_000), unreadable })).toMatchObject({ lines: 1 });
  });
  test('a rehearsal shortens the window as it shortens time', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), jsonLines(RECORDS));
    const goLive = { baseDir: base, timeScale: 3600 };
    const input = { file: 't.jsonl', counts, window: '7d', unreadable: { atMost: 2 } };
    const shortened = await runStep('jsonl.count', input, { goLive });
    // Seven days are 168 s then.
    expect(passed(shortened).outputs).toMatchObject({ lines: 1 });
  });
  const BROKEN = '{"broken\n[1]\n\n{"event":"processed"';
  test('broken lines make nothing known, unless the step says how many may be', async () => {
    const failure = failed(await run({ counts }, BROKEN));
    expect(failure).toMatchObject({ code: 'CHECK_FAILED', facts: { looked: 7, unreadable: 3, leftOut: 0 } });
    expect(failure.message).toBe(
      '3 of 10 records of t.jsonl cannot be read, so nothing is known; the first: line 8 is no JSON.',
    );
    expect(await count({ counts, unreadable: { atMost: 3 } }, BROKEN)).toMatchObject({ lines: 7, malformed: 3 });
  });
  test.each<[string, object[], object, number | string]>([
    ['a last record counts', [{ event: 'error' }], {}, 1],
    ['milliseconds', [{ time: Date.now(), event: 'error' }], { timeField: 'time', timeUnit: 'ms', window: '1h' }, 1],
    ['seconds', [{ time: Date.now() / 1000, event: 'error' }], { timeField: 'time', timeUnit: 's', window: '1h' }, 1],
    ['a number without a unit', [{ time: Date.now() }], { timeField: 'time', window: '1h' }, 'say `timeUnit: ms`'],
    ['seconds taken for milliseconds', [{ ts: Date.now() / 1000 }], { timeUnit: 'ms', window: '1h' }, 'cannot be in'],
    ['no zone', [{ ts: ago(0).slice(0, -1) }], { window: '1h' }, 'a time without a zone'],
    ['the future', [{ ts: ago(-3_600_000) }], { window: '1h' }, 'ahead of the clock'],
    ['the future within the skew', [{ ts: ago(-3_600_000), event: 'error' }], { window: '1h', skew: '2h' }, 1],
  ])('%s', async (_, records, input, wanted) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), `\ufeff${jsonLines(records)}`.trimEnd());
    const found = await runStep(
      'jsonl.count',
      { file: 't.jsonl', counts: { n: { event: 'error' } }, ...input },
      at(base),
    );
    if (typeof wanted === 'string') expect(failed(found).message).toContain(wanted);
    else expect(passed(found).outputs).toMatchObject({ counts: { n: wanted } });
  });
  test.each<[string, string, string | number]>([
    ['an empty file', '', 0],
    ['a file of zero bytes', '\0'.repeat(4096), 'line 1 holds zero bytes'],
    ['records that a crash left as zeros', '{"level":"info"}\n\0\0\0', 'line 2 holds zero bytes'],
    ['the hole of a truncated file', '\0\0{"level":500}\n', 1],
    ['a number as a text', '{"level":"500"}\n{"level":"500.0"}\n{"level":"5e2"}\n', 3],
    ['a member with two values', '{"level":500,"level":"info"}\n', 'line 1 has "level" twice, with two values'],
    [
      'nested too deep',
      `{"level":500,"a":${'['.repeat(1e5)}${']'.repeat(1e5)}}\n`,
      'line 1 is nested deeper than 1000',
    ],
  ])('%s', async (_, text, wanted) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), text);
    const found = await runStep('jsonl.count', { file: 't.jsonl', counts: { n: { level: 500 } } }, at(base));
    if (typeof wanted === 'string') expect(failed(found).message).toContain(wanted);
    else expect(passed(found).outputs).toMatchObject({ counts: { n: wanted } });
  });
  test.each([
    [{ counts: {} }, '1 to 50'],
    [{ counts, since: 'soon' }, '`since` has no time'],
    [{ counts, since: '2026-11-01' }, '`since` has a time without a zone'],
    [{ counts: { n: { id: Number('12345678901234567890') } } }, 'quote it'],
  ])('%j is refused', async (input, message) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), '');
    expect(failed(await runStep('jsonl.count', { file: 't.jsonl', ...input }, at(base))).message).toContain(message);
  });
});
