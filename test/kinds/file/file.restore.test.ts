import { existsSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { meanwhile } from '../../kits/meanwhile.js';
import { someFiles } from '../../kits/some-files.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

stepKit('file.restore', {
  good: (folder) => {
    someFiles(folder);
    return { from: 'results', to: 'back' };
  },
  bad: () => ({ from: 'results', to: 'back' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'back'))).toBe(false),
});

test('what an earlier go-live put aside is not what the undo of this one brings back', async () => {
  const base = temporaryFolder();
  someFiles(base);
  const restore = (change: string) => {
    const goLive = { baseDir: base, evidenceDir: join(base, 'evidence', change) };
    return runStep('file.restore', { from: 'results', to: 'back' }, { goLive });
  };
  for (const change of ['c1', 'c2']) {
    mkdirSync(join(base, 'back'), { recursive: true });
    writeFileSync(join(base, 'back', 'a.txt'), `before ${change}`);
    const run = await restore(change);
    passed(run);
    expect(readFileSync(join(base, 'back', 'a.txt'), 'utf8')).toBe('alpha');
    if (change === 'c2') passed(await runTask('file.restore', undoOf(run.task), { part: 'undo' }));
  }
  expect(readFileSync(join(base, 'back', 'a.txt'), 'utf8')).toBe('before c2');
});

test('what differs when it was put back is taken back', async () => {
  const base = temporaryFolder();
  writeFileSync(join(base, 'kept'), 'kept');
  writeFileSync(join(base, 'conf'), 'old');
  const call = meanwhile('file.restore', () => writeFileSync(join(base, 'kept'), 'another'));
  const run = await runStep('file.restore', { from: 'kept', to: 'conf' }, { goLive: { baseDir: base }, call });
  expect(failed(run).message).toContain('differs from');
  expect(readFileSync(join(base, 'conf'), 'utf8')).toBe('old');
});

test('what holds the evidence is not replaced: what stood there is kept in it', async () => {
  const base = temporaryFolder();
  mkdirSync(join(base, 'app'));
  someFiles(base);
  const goLive = { baseDir: base, evidenceDir: join(base, 'app', 'evidence') };
  const { code, message } = failed(await runStep('file.restore', { from: 'results', to: 'app' }, { goLive }));
  expect([code, message]).toEqual(['BAD_INPUT', expect.stringMatching(/evidence of the go-live lie one in the other/)]);
  expect(existsSync(join(base, 'app', 'evidence', 'data', 'plan.json'))).toBe(true);
});

test.each([
  ['s/e', 's'],
  ['s', 's/e/f'],
  ['s', 's'],
  ['link/e', 's'],
])('%s is not put back at %s: it would take itself away', async (from, to) => {
  const base = temporaryFolder();
  mkdirSync(join(base, 's', 'e'), { recursive: true });
  writeFileSync(join(base, 's', 'e', 'a.txt'), 'kept');
  writeFileSync(join(base, 's', 'other.txt'), 'other');
  symlinkSync('s', join(base, 'link'));
  const { code, message } = failed(await runStep('file.restore', { from, to }, { goLive: { baseDir: base } }));
  expect([code, message]).toEqual(['BAD_INPUT', expect.stringMatching(/one in the other|are one place/)]);
  for (const name of ['s/e/a.txt', 's/other.txt']) expect(existsSync(join(base, name))).toBe(true);
});
