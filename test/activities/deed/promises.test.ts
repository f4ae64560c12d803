import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { MockActivityEnvironment } from '@temporalio/testing';
import { collectPromises } from '../../../activities/deed/promises.js';
import { stepFolder } from '../../../activities/step/step-evidence.js';
import type { CollectedPromise, StepTask } from '../../../model/state/contract.js';
import { eventually, failed, passed, runTask, taskFor, temporaryFolder } from '../../kits/step-run.js';

const RUN = 'run-1';
const promise = { always: false, calls: [{ activity: 'undo file.write', title: 'write' }] };

/** A step that writes a file and promises to take that back. */
function writing(base: string, task: Partial<StepTask> = {}): StepTask {
  return taskFor({ path: 'a.txt', content: 'new\n' }, { goLive: { baseDir: base }, task: { promise, ...task } });
}

/** What the journals of these steps say; `step` alone unless others are named. */
async function collect(task: StepTask, steps = [task.step]): Promise<CollectedPromise[]> {
  const { goLive, phase, phaseAttempt } = task;
  const request = { goLive, phase, phaseAttempt, run: RUN, steps };
  return new MockActivityEnvironment().run<[typeof request], CollectedPromise[], typeof collectPromises>(
    collectPromises,
    request,
  );
}

const ledgerOf = (task: StepTask): string => join(stepFolder(task.goLive.evidenceDir, task), 'ledger.jsonl');

describe('the journal keeps the promise of an undo', () => {
  test('with its inputs, from before the deed', async () => {
    const task = writing(temporaryFolder());
    passed(await runTask('file.write', task));
    const whole = { always: false, calls: [{ activity: 'undo file.write', title: 'write', input: task.input }] };
    expect(JSON.parse(readFileSync(ledgerOf(task), 'utf8').split('\n')[0] ?? '')).toMatchObject({ promise: whole });
    expect(await collect(task)).toEqual([{ step: 'step', epoch: 1, promise: whole }]);
  });

  test('also of a step that failed, of one that changes nothing itself, and of each opening', async () => {
    const base = temporaryFolder();
    const calls = [{ activity: 'command.run', title: 'thaw', input: { argv: ['true'] } }];
    const none = { effect: 'none' as const, promise: { always: true, calls } };
    const task = taskFor({ argv: ['false'] }, { goLive: { baseDir: base }, task: none });
    failed(await runTask('command.run', task));
    failed(await runTask('command.run', { ...task, epoch: 2 }));
    expect(await collect(task)).toEqual([
      { step: 'step', epoch: 1, promise: none.promise },
      { step: 'step', epoch: 2, promise: none.promise },
    ]);
  });

  test('a step that never came to its deed promised nothing', async () => {
    const task = writing(temporaryFolder());
    passed(await runTask('file.write', task));
    rmSync(ledgerOf(task));
    expect(await collect(task, ['step', 'later'])).toEqual([]);
  });

  test('a torn last line was no intent yet', async () => {
    const task = writing(temporaryFolder());
    passed(await runTask('file.write', task));
    writeFileSync(ledgerOf(task), readFileSync(ledgerOf(task), 'utf8').slice(0, 40));
    expect(await collect(task)).toEqual([]);
  });
});

describe('an undo whose input was too long to travel', () => {
  test('has it from the journal, and fails where the journal has none', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'a.txt'), 'old\n');
    const task = writing(base);
    passed(await runTask('file.write', task));
    const { phase, phaseAttempt, step, epoch } = task;
    const undo: StepTask = {
      ...task,
      phase: 'rollback-R1',
      step: 'undo',
      input: {},
      promise: undefined,
      undoes: { phase, phaseAttempt, step, epoch, call: 0 },
    };
    passed(await runTask('file.write', undo, { part: 'undo' }));
    expect(readFileSync(join(base, 'a.txt'), 'utf8')).toBe('old\n');
    rmSync(ledgerOf(task));
    expect(failed(await runTask('file.write', undo, { part: 'undo' }))).toMatchObject({ code: 'NOT_FOUND' });
  });
});

describe('what nobody can read is said', () => {
  test.each<[string, (task: StepTask) => void, RegExp]>([
    ['a damaged journal', (task) => writeFileSync(ledgerOf(task), '{"kind":"int\n'), /is damaged/],
    [
      'one of an earlier version',
      (task) => writeFileSync(ledgerOf(task), '{"kind":"intent","epoch":1}\n'),
      /does not say/,
    ],
    ['a bundle that is gone', (task) => rmSync(task.goLive.evidenceDir, { recursive: true }), /is not there \(ENOENT/],
    [
      'a journal that is no file',
      (task) => {
        rmSync(ledgerOf(task));
        mkdirSync(ledgerOf(task));
      },
      /cannot be read \(EISDIR/,
    ],
  ])('%s', async (_, harm, says) => {
    const task = writing(temporaryFolder());
    passed(await runTask('file.write', task));
    harm(task);
    expect(await collect(task)).toEqual([{ step: 'step', epoch: 1, unread: expect.stringMatching(says) }]);
  });
});

describe('a lost execution', () => {
  test('begins no deed any more once its promises were collected; another execution does', async () => {
    const task = writing(temporaryFolder());
    appendFileSync(join(mkdirs(task), 'events.jsonl'), '');
    expect(await collect(task)).toEqual([]);
    expect(failed(await runTask('file.write', task, { runId: RUN }))).toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(join(task.goLive.baseDir, 'a.txt'))).toBe(false);
    passed(await runTask('file.write', { ...task, epoch: 2 }, { runId: 'run-2' }));
  });

  test('is collected only when the deed that still acts has stopped', async () => {
    const base = temporaryFolder();
    const argv = [
      process.execPath,
      '-e',
      'fs.writeFileSync("began", ""); setTimeout(() => fs.writeFileSync("late", ""), 3000)',
    ];
    const task = taskFor({ argv }, { goLive: { baseDir: base }, task: { effect: 'idempotent', promise } });
    const deed = runTask('command.run', task);
    await eventually(() => existsSync(join(base, 'began')), 'the deed');
    expect(await collect(task)).toHaveLength(1);
    expect((await deed).result).toBeUndefined();
    expect(existsSync(join(base, 'late'))).toBe(false);
  });
});

function mkdirs(task: StepTask): string {
  const folder = join(task.goLive.evidenceDir, 'data');
  mkdirSync(folder, { recursive: true });
  return folder;
}
