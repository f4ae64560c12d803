import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { isTemporary, sha256, temporaryBeside } from '../../../evidence/durable.js';
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
