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
  const count = async (input: object, more = '') => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), jsonLines(RECORDS) + more);
    return passed(await runStep('jsonl.count', { file: 't.jsonl', ...input }, at(base))).outputs;
  };
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
  test('in a window, what has no time is malformed, and nothing older counts', async () => {
    const week = await count({ counts, window: '7d', distinct: 'id' });
    expect(week).toMatchObject({ lines: 4, malformed: 2 });
    expect(week.counts).toEqual({ processed: 2, strict: 1, byPolicy: 1, either: 3, nobody: 0 });
    expect(await count({ counts, since: ago(120_000) })).toMatchObject({ lines: 1 });
  });
  test('a rehearsal shortens the window as it shortens time', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), jsonLines(RECORDS));
    const goLive = { baseDir: base, timeScale: 3600 };
    const run = await runStep('jsonl.count', { file: 't.jsonl', counts, window: '7d' }, { goLive });
    // Seven days are 168 s then.
    expect(passed(run).outputs).toMatchObject({ lines: 1 });
  });
  test('broken lines are told, and a line that is still being written is left out', async () => {
    expect(await count({ counts }, '{"broken\n[1]\n\n{"event":"processed"')).toMatchObject({ lines: 7, malformed: 2 });
  });
  test.each([
    [{ counts: {} }, '1 to 50'],
    [{ counts, since: 'soon' }, 'is no time'],
  ])('%j is refused', async (input, message) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), '');
    expect(failed(await runStep('jsonl.count', { file: 't.jsonl', ...input }, at(base))).message).toContain(message);
  });
});
