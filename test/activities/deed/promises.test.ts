import { appendFileSync, existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { collectPromises } from '../../../activities/deed/promises.js';
import { openStepEvidence, stepFolder } from '../../../activities/step/step-evidence.js';
import type { CollectedPromise, StepTask } from '../../../model/state/contract.js';
import {
  beginBundle,
  eventsOf,
  eventually,
  failed,
  passed,
  runTask,
  taskFor,
  temporaryFolder,
} from '../../kits/step-run.js';
import { MockActivity } from '../../kits/mock-activity.js';

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
  return new MockActivity().run(collectPromises, request);
}

const ledgerOf = (task: StepTask): string => join(stepFolder(task.goLive.evidenceDir, task), 'ledger.jsonl');

const logOf = (task: StepTask): string => join(task.goLive.evidenceDir, 'data', 'events.jsonl');
/** Writes the journal anew. */
const written =
  (change: (text: string) => string) =>
  (task: StepTask): void =>
    writeFileSync(ledgerOf(task), change(readFileSync(ledgerOf(task), 'utf8')));

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

  test('a step that never came to its deed promised nothing, whatever it left before', async () => {
    const task = writing(temporaryFolder());
    beginBundle(task.goLive.evidenceDir);
    await openStepEvidence(task, 'token');
    expect(await collect(task, ['step', 'later'])).toEqual([]);
    // The intent was cut off; the log has no word of the step, which follows the intent.
    for (const text of ['', '{"kind":"intent","epoch":1,"att', '\0\0\0']) {
      writeFileSync(ledgerOf(task), text);
      expect(await collect(task)).toEqual([]);
    }
  });

  test('also when other lines are damaged, which is said', async () => {
    const task = writing(temporaryFolder());
    passed(await runTask('file.write', task));
    appendFileSync(ledgerOf(task), 'null\n');
    expect(await collect(task)).toMatchObject([{ promise: { always: false }, damaged: true }]);
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
    ['a damaged journal', written(() => '{"kind":"int\n'), /is damaged/],
    ['a line that is no object', written(() => 'null\n'), /is damaged/],
    ['a line of another kind', written(() => '{}\n'), /is damaged/],
    ['an epoch that is text', written((text) => text.replaceAll('"epoch":1', '"epoch":"1"')), /is damaged/],
    ['a promise of another shape', written((text) => text.replace('"calls":[', '"calls":[1,')), /is damaged/],
    ['an outcome without its intent', written((text) => text.replace(/^.*\n/, '')), /is damaged/],
    ['one of an earlier version', written((text) => text.replace(/,"promise":.*\n/, '}\n')), /does not say/],
    ['an empty journal', written(() => ''), /had begun, and its journal is gone/],
    ['zero bytes', written((text) => '\0'.repeat(text.length)), /had begun, and its journal is gone/],
    ['an intent that lost its line end', written((text) => text.slice(0, text.indexOf('\n'))), /had begun/],
    ['no journal', (task) => rmSync(ledgerOf(task)), /had begun, and its journal is gone/],
    ['no folder of the step', (task) => rmSync(dirname(ledgerOf(task)), { recursive: true }), /had begun/],
    ['no folder of the phase', (task) => rmSync(dirname(dirname(ledgerOf(task))), { recursive: true }), /had begun/],
    [
      'a journal and a log that are empty',
      (task) => {
        for (const path of [ledgerOf(task), logOf(task)]) writeFileSync(path, '');
      },
      /left something for its undo/,
    ],
    [
      'a log that is damaged',
      (task) => {
        rmSync(dirname(ledgerOf(task)), { recursive: true });
        writeFileSync(logOf(task), 'null\n');
      },
      /log of the go-live is damaged/,
    ],
    [
      'a log that is gone',
      (task) => {
        rmSync(dirname(ledgerOf(task)), { recursive: true });
        rmSync(logOf(task));
      },
      /is not there \(ENOENT/,
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
    beginBundle(task.goLive.evidenceDir);
    expect(await collect(task)).toEqual([]);
    expect(failed(await runTask('file.write', task, { runId: RUN }))).toMatchObject({ code: 'CANCELLED' });
    expect(existsSync(join(task.goLive.baseDir, 'a.txt'))).toBe(false);
    // What has not begun is not said to have: the intent and the look for the mark come before.
    expect(eventsOf(task.goLive.evidenceDir).map(({ type }) => type)).toEqual(['step.failed']);
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
