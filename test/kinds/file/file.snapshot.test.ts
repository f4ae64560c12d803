import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { meanwhile } from '../../kits/meanwhile.js';
import { someFiles } from '../../kits/some-files.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('file.snapshot', {
  good: (folder) => {
    someFiles(folder);
    return { from: 'results', to: 'kept' };
  },
  bad: () => ({ from: 'results', to: 'kept' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'kept'))).toBe(false),
});

test('a snapshot without its source says that nothing proceeds, and never overwrites another one', async () => {
  const base = temporaryFolder();
  const absent = failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } }));
  expect(absent.message).toContain('without the earlier evidence nothing proceeds');
  someFiles(base);
  mkdirSync(join(base, 'kept'));
  writeFileSync(join(base, 'kept', 'other.txt'), 'other');
  expect(
    failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } })).code,
  ).toBe('BAD_INPUT');
  expect(readFileSync(join(base, 'kept', 'other.txt'), 'utf8')).toBe('other');
});

test('a snapshot follows no link', async () => {
  const base = temporaryFolder();
  someFiles(base);
  symlinkSync('/etc/hostname', join(base, 'results', 'link'));
  expect(
    failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } })).code,
  ).toBe('BAD_INPUT');
  expect(existsSync(join(base, 'kept'))).toBe(false);
});

test('files that change while they are copied make no snapshot: the copy is removed', async () => {
  const base = temporaryFolder();
  someFiles(base);
  const call = meanwhile('file.snapshot', () => writeFileSync(join(base, 'results', 'late.txt'), 'late'));
  const run = await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base }, call });
  expect(failed(run).message).toContain('was changed while it was copied');
  expect(existsSync(join(base, 'kept'))).toBe(false);
});

test.each([
  ['.', 'd/all'],
  ['results', 'results/backups/x'],
  ['results', 'results'],
  ['results/sub', 'results'],
  ['results', 'link/kept'],
  ['results', './results/../results/x'],
])('a copy of %s at %s would be made into itself: refused, and nothing is left', async (from, to) => {
  const base = temporaryFolder();
  someFiles(base);
  mkdirSync(join(base, 'results', 'sub'), { recursive: true });
  writeFileSync(join(base, 'results', 'sub', 'b.txt'), 'beta');
  symlinkSync('results', join(base, 'link'));
  const before = readdirSync(base, { recursive: true }).length;
  const goLive = { baseDir: base, evidenceDir: join(temporaryFolder(), 'evidence') };
  const { code, message } = failed(await runStep('file.snapshot', { from, to }, { goLive }));
  expect([code, message]).toEqual(['BAD_INPUT', expect.stringMatching(/one in the other|are one place/)]);
  expect(readdirSync(base, { recursive: true }).length).toBe(before);
});

test('a name that begins like another is another place', async () => {
  const base = temporaryFolder();
  someFiles(base);
  for (const [step, to] of Object.entries({ one: 'results-before', two: '..results' })) {
    passed(await runStep('file.snapshot', { from: 'results', to }, { goLive: { baseDir: base }, task: { step } }));
  }
});
