import { describe, expect, test } from '@jest/globals';
import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { pino } from 'pino';
import { z } from 'zod';
import { sampleActivity } from '../../../activities/deed/sample.js';
import { windowEvidence } from '../../../activities/deed/window-evidence.js';
import { StepError } from '../../../activities/step/step-error.js';
import { stepFolder } from '../../../activities/step/step-evidence.js';
import type { StepHandler } from '../../../activities/step/step.js';
import type { SampleTask } from '../../../model/state/contract.js';
import type { JsonObject } from '../../../model/json.js';
import {
  dueAt,
  emptyTally,
  type SampleRecord,
  SAMPLES_FILE,
  tallied,
  type WindowPlan,
} from '../../../model/judge/window.js';
import { defineKind } from '../../../model/schema/format/kind.js';
import { eventsOf, taskFor } from '../../kits/step-run.js';
import { MockActivity } from '../../kits/mock-activity.js';
import { stepCalls } from '../../../kinds/hands.js';

const kind = defineKind({
  title: 'Look',
  about: 'Looks.',
  input: z.strictObject({}),
  outputs: z.object({ n: z.number() }),
  effect: 'none',
  reach: 'none',
  writes: 'none',
  undo: null,
  example: '',
  sample: { n: 1 },
});
const plan = { everyMs: 1000, consecutive: 7, withinMs: 10_000, lateMs: 500, green: 'it.n > 0' };

type Mode = SampleTask['goLive']['mode'];

/** A window's samples, taken one by one as a worker would. */
function windowOf(look: () => number, { serverAheadMs = 0, mode }: { serverAheadMs?: number; mode?: Mode } = {}) {
  const base = taskFor({}, mode === undefined ? {} : { goLive: { mode } });
  const startedMs = Date.now() + serverAheadMs;
  const handler: StepHandler<unknown, JsonObject> = {
    do: async () => ({ outputs: { n: look() }, summary: 'looked' }),
  };
  const activity = sampleActivity(
    { name: 'look', part: 'do', kind, handler },
    { logger: pino({ level: 'silent' }), env: process.env, kinds: stepCalls },
  );
  return {
    file: join(stepFolder(base.goLive.evidenceDir, base), SAMPLES_FILE),
    async take(n: number, more: { missed?: number } = {}): Promise<SampleRecord> {
      const dueMs = dueAt(plan, startedMs, n, 1);
      const environment = new MockActivity({
        attempt: 1,
        base64TaskToken: `token-${n}`,
        currentAttemptScheduledTimestampMs: dueMs,
      });
      const due = new Date(dueMs).toISOString();
      const task: SampleTask = { ...base, sample: { n, due, startedMs, plan, ...more } };
      return environment.run(activity, task);
    },
    async close(of: Partial<WindowPlan>, tally = emptyTally()) {
      const environment = new MockActivity({ attempt: 1, base64TaskToken: 'close' });
      return environment.run(windowEvidence, { task: base, kind: 'look', plan: { ...plan, ...of }, tally });
    },
    events: () => eventsOf(base.goLive.evidenceDir),
    records: (): JsonObject[] => eventsOf(base.goLive.evidenceDir, join('data', 'phases/1-kit.1/step', SAMPLES_FILE)),
  };
}

