import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { ago } from '../../kits/records.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

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
  test.each<[string, unknown, string]>([
    ['a sound one', healthy, ''],
    ['another status', { ...healthy, status: 'degraded' }, 'its status is degraded, not ok'],
    ['half of one', '{"status":"ok","ti', 'is no JSON'],
    ['nothing in it', '', 'is no JSON'],
    ['bytes that are no text', '\uD800', 'no JSON'],
  ])('where it is told and not judged, %s has its true reason', async (_name, report, reason) => {
    const { outputs } = passed(await check(report, { judge: false }));
    expect(outputs).toMatchObject({ holds: reason === '', reason: expect.stringContaining(reason) });
    if (reason === '') expect(outputs?.reason).toBe('');
  });
  test('where it is told and not judged, a file that is not there breaks the contract', async () => {
    const { outputs } = passed(await check(healthy, { judge: false, file: 'none.json' }));
    expect(outputs).toMatchObject({ holds: false, ageMs: -1, reason: expect.stringContaining('cannot be read') });
  });
  test.each<[string, unknown, object, string]>([
    ['another status', { ...healthy, status: 'degraded' }, {}, 'its status is degraded, not ok'],
    ['no status', { time: ago(0) }, {}, 'its status is missing'],
    ['an old report', { ...healthy, time: ago(5_400_500 + 60_000) }, {}, 'and 1h30m is the most'],
    ['no time', { status: 'ok' }, {}, 'its time has no time'],
    ['a time that is none', { status: 'ok', time: 'noon' }, {}, 'its time has no time: "noon"'],
    ['a time without a zone', { status: 'ok', time: ago(0).slice(0, -1) }, {}, 'its time has a time without a zone'],
    ['a report of the future', { ...healthy, time: '2099-01-01T00:00:00Z' }, {}, 'ahead of the clock: 2099'],
    ['a number without a unit', { ...healthy, time: Date.now() }, {}, 'say `timeUnit: ms`'],
    ['a figure that is a blank', { ...healthy, n: ' ' }, { numbers: { n: 'n' } }, 'n is no number'],
    ['a figure that no number holds', '{"status":"ok","n":1e999}', { numbers: { n: 'n' } }, 'n is no number'],
    ['a figure that is none', healthy, { numbers: { n: 'details.none' } }, 'details.none is no number'],
    ['no JSON', '{', {}, 'is no JSON'],
    ['a status that stands twice', '{"status":"failed","time":"2026","status":"ok"}', {}, 'has "status" twice'],
    ['nesting without end', `{"status":${'['.repeat(3000)}${']'.repeat(3000)}}`, {}, 'is nested deeper'],
    ['a list', [1], {}, 'is no JSON object'],
    ['no text', Buffer.from([0xff]).toString('latin1'), {}, 'is no JSON'],
  ])('%s breaks it', async (_, report, more, message) => {
    expect(failed(await check(report, more)).message).toContain(message);
  });
  test.each<[string, object, object]>([
    ['seconds', { ...healthy, time: Date.now() / 1000 }, { timeUnit: 's' }],
    ['a figure in a text', { ...healthy, n: '0.5' }, { numbers: { n: 'n' } }],
    ['the future within the skew', { ...healthy, time: ago(-3_600_000) }, { skew: '2h' }],
  ])('%s keeps it', async (_, report, more) => {
    expect(passed(await check(report, more)).outputs).toMatchObject({ holds: true, looked: 0, unreadable: 0 });
  });
  test('hidden files in a folder are left out, and counted', async () => {
    const { outputs } = passed(await check(healthy, { folders: ['inbox'] }));
    expect(outputs).toMatchObject({ looked: 1, leftOut: 1, unreadable: 0 });
  });
  test('not judged, a broken one is told', async () => {
    expect(passed(await check({ ...healthy, status: 'down' }, { judge: false })).outputs).toMatchObject({
      holds: false,
      status: 'down',
    });
  });
  test('a credential in the report is masked where it is kept', async () => {
    const run = await check({ ...healthy, key: `AKIA${'ABCDEFGH'.repeat(2)}` }, {});
    passed(run);
    expect(readFileSync(join(run.folder, 'health.json'), 'utf8')).not.toContain('AKIAABC');
  });
  test('a rehearsal shortens the age as it shortens time', async () => {
    expect(failed(await check({ ...healthy, time: ago(10_000) }, {}, 3600)).message).toContain('the most');
  });
});
