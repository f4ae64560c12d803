import { describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { collectPromises } from '../../../activities/deed/promises.js';
import { windowEvidence } from '../../../activities/deed/window-evidence.js';
import { collectEvidence } from '../../../evidence/write/collect.js';
import { appendEvent } from '../../../evidence/write/log.js';
import { call, counted, type Do } from '../../kits/counting.js';
import { SEAL } from '../../kits/events.js';
import { everythingIn } from '../../kits/everything-in.js';
import {
  eventsOf,
  eventually,
  failed,
  passed,
  runStep,
  runTask,
  temporaryFolder,
  undoOf,
} from '../../kits/step-run.js';
import { MockActivity } from '../../kits/mock-activity.js';

describe('evidence of a step', () => {
  test('an attempt that another one replaced may write nothing more', async () => {
    const goLive = { baseDir: temporaryFolder() };
    let begun = false;
    let replaced = false;
    const old: Do = async (_, context) => {
      begun = true;
      await eventually(() => replaced, 'the second attempt is done');
      await context.evidence.write('late.txt', 'late');
      return counted(1);
    };
    const running = runStep('count', { n: 1 }, { ...call(old, 'none'), goLive });
    await eventually(() => begun, 'the first attempt acts');
    const second = await runStep('count', { n: 1 }, { ...call(async () => counted(2), 'none'), goLive, attempt: 2 });
    passed(second);
    replaced = true;
    expect(failed(await running).message).toContain('has taken over');
    expect(existsSync(join(second.folder, 'late.txt'))).toBe(false);
    expect(eventsOf(second.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.done', outputs: { n: 2 } });
  });

  test('nor may an attempt of an epoch before', async () => {
    const goLive = { baseDir: temporaryFolder() };
    let begun = false;
    let replaced = false;
    const old: Do = async () => {
      begun = true;
      await eventually(() => replaced, 'the next epoch is done');
      return counted(1);
    };
    const running = runStep('count', { n: 1 }, { ...call(old), goLive });
    await eventually(() => begun, 'the first epoch acts');
    passed(await runStep('count', { n: 1 }, { ...call(async () => counted(2)), goLive, task: { epoch: 2 } }));
    replaced = true;
    const run = await running;
    expect(failed(run).message).toContain('has taken over');
    expect(eventsOf(run.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.done', epoch: 2 });
  });

  test('an appender gives back whole lines and cuts a torn one off', async () => {
    const baseDir = temporaryFolder();
    const append: Do = async ({ n }, context) => {
      const lines = await context.evidence.appender('results.jsonl');
      const before = lines.existing.length;
      await Promise.all([1, 2, 3].map((item) => lines.append(JSON.stringify({ n, item }))));
      await lines.close();
      return counted(before);
    };
    const first = await runStep('count', { n: 1 }, { ...call(append, 'none'), goLive: { baseDir } });
    expect(passed(first).outputs).toEqual({ n: 0 });
    const path = join(first.folder, 'results.jsonl');
    writeFileSync(path, `${readFileSync(path, 'utf8')}{"n":2,"it`);
    const second = await runTask('count', first.task, { ...call(append, 'none'), attempt: 2 });
    expect(passed(second).outputs).toEqual({ n: 3 });
    const lines = readFileSync(path, 'utf8').trimEnd().split('\n');
    expect(lines.map((line) => (JSON.parse(line) as { item: number }).item)).toEqual([1, 2, 3, 1, 2, 3]);
    expect(passed(second).evidence.map(({ name }) => name)).toEqual(['results.jsonl']);
  });

  test('what is sealed stays as it is, byte for byte', async () => {
    const done = await runStep('file.write', { path: 'a.txt', content: 'a' });
    passed(done);
    const { task } = done;
    const { goLive, phase, phaseAttempt, step } = task;
    await appendEvent(goLive.evidenceDir, SEAL);
    const before = everythingIn(goLive.evidenceDir);

    const undone = await runTask('file.write', undoOf(task), { part: 'undo' });
    expect(failed(undone)).toMatchObject({
      code: 'SEALED',
      message: expect.stringMatching(/events\.jsonl is sealed\./),
    });
    expect(undone.retryable).toBe(false);
    expect(readFileSync(join(goLive.baseDir, 'a.txt'), 'utf8')).toBe('a');
    for (const again of [task, { ...task, epoch: 2 }, { ...task, step: 'other' }])
      expect(failed(await runTask('file.write', again)).code).toBe('SEALED');

    const plan = { everyMs: 1, consecutive: 1, withinMs: 1, lateMs: 1, green: 'true' };
    const window = { task: { ...task, step: 'window' }, kind: 'count', plan };
    for (const writes of [
      () => collectPromises({ goLive, phase, phaseAttempt, run: 'r', steps: [step, 'other'] }),
      () => windowEvidence(window),
      () => collectEvidence({ goLive, state: {}, include: [] }),
    ])
      await expect(new MockActivity().run<[], unknown>(writes)).rejects.toMatchObject({ code: 'SEALED' });
    expect(everythingIn(goLive.evidenceDir)).toEqual(before);
  });

  test('no name leads out of the step’s folder', async () => {
    for (const name of ['../x', '/etc/x', 'a/../../x', '.lease', '']) {
      const act: Do = async (_, context) => {
        await context.evidence.write(name, 'x');
        return counted(1);
      };
      expect(failed(await runStep('count', { n: 1 }, call(act))).code).toBe('BAD_INPUT');
    }
  });
});
