import { appendFileSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { jsonLines } from '../../kits/records.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

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
    writeFileSync(join(base, 't.jsonl'), jsonLines([{ id: 1, event: 'seen' }]));
    const input = { gone: ['stuck.yaml'], present: ['e/*.yaml'], line: { file: 't.jsonl', where: { event: 'error' } } };
    const { message } = failed(await runStep('file.await', input, at(base)));
    expect(message).toBe(
      'stuck.yaml is still there; nothing is at e/*.yaml; no record of t.jsonl has {"event":"error"}.',
    );
  });
  test('what is to be gone may be a pattern, and a folder that cannot be read says nothing of it', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'order-7.yaml'), '');
    const stays = failed(await runStep('file.await', { gone: ['order-*.yaml'] }, at(base)));
    expect(stays.message).toBe('order-7.yaml is still there.');
    passed(await runStep('file.await', { gone: ['none-*.yaml'] }, at(base)));
    failed(await runStep('file.await', { gone: ['order-7.yaml/x-*.yaml'] }, at(base)));
  });
  test.each([
    ['a file', 'ordres/order-7.yaml'],
    ['a pattern', 'ordres/order-*.yaml'],
    ['a link that leads nowhere', 'link/order-7.yaml'],
  ])('from a folder that is not there nothing is gone: %s', async (_name, path) => {
    const base = temporaryFolder();
    symlinkSync(join(base, 'nowhere'), join(base, 'link'));
    const folder = path.split('/')[0];
    for (const judge of [true, false]) {
      const run = await runStep('file.await', { gone: [path], judge }, { ...at(base), task: { step: `s${judge}` } });
      expect(failed(run)).toMatchObject({
        code: 'NOT_FOUND',
        message: `The folder ${folder} is not there, so nothing is known to be gone from it.`,
        hint: expect.stringContaining('folderMayBeMissing'),
      });
    }
    passed(
      await runStep('file.await', { gone: [path], folderMayBeMissing: true }, { ...at(base), task: { step: 'may' } }),
    );
  });
  test('with until, the folder may still come', async () => {
    const base = temporaryFolder();
    const input = { gone: ['orders/order-7.yaml'] };
    const soon = { everyMs: 20, withinMs: 100, consecutive: 1 };
    const never = failed(await runStep('file.await', input, { ...at(base), task: { until: soon } }));
    expect([never.code, never.message]).toEqual([
      'TIMED_OUT',
      expect.stringContaining('The folder orders is not there'),
    ]);
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const running = runStep('file.await', input, { ...at(base), task: { until, step: 'waits' } });
    mkdirSync(join(base, 'orders'));
    passed(await running);
  });
  test('a credential in the record is masked where it is kept', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 't.jsonl'), jsonLines([{ id: 1, key: `AKIA${'ABCDEFGH'.repeat(2)}` }]));
    const run = await runStep('file.await', { line: { file: 't.jsonl', where: { id: 1 } } }, at(base));
    passed(run);
    expect(readFileSync(join(run.folder, 'found.json'), 'utf8')).not.toContain('AKIAABC');
  });
  test('not judged, it tells what is missing and fails nothing', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'here.yaml'), '');
    const input = { gone: ['gone.yaml'], present: ['here.yaml', 'ack.json'], judge: false };
    expect(passed(await runStep('file.await', input, at(base))).outputs).toMatchObject({
      arrived: false,
      present: ['here.yaml'],
      missing: ['nothing is at ack.json'],
    });
    const all = { present: ['here.yaml'], judge: false };
    expect(passed(await runStep('file.await', all, { ...at(base), task: { step: 'b' } })).outputs).toMatchObject({
      arrived: true,
      missing: [],
    });
  });
  test('with until it waits, and gives the record', async () => {
    const base = temporaryFolder();
    const input = { present: ['err.*.yaml'], line: { file: 't.jsonl', where: { id: 'x' } } };
    const until = { everyMs: 20, withinMs: 8000, consecutive: 1 };
    const running = runStep('file.await', input, { ...at(base), task: { until } });
    writeFileSync(join(base, 't.jsonl'), jsonLines([{ id: 'x', code: 'E_ZONE' }]));
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
