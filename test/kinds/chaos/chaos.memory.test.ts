import { afterEach, beforeEach, expect, test } from '@jest/globals';
import type { JsonObject } from '../../../model/json.js';
import { BRISK, evidenceOf, factsIn, holdersIn, noted, service } from '../../kits/chaos-target.js';
import { isLiving } from '../../crash/world.js';
import { checkKind } from '../../kits/check-kind.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const MIB = 1024 * 1024;
let url: string;
let folder: string;
beforeEach(async () => {
  folder = temporaryFolder();
  ({ url } = await service());
});

const memory = (more: JsonObject = {}): JsonObject => ({
  bytes: '96MiB',
  lasts: '1s',
  steady: { url },
  ...BRISK,
  ...more,
});
const run = (input: JsonObject, more: object = {}) =>
  runStep('chaos.memory', input, { goLive: { baseDir: folder }, ...more });
/** Nobody holds memory of these tests any more. */
const clean = (own: string): void => expect(holdersIn(own).filter(isLiving)).toEqual([]);
afterEach(() => clean(folder));

stepKit('chaos.memory', {
  good: () => memory(),
  bad: () => memory({ bytes: '64GiB', share: 0.01 }),
  badCode: 'EXPECTATION_FAILED',
  slow: () => ({ input: memory({ lasts: '1m' }), under: ({ folder: own }) => noted(own, 'injected') }),
  clean,
});

test('the memory is really taken, by a process of its own, and free again', async () => {
  const made = await run(memory({ rounds: 2 }));
  expect(passed(made).outputs).toMatchObject({ rounds: 2, recovered: 2 });
  const injected = factsIn(made.folder, 'injected');
  expect(injected).toHaveLength(2);
  for (const { resident, holder } of injected) {
    expect(Number(resident)).toBeGreaterThanOrEqual(80 * MIB);
    expect(holder).not.toBe(process.pid);
  }
});

test('a holder that is killed: the fault was not in for its time, and the step fails', async () => {
  const made = run(memory({ lasts: '1m' }));
  await noted(evidenceOf(folder), 'injected');
  for (const pid of holdersIn(folder)) process.kill(pid, 'SIGKILL');
  expect(failed(await made)).toMatchObject({ code: 'COMMAND_FAILED' });
});

test('a preflight says how much is available, or that it is too little', async () => {
  expect(await checkKind('chaos.memory', memory())).toMatch(/^\d+ bytes of memory are available$/);
  await expect(checkKind('chaos.memory', memory({ bytes: '64GiB', share: 0.01 }))).rejects.toThrow('nothing was taken');
});
