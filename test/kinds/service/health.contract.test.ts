import { mkdirSync, writeFileSync } from 'node:fs';
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
