import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, jest, test } from '@jest/globals';
import { temporaryBeside } from '../../../evidence/durable.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const lines = (records: readonly object[]) => records.map((record) => `${JSON.stringify(record)}\n`).join('');
const ago = (ms: number) => new Date(Date.now() - ms).toISOString();
const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('jsonl.count', {
  good: (folder) => {
    writeFileSync(join(folder, 't.jsonl'), lines([{ ts: ago(1000), event: 'processed' }]));
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
    writeFileSync(join(base, 't.jsonl'), lines(RECORDS) + more);
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
    writeFileSync(join(base, 't.jsonl'), lines(RECORDS));
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

stepKit('file.drop', {
  good: (folder) => {
    mkdirSync(join(folder, 'inbox'), { recursive: true });
    return { folder: 'inbox', name: 'order.yaml', content: 'id: 1\n' };
  },
  bad: () => ({ folder: 'nowhere', name: 'order.yaml', content: 'id: 1\n' }),
  badCode: 'NOT_FOUND',
});

describe('file.drop', () => {
  test('many at the same instant into one folder are all there, and nothing else is', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    const names = Array.from({ length: 60 }, (_, index) => `${index}.yaml`);
    const drop = (name: string) => {
      const goLive = { baseDir: base, evidenceDir: join(base, `evidence-${name}`) };
      return runStep('file.drop', { folder: 'inbox', name, content: name }, { goLive });
    };
    const clock = jest.spyOn(Date, 'now').mockReturnValue(Date.now());
    try {
      for (const run of await Promise.all(names.map(drop))) passed(run);
    } finally {
      clock.mockRestore();
    }
    expect(readdirSync(join(base, 'inbox')).toSorted()).toEqual(names.toSorted());
    for (const name of names) expect(readFileSync(join(base, 'inbox', name), 'utf8')).toBe(name);
  });
  test('the file appears whole, with nothing left beside it, and never over another', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    const drop = (task: object) =>
      runStep('file.drop', { folder: 'inbox', name: 'o.yaml', content: 'id: 1\n' }, { ...at(base), task });
    writeFileSync(temporaryBeside(join(base, 'inbox', 'o.yaml')), 'of a killed attempt');
    const run = await drop({});
    expect(readdirSync(join(base, 'inbox'))).toEqual(['o.yaml']);
    expect(passed(run).outputs).toMatchObject({ bytes: 6 });
    expect(readFileSync(join(base, 'inbox', 'o.yaml'), 'utf8')).toBe('id: 1\n');
    expect(readFileSync(join(run.folder, 'dropped'), 'utf8')).toBe('id: 1\n');
    writeFileSync(join(base, 'inbox', 'o.yaml'), 'mine');
    expect(failed(await drop({ step: 'again' })).code).toBe('CHECK_FAILED');
    expect(readFileSync(join(base, 'inbox', 'o.yaml'), 'utf8')).toBe('mine');
  });
});

stepKit('file.await', {
  good: (folder) => {
    writeFileSync(join(folder, 'done-1.yaml'), '');
    return { gone: ['inbox.yaml'], present: ['done-*.yaml'] };
  },
  bad: () => ({ present: ['never.yaml'] }),
  badCode: 'CHECK_FAILED',
});

describe('file.await', () => {
  test('names everything that is not as it should be', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'stuck.yaml'), '');
    writeFileSync(join(base, 't.jsonl'), lines([{ id: 1, event: 'seen' }]));
    const input = { gone: ['stuck.yaml'], present: ['e/*.yaml'], line: { file: 't.jsonl', where: { event: 'error' } } };
    const { message } = failed(await runStep('file.await', input, at(base)));
    expect(message).toBe(
      'stuck.yaml is still there; nothing is at e/*.yaml; no record of t.jsonl has {"event":"error"}.',
    );
  });
  test('with until it waits, and gives the record', async () => {
    const base = temporaryFolder();
    const input = { present: ['err.*.yaml'], line: { file: 't.jsonl', where: { id: 'x' } } };
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const running = runStep('file.await', input, { ...at(base), task: { until } });
    writeFileSync(join(base, 't.jsonl'), lines([{ id: 'x', code: 'E_ZONE' }]));
    appendFileSync(join(base, 'err.x.yaml'), '');
    expect(passed(await running).outputs).toMatchObject({
      present: ['err.x.yaml'],
      record: { id: 'x', code: 'E_ZONE' },
    });
  });
  test('a star is any characters of one name, and no folder', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'a.b'));
    writeFileSync(join(base, 'ab'), '');
    expect(failed(await runStep('file.await', { present: ['a*b*c'] }, at(base))).code).toBe('CHECK_FAILED');
    expect(passed(await runStep('file.await', { present: ['a*b'] }, at(base))).outputs.present).toHaveLength(2);
    expect(
      passed(await runStep('file.await', { present: ['ab*'] }, { ...at(base), task: { step: 'b' } })).outputs.present,
    ).toEqual(['ab']);
  });
});

const healthy = { status: 'ok', time: ago(1000), details: { errorRate: 0.01 } };
stepKit('health.contract', {
  good: (folder) => {
    writeFileSync(join(folder, 'health.json'), JSON.stringify({ ...healthy, time: ago(0) }));
    return { file: 'health.json', maxAge: '90m', numbers: { errorRate: 'details.errorRate' } };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'health.json'), JSON.stringify({ ...healthy, time: ago(91 * 60_000) }));
    return { file: 'health.json', maxAge: '90m' };
  },
  badCode: 'CHECK_FAILED',
});

