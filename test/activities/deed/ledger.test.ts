import { expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { noteGroup } from '../../../host/process-group.js';
import { passed, processesWith, runStep, runTask, taskFor, temporaryFolder, undoOf } from '../../kits/step-run.js';

/** A command that a killed worker left: its own group, noted in the step's ledger, with no end noted. */
function leftover(base: string, mark: string, before: readonly object[] = []): void {
  const child = spawn(process.execPath, ['-e', `setInterval(()=>{},1000)//${mark}`], {
    detached: true,
    stdio: 'ignore',
  });
  child.unref();
  const folder = join(base, 'evidence', 'data', 'phases', '1-kit.1', 'step');
  mkdirSync(folder, { recursive: true });
  const entries = [...before, { kind: 'process', ...noteGroup(child.pid ?? 0), argv: '' }];
  writeFileSync(join(folder, 'ledger.jsonl'), entries.map((entry) => `${JSON.stringify(entry)}\n`).join(''));
}
const input = { argv: [process.execPath, '-e', ''] };

test('a new attempt first ends the command that the old one’s killed worker left', async () => {
  const baseDir = temporaryFolder();
  const mark = randomUUID();
  leftover(baseDir, mark);
  expect(processesWith(mark)).toHaveLength(1);
  passed(await runStep('command.run', input, { goLive: { baseDir }, attempt: 2 }));
  expect(processesWith(mark)).toEqual([]);
});

test('so does the next epoch, which a person opened: the old command must not act beside the new one', async () => {
  const baseDir = temporaryFolder();
  const mark = randomUUID();
  leftover(baseDir, mark);
  passed(await runStep('command.run', input, { goLive: { baseDir }, task: { epoch: 3 } }));
  expect(processesWith(mark)).toEqual([]);
});

test('an undo does so too, before it undoes', async () => {
  const baseDir = temporaryFolder();
  const mark = randomUUID();
  leftover(baseDir, mark, [{ kind: 'intent', epoch: 1, attempt: 1, run: 'run-0', inputs: '' }]);
  const deed = taskFor({ commands: [{ name: 'a', freeze: ['true'], thaw: ['true'] }] }, { goLive: { baseDir } });
  passed(await runTask('agents.freeze', undoOf(deed), { part: 'undo' }));
  expect(processesWith(mark)).toEqual([]);
});

test('a later process that got the same id is let be', async () => {
  const baseDir = temporaryFolder();
  const mark = randomUUID();
  const child = spawn(process.execPath, ['-e', `setInterval(()=>{},1000)//${mark}`], {
    detached: true,
    stdio: 'ignore',
  });
  const folder = join(baseDir, 'evidence', 'data', 'phases', '1-kit.1', 'step');
  mkdirSync(folder, { recursive: true });
  const note = { ...noteGroup(child.pid ?? 0), startTime: '1' };
  writeFileSync(join(folder, 'ledger.jsonl'), `${JSON.stringify({ kind: 'process', ...note, argv: '' })}\n`);
  try {
    passed(await runStep('command.run', input, { goLive: { baseDir }, attempt: 2 }));
    expect(processesWith(mark)).toHaveLength(1);
  } finally {
    child.kill('SIGKILL');
  }
});