describe('a sample', () => {
  test('is judged by its outputs, which stand in its line and not in the history', async () => {
    let seen = 1;
    const window = windowOf(() => seen);
    expect(await window.take(1)).toMatchObject({ n: 1, outcome: 'green' });
    seen = 0;
    const red = await window.take(2);
    expect(red).toMatchObject({ n: 2, outcome: 'red', why: 'it.n > 0 does not hold' });
    expect(red).not.toHaveProperty('outputs');
    expect(window.records()).toMatchObject([{ outputs: { n: 1 } }, { outputs: { n: 0 } }]);
  });

  test('of a look that fails is red; one that cannot be told is not a sample', async () => {
    const window = windowOf(() => {
      throw new StepError('CONNECTION_FAILED', 'Nothing listens there.');
    });
    expect(await window.take(1)).toMatchObject({ outcome: 'red', why: 'CONNECTION_FAILED: Nothing listens there.' });
    const broken = windowOf(() => {
      throw new TypeError('a defect');
    });
    await expect(broken.take(1)).rejects.toMatchObject({ name: 'ApplicationFailure' });
    expect(broken.records()).toEqual([]);
  });

  test('has one line however often it is tried, also after a torn one', async () => {
    let looks = 0;
    const window = windowOf(() => (looks += 1));
    const first = await window.take(1);
    expect(await window.take(1)).toEqual(first);
    expect(looks).toBe(1);
    appendFileSync(window.file, '{"n":2,"due":"2026-');
    await window.take(2);
    expect(window.records().map(({ n }) => n)).toEqual([1, 2]);
    expect(readFileSync(window.file, 'utf8')).toMatch(/\}\n$/);
    await expect(window.take(4)).rejects.toThrow(/ends with slot 2, and slot 4 comes next/);
  });

  test('is not early where the clock of its machine is behind that of the server', async () => {
    const { at = '', due } = await windowOf(() => 1, { serverAheadMs: 3_600_000 }).take(1);
    expect(Date.parse(at)).toBeGreaterThanOrEqual(Date.parse(due));
  });

  test('that nobody could take in time is missed, and so are all up to it', async () => {
    const window = windowOf(() => 1);
    await window.take(1);
    expect(await window.take(2, { missed: 4 })).toMatchObject({ n: 4, outcome: 'missed' });
    expect(window.records().map(({ n, outcome }) => [n, outcome])).toEqual([
      [1, 'green'],
      [2, 'missed'],
      [3, 'missed'],
      [4, 'missed'],
    ]);
  });
});

test.each([
  ['rehearse', { rehearsal: true }, / · REHEARSAL/],
  ['live', {}, / · live$/m],
] as const)('records in mode %s say so, with their day, and so does the summary', async (mode, mark, said) => {
  const window = windowOf(() => 1, { mode });
  await window.take(1);
  await window.take(2, { missed: 3 });
  const [first, ...missed] = window.records();
  const marks = [first, ...missed].map(({ day, rehearsal }: JsonObject = {}) => ({
    day,
    ...(rehearsal === undefined ? {} : { rehearsal }),
  }));
  const today = new Date(Date.parse(String(first?.due))).toISOString().slice(0, 10);
  expect(marks).toEqual([1, 2, 3].map(() => ({ day: expect.stringMatching(/^\d{4}-\d\d-\d\d$/), ...mark })));
  expect(first?.day).toBe(today);
  const { outputs, evidence } = await window.close(
    { consecutive: undefined, maxRed: 5 },
    tallied(emptyTally(), 'green'),
  );
  expect(outputs).toMatchObject({ firstDay: first?.day, lastDay: missed.at(-1)?.day });
  expect(evidence.map(({ path }) => path)).toEqual(expect.arrayContaining([expect.stringMatching(/summary\.md$/)]));
  expect(readFileSync(window.file.replace(SAMPLES_FILE, 'summary.md'), 'utf8')).toMatch(said);
});

describe('a window that did not reach its goal', () => {
  const two = tallied(tallied(emptyTally(), 'green'), 'red');
  test('fails its step where no gate judges it', async () => {
    const window = windowOf(() => 1);
    await window.take(1);
    await expect(window.close({ mustReach: true }, two)).rejects.toMatchObject({
      code: 'EXPECTATION_FAILED',
      message: 'The window did not reach its goal: 1 of 2 samples green (1 red); 0 running, 7 wanted, longest 1.',
    });
    expect(window.events()).toEqual([
      expect.objectContaining({ type: 'step.failed', code: 'EXPECTATION_FAILED', facts: { ...two } }),
    ]);
  });
  test('gives its counts to the gate that judges it', async () => {
    const window = windowOf(() => 1);
    await window.take(1);
    expect(await window.close({}, two)).toMatchObject({ outputs: { ...two } });
  });
  test('passes when it reached it', async () => {
    const window = windowOf(() => 1);
    await window.take(1);
    const reached = { consecutive: 1, mustReach: true } as const;
    expect(await window.close(reached, tallied(emptyTally(), 'green'))).toMatchObject({ outputs: { streak: 1 } });
  });
  test('that was stopped before its first sample has none, and is closed', async () => {
    const window = windowOf(() => 1);
    expect(await window.close({}, emptyTally())).toMatchObject({ outputs: { slots: 0, streak: 0 } });
  });
});