describe('health.contract', () => {
  const check = async (report: unknown, more: object = {}, timeScale = 1) => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'inbox'));
    writeFileSync(join(base, 'inbox', 'one.yaml'), '');
    writeFileSync(join(base, 'inbox', '.hidden'), '');
    writeFileSync(join(base, 'h.json'), typeof report === 'string' ? report : JSON.stringify(report));
    return runStep(
      'health.contract',
      { file: 'h.json', maxAge: '90m', ...more },
      { goLive: { baseDir: base, timeScale } },
    );
  };
  test('tells status, age, figures and what waits', async () => {
    const more = { numbers: { rate: 'details.errorRate' }, folders: ['inbox'] };
    expect(passed(await check(healthy, more)).outputs).toMatchObject({
      holds: true,
      status: 'ok',
      fresh: true,
      numbers: { rate: 0.01 },
      waiting: 1,
    });
  });
  test.each<[string, unknown, object, string]>([
    ['another status', { ...healthy, status: 'degraded' }, {}, 'its status is degraded, not ok'],
    ['no status', { time: ago(0) }, {}, 'its status is missing'],
    ['an old report', { ...healthy, time: ago(5_400_500 + 60_000) }, {}, 'and 1h30m is the most'],
    ['no time', { status: 'ok' }, {}, 'it has no time in time'],
    ['a time that is none', { status: 'ok', time: 'noon' }, {}, 'it has no time in time'],
    ['a figure that is none', healthy, { numbers: { n: 'details.none' } }, 'details.none is no number'],
    ['no JSON', '{', {}, 'cannot be read'],
    ['a list', [1], {}, 'it is no JSON object'],
  ])('%s breaks it', async (_, report, more, message) => {
    expect(failed(await check(report, more)).message).toContain(message);
  });
  test('not judged, a broken one is told', async () => {
    expect(passed(await check({ ...healthy, status: 'down' }, { judge: false })).outputs).toMatchObject({
      holds: false,
      status: 'down',
    });
  });
  test('a rehearsal shortens the age as it shortens time', async () => {
    expect(failed(await check({ ...healthy, time: ago(10_000) }, {}, 3600)).message).toContain('the most');
  });
});

stepKit('badge.update', {
  good: (folder) => {
    writeFileSync(
      join(folder, 'README.md'),
      '# A\n\n<!-- golive-badge:start -->\nold\n<!-- golive-badge:end -->\n\ntext\n',
    );
    return { file: 'README.md', label: 'agent', message: 'ok' };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'README.md'), '# A\n');
    return { file: 'README.md', label: 'agent', message: 'ok' };
  },
  badCode: 'EXPECTATION_FAILED',
  clean: (folder) => expect(readFileSync(join(folder, 'README.md'), 'utf8')).toContain('\nold\n'),
});

describe('badge.update', () => {
  const update = async (text: string, more: object = {}) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'R.md'), text);
    const run = await runStep(
      'badge.update',
      { file: 'R.md', label: 'self-test', message: 'not ok', colour: 'red', ...more },
      at(base),
    );
    return { run, text: readFileSync(join(base, 'R.md'), 'utf8') };
  };
  const BADGE = '![self-test: not ok](https://img.shields.io/badge/self--test-not_ok-red)';
  test.each([
    [
      'a line of its own',
      '\r\n<!-- golive-badge:start -->\r\nx\r\n<!-- golive-badge:end -->\r\n',
      `\r\n<!-- golive-badge:start -->\r\n${BADGE}\r\n<!-- golive-badge:end -->\r\n`,
    ],
    [
      'in a line',
      'a <!-- golive-badge:start --><!-- golive-badge:end --> b',
      `a <!-- golive-badge:start -->${BADGE}<!-- golive-badge:end --> b`,
    ],
  ])('%s: nothing else is touched', async (_, before, after) => {
    expect((await update(before)).text).toBe(after);
  });
  test.each([
    ['no markers', '# A'],
    ['the end before the start', '<!-- golive-badge:end --><!-- golive-badge:start -->'],
    [
      'markers twice',
      '<!-- golive-badge:start --><!-- golive-badge:end --><!-- golive-badge:start --><!-- golive-badge:end -->',
    ],
  ])('%s: refused, nothing written', async (_, text) => {
    const { run, text: after } = await update(text);
    expect(failed(run).code).toBe('EXPECTATION_FAILED');
    expect(after).toBe(text);
  });
  test('what would break out of the badge is refused', async () => {
    const { run } = await update('<!-- golive-badge:start --><!-- golive-badge:end -->', {
      message: 'x](http://evil)',
    });
    expect(failed(run).code).toBe('BAD_INPUT');
  });
});

stepKit('evidence.write', {
  good: () => ({ name: 'page.md', text: '# Page' }),
  bad: () => ({ name: '../page.md', text: '# Page' }),
  badCode: 'BAD_INPUT',
});

test('evidence.write says what it is from, and that it was a rehearsal', async () => {
  const run = await runStep('evidence.write', { name: 'page.md', text: '# Page\n' }, { goLive: { timeScale: 60 } });
  passed(run);
  const text = readFileSync(join(run.folder, 'page.md'), 'utf8');
  expect(text).toMatch(/^# Page\n\n---\nshop\/change-1 · REHEARSAL, time ×60 · written \S+ from what was measured\n$/);
  expect(existsSync(join(run.folder, 'page.md'))).toBe(true);
});
