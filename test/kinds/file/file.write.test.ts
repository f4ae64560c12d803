import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isTemporary, temporaryBeside } from '../../../evidence/durable.js';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

stepKit('file.write', {
  good: () => ({ path: 'page.txt', content: 'Back soon.' }),
  bad: (folder) => {
    mkdirSync(join(folder, 'taken'));
    return { path: 'taken', content: 'x' };
  },
  badCode: 'BAD_INPUT',
  clean: (folder) => expect(existsSync(join(folder, 'page.txt'))).toBe(false),
});

test('what killed attempts left of a file is no part of it', async () => {
  const base = temporaryFolder();
  const goLive = { baseDir: base, evidenceDir: join(base, 'evidence') };
  const path = join(base, 'app.conf');
  writeFileSync(path, 'mode = old\n');
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

test.each([
  ['file.write', { path: 'app.conf', content: 'same', mode: '600' }, 'written'],
  ['file.copy', { from: 'source', to: 'app.conf', mode: '600' }, 'copied'],
])(
  '%s leaves a file that is as wanted, sets its mode where that differs, and takes the mode back',
  async (kind, input, says) => {
    const base = temporaryFolder();
    const path = join(base, 'app.conf');
    for (const one of [path, join(base, 'source')]) writeFileSync(one, 'same');
    chmodSync(path, 0o644);
    const step = (name: string) => runStep(kind, input, { goLive: { baseDir: base }, task: { step: name } });
    const first = await step('first');
    expect(passed(first).outputs).toMatchObject({ [says]: true });
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const { ino } = statSync(path);
    expect(passed(await step('second')).outputs).toMatchObject({ [says]: false });
    expect(statSync(path).ino).toBe(ino);
    passed(await runTask(kind, undoOf(first.task, first.result?.outputs), { part: 'undo' }));
    expect(statSync(path).mode & 0o777).toBe(0o644);
  },
);
