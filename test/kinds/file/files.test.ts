import { existsSync, mkdirSync, readdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isTemporary, sha256, temporaryBeside } from '../../../evidence/durable.js';
import { setVariables } from '../../../kinds/file/env.ensure.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

function tree(folder: string): void {
  mkdirSync(join(folder, 'results', 'deep'), { recursive: true });
  writeFileSync(join(folder, 'results', 'a.txt'), 'alpha');
  writeFileSync(join(folder, 'results', 'deep', 'b.txt'), 'beta');
}

stepKit('file.snapshot', {
  good: (folder) => {
    tree(folder);
    return { from: 'results', to: 'kept' };
  },
  bad: () => ({ from: 'results', to: 'kept' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'kept'))).toBe(false),
});

stepKit('file.restore', {
  good: (folder) => {
    tree(folder);
    return { from: 'results', to: 'back' };
  },
  bad: () => ({ from: 'results', to: 'back' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'back'))).toBe(false),
});

stepKit('file.copy', {
  good: (folder) => {
    tree(folder);
    return { from: 'results/a.txt', to: 'copy.txt' };
  },
  bad: () => ({ from: 'absent.txt', to: 'copy.txt' }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, 'copy.txt'))).toBe(false),
});

stepKit('file.write', {
  good: () => ({ path: 'page.txt', content: 'Back soon.' }),
  bad: (folder) => {
    mkdirSync(join(folder, 'taken'));
    return { path: 'taken', content: 'x' };
  },
  badCode: 'BAD_INPUT',
  clean: (folder) => expect(existsSync(join(folder, 'page.txt'))).toBe(false),
});

stepKit('env.ensure', {
  good: (folder) => {
    writeFileSync(join(folder, '.env.example'), '# service\nUSE_STUBS=true\nAPI_TOKEN=\n');
    return { file: '.env', from: '.env.example', set: { USE_STUBS: 'false' } };
  },
  bad: () => ({ file: '.env', from: '.env.example', set: {} }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, '.env'))).toBe(false),
});

test('a snapshot without its source says that nothing proceeds, and never overwrites another one', async () => {
  const base = temporaryFolder();
  const absent = failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } }));
  expect(absent.message).toContain('without the earlier evidence nothing proceeds');
  tree(base);
  mkdirSync(join(base, 'kept'));
  writeFileSync(join(base, 'kept', 'other.txt'), 'other');
  expect(
    failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } })).code,
  ).toBe('BAD_INPUT');
  expect(readFileSync(join(base, 'kept', 'other.txt'), 'utf8')).toBe('other');
});

test('a snapshot follows no link', async () => {
  const base = temporaryFolder();
  tree(base);
  symlinkSync('/etc/hostname', join(base, 'results', 'link'));
  expect(
    failed(await runStep('file.snapshot', { from: 'results', to: 'kept' }, { goLive: { baseDir: base } })).code,
  ).toBe('BAD_INPUT');
  expect(existsSync(join(base, 'kept'))).toBe(false);
});

test('the undo of a written file brings the earlier content back, and leaves what somebody changed since', async () => {
  const base = temporaryFolder();
  const path = join(base, 'app.conf');
  writeFileSync(path, 'mode = old\n');
  const run = await runStep('file.write', { path: 'app.conf', content: 'mode = new\n' }, { goLive: { baseDir: base } });
  passed(run);
  expect(readFileSync(path, 'utf8')).toBe('mode = new\n');
  passed(await runTask('file.write', undoOf(run.task), { part: 'undo' }));
  expect(readFileSync(path, 'utf8')).toBe('mode = old\n');
  const fresh = await runStep('file.write', { path: 'fresh.conf', content: 'x\n' }, { goLive: { baseDir: base } });
  passed(fresh);
  writeFileSync(join(base, 'fresh.conf'), 'edited by hand\n');
  passed(await runTask('file.write', undoOf(fresh.task), { part: 'undo' }));
  expect(readFileSync(join(base, 'fresh.conf'), 'utf8')).toBe('edited by hand\n');
});

test('what killed attempts left of a file, and of its backup, is no part of it', async () => {
  const base = temporaryFolder();
  const goLive = { baseDir: base, evidenceDir: join(base, 'evidence') };
  const path = join(base, 'app.conf');
  writeFileSync(path, 'mode = old\n');
  writeFileSync(join(base, `.app.conf.golive-backup-${sha256('mode = old\n').slice(0, 12)}`), 'mode');
  writeFileSync(temporaryBeside(path), 'mo');
  const other = temporaryBeside(join(base, 'other-app.conf'));
  writeFileSync(other, 'of a step that runs');
  const run = await runStep('file.write', { path: 'app.conf', content: 'mode = new\n' }, { goLive });
  passed(run);
  expect(readdirSync(base).filter(isTemporary)).toEqual([basename(other)]);
  writeFileSync(temporaryBeside(path), 'mo');
  passed(await runTask('file.write', undoOf(run.task), { part: 'undo' }));
  expect(readFileSync(path, 'utf8')).toBe('mode = old\n');
  expect(readdirSync(base).filter(isTemporary)).toEqual([basename(other)]);
});

test('what an earlier go-live put aside is not what the undo of this one brings back', async () => {
  const base = temporaryFolder();
  tree(base);
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

test('no value of an environment file reaches the bundle', async () => {
  const base = temporaryFolder();
  writeFileSync(join(base, '.env'), 'API_TOKEN=canary-5f2c\nMODE=slow\n');
  const run = await runStep(
    'env.ensure',
    { file: '.env', set: { MODE: 'canary-mode-77' } },
    { goLive: { baseDir: base } },
  );
  const { outputs } = passed(run);
  expect(outputs).toMatchObject({ created: false, changed: ['MODE'], values: { API_TOKEN: 'set' } });
  const left = readdirSync(run.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  expect(left + JSON.stringify(outputs)).not.toMatch(/canary-5f2c|canary-mode-77/);
});

test.each([
  ['replaces in place, comments and order kept', '# a\nA=1\n#B=0\nB=2\n', { B: '3' }, '# a\nA=1\n#B=0\nB=3\n', ['B']],
  ['adds what is missing at the end', 'A=1\n', { C: 'x y' }, 'A=1\nC="x y"\n', ['C']],
  ['leaves what is equal, quoted or not', 'A="1"\n', { A: '1' }, 'A="1"\n', []],
  ['escapes what a shell would read', '', { A: '$(rm)"`' }, 'A="\\$(rm)\\"\\`"\n', ['A']],
])('setVariables %s', (_name, before, set, text, changed) => {
  expect(setVariables(before, set as Record<string, string>)).toEqual({ text, changed });
});
