import { existsSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import {
  BRISK,
  ballastIn,
  factsIn,
  holdersIn,
  linesIn,
  noted,
  objectsIn,
  service,
  type Service,
} from '../../kits/chaos-target.js';
import { isLiving } from '../../crash/world.js';
import { checkKind } from '../../kits/check-kind.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventsOf, failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

/** A service that is not well while something fills its folder: it has a quota. */
let target: Service;
let folder: string;
const MIB = 1024 * 1024;
const filled = (): boolean => ballastIn(folder).some((name) => statSync(join(folder, name)).size >= 2 * MIB);
beforeEach(async () => {
  folder = temporaryFolder();
  target = await service(() => !filled());
});

const disk = (more: JsonObject = {}): JsonObject => ({
  folder: '.',
  bytes: '2MiB',
  leaves: '1MiB',
  lasts: '1s',
  steady: { url: target.url },
  ...BRISK,
  ...more,
});
const run = (input: JsonObject, more: object = {}) =>
  runStep('chaos.disk', input, { goLive: { baseDir: folder }, ...more });

stepKit('chaos.disk', {
  good: () => ({ ...disk(), rounds: 1 }),
  bad: () => disk({ folder: 'no-such-folder' }),
  badCode: 'NOT_FOUND',
  slow: () => ({ input: disk({ lasts: '1m' }), under: ({ folder: own }) => noted(own, 'injected') }),
  clean: (own) => {
    expect(ballastIn(own)).toEqual([]);
    expect(holdersIn(own).filter(isLiving)).toEqual([]);
  },
});

test('each round fills the disk, is noticed, and recovers when the file is gone; the figures are those of its samples', async () => {
  const input = disk({ rounds: 3 });
  const made = await run(input);
  const { outputs, summary } = passed(made);
  expect(outputs).toMatchObject({ rounds: 3, ran: 3, recovered: 3, noticed: 3, broken: 0 });
  expect(Number(outputs.impact)).toBeGreaterThan(0.5);
  // It stays in for a second, and the first steady sample comes after that.
  expect(Number(outputs.recoveryMs)).toBeGreaterThanOrEqual(1000);
  expect(Number(outputs.recoveryMs)).toBeGreaterThan(Number(outputs.afterLiftMs));
  expect(summary).toMatch(/^3 of 3 rounds recovered, the slowest in/);
  const injected = factsIn(made.folder, 'injected');
  expect(injected.map(({ size }) => size)).toEqual([2 * MIB, 2 * MIB, 2 * MIB]);
  expect(ballastIn(folder)).toEqual([]);
  const worst = Math.max(...objectsIn(outputs.each).map(({ recoveryMs }) => Number(recoveryMs)));
  expect(outputs.recoveryMs).toBe(worst);
});

describe('what is not put in', () => {
  test('a target that is not steady before: no fault at all', async () => {
    target = await service(() => false);
    const failure = failed(await run(disk({ recoverWithin: '1s' })));
    expect(failure).toMatchObject({ code: 'CHECK_FAILED' });
    expect(failure.message).toContain('not steady before round 1');
    expect(failure.evidence?.map(({ path }) => path.split('/').at(-1))).toContain('samples.jsonl');
  });

  test('more than leaves enough of the disk: nothing is written', async () => {
    const failure = failed(await run(disk({ leaves: '1000000GiB' })));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain('are the least; nothing was written');
  });
});

test('a guard that trips takes the fault out at once', async () => {
  const guards = [{ id: 'long', title: 'Not steady for long', trips: 'it.unsteadyMs > 300.0' }];
  const made = await run(disk({ lasts: '1m' }), { task: { guards } });
  expect(failed(made)).toMatchObject({ code: 'GUARD_TRIPPED' });
  expect(ballastIn(folder)).toEqual([]);
  expect(made.durationMs).toBeLessThan(15_000);
  expect(linesIn(made.folder).some(({ mark }) => mark === 'lifted')).toBe(true);
  expect(
    passed(await runTask('chaos.disk', undoOf(made.task), { goLive: { baseDir: folder }, part: 'undo' })).summary,
  ).toBe('no fault was left');
});

describe('a round that does not recover', () => {
  beforeEach(async () => {
    let harmed = false;
    target = await service(() => {
      harmed ||= filled();
      return !harmed;
    });
  });
  const input = () => disk({ rounds: 3, recoverWithin: '1s' });

  test('fails the step, and no other round is begun', async () => {
    const failure = failed(await run(input()));
    expect(failure).toMatchObject({ code: 'EXPECTATION_FAILED', facts: { rounds: 3, ran: 1, recovered: 0 } });
  });

  test('is counted where a gate decides, and there is no recovery that a gate could take for one', async () => {
    const { outputs } = passed(await run({ ...input(), judge: false }));
    expect(outputs).toMatchObject({ rounds: 3, ran: 1, recovered: 0 });
    expect(outputs).not.toHaveProperty('recoveryMs');
    expect(outputs).not.toHaveProperty('afterLiftMs');
  });
});

describe('what an attempt left that was lost with its holder', () => {
  test('is taken out by the next attempt, and the broken round is told and run again', async () => {
    const slow = await run(disk({ rounds: 2 }), {
      cancelWhen: ({ folder: own }: { folder: string }) => noted(own, 'injected'),
    });
    expect(slow.cancelled).toBe(true);
    // As after a power cut: the promise stands, the file too, and nobody holds it.
    const path = String(factsIn(slow.folder, 'injected')[0]?.path);
    writeFileSync(path, Buffer.alloc(2 * MIB));
    const again = await runTask('chaos.disk', slow.task, { attempt: 2, goLive: { baseDir: folder } });
    expect(passed(again).outputs).toMatchObject({ rounds: 2, ran: 2, recovered: 2, broken: 1 });
    expect(existsSync(path)).toBe(false);
    expect(linesIn(again.folder).filter(({ mark }) => mark === 'broken')).toHaveLength(1);
    expect(eventsOf(again.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.done' });
  });

  test('is taken out by the undo', async () => {
    const slow = await run(disk(), { cancelWhen: ({ folder: own }: { folder: string }) => noted(own, 'injected') });
    const path = String(factsIn(slow.folder, 'injected')[0]?.path);
    writeFileSync(path, Buffer.alloc(2 * MIB));
    const undone = await runTask('chaos.disk', undoOf(slow.task), { part: 'undo', goLive: { baseDir: folder } });
    expect(passed(undone).summary).toBe(`took ${path} away`);
    expect(existsSync(path)).toBe(false);
  });
});

test('what the samples do not say is not believed', async () => {
  const input = disk({ rounds: 1 });
  const made = await run(input);
  const whole = readFileSync(join(made.folder, 'samples.jsonl'), 'utf8');
  const again = (text: string) =>
    recomputeOutputs('chaos.disk', input, (name) => (name === 'samples.jsonl' ? Buffer.from(text) : undefined));
  expect(await again(whole)).toEqual(passed(made).outputs);
  const lines = whole.trimEnd().split('\n');
  const without = (part: string): string => `${lines.filter((line) => !line.includes(part)).join('\n')}\n`;
  await expect(again(without('"mark":"injected"'))).rejects.toThrow('no line that it is injected');
  await expect(again(without('"mark":"ended"'))).rejects.toThrow('no line that it is ended');
  await expect(again(whole.replaceAll('"code":200', '"code":500'))).rejects.toThrow('not steady before');
  await expect(again(without('"code":503'))).rejects.toThrow('missed');
  await expect(again(`${whole}x\n`)).rejects.toThrow('cannot be read');
  const never = await again(whole.replaceAll('"mark":"lifted"', '"mark":"begun"')).catch(String);
  expect(never).toContain('cannot be read');
});

test('a preflight says how much is free, or that it is too little, and writes nothing', async () => {
  const at = { folder };
  expect(await checkKind('chaos.disk', disk(at))).toMatch(/^\d+ bytes are free at /);
  await expect(checkKind('chaos.disk', disk({ ...at, leaves: '900000GiB' }))).rejects.toThrow('nothing was written');
  expect(ballastIn(folder)).toEqual([]);
});
