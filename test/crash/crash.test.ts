import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { type Case, type Outcome, runCase } from './case.js';
import { type Left, undosOf } from './check.js';
import { everything, sample } from './faults.js';
import { randomFrom } from '../kits/random-from.js';
import { problemsOf, rowsOf, tableText } from './table.js';
import { openWorld, ownClock, smallDisk, type World } from './world.js';

/** `npm run test:crash` does all; `npm test` a sample. */
const ALL = process.env.GOLIVE_CRASH === 'all';
const SEED = Number(process.env.GOLIVE_SEED ?? Date.now() % 1_000_000);
/** Go-lives at once, each with a worker process of its own: most of a case is waiting for timeouts. */
const AT_ONCE = Number(process.env.GOLIVE_CRASH_AT_ONCE ?? 8);
const ONLY = process.env.GOLIVE_CRASH_ONLY;
/** `k/n`: every n-th case from the k-th, to share a long run among machines. */
const [PART = 1, PARTS = 1] = (process.env.GOLIVE_CRASH_PART ?? '1/1').split('/').map(Number);

let world: World;
const references: Partial<Record<Case['ending'], Left>> = {};
beforeAll(async () => {
  world = await openWorld();
  for (const ending of ['go', 'fail'] as const) {
    const { left, stuck } = await runCase(world, { kind: 'reference', name: ending, ending });
    if (!left) throw new Error(`the undisturbed run did not end: ${stuck}`);
    references[ending] = left;
  }
}, 120_000);
afterAll(async () => {
  await world?.close();
}, 60_000);

async function inParallel(cases: readonly Case[], atOnce: number): Promise<Outcome[]> {
  const outcomes: Outcome[] = [];
  const left = [...cases];
  const one = async (): Promise<void> => {
    for (let next = left.shift(); next; next = left.shift()) {
      const outcome = await runCase(world, next, references[next.ending]);
      outcomes.push(outcome);
      // Said at once, so that a run that is broken off has said what it found.
      for (const problem of problemsOf([outcome])) process.stderr.write(`${problem}\n`);
    }
  };
  await Promise.all(Array.from({ length: atOnce }, one));
  return outcomes;
}

/** Go-lives in flight while the server is killed, some times, under them. */
async function serverKilled(count: number, kills: number): Promise<Outcome[]> {
  const random = randomFrom(SEED);
  let over = false;
  const cases: Case[] = Array.from({ length: count }, (_, index) => ({
    kind: 'server killed',
    name: `go-live ${index + 1} of ${count}`,
    ending: index % 2 === 0 ? ('go' as const) : ('fail' as const),
    pause: 0.15,
    disturb: async ({ until }) => void (await until(() => over)),
  }));
  const running = inParallel(cases, count);
  const restarts: number[] = [];
  for (let kill = 0; kill < kills; kill += 1) {
    await delay(1500 + random() * 2500);
    restarts.push(await world.restartServer());
  }
  over = true;
  const outcomes = await running;
  return outcomes.map((outcome) => ({ ...outcome, struck: true, recoveriesMs: restarts }));
}

test('the undisturbed runs are what they should be', () => {
  expect(references.go?.state.verdict).toBe('go');
  expect(references.fail?.state.verdict).toBe('no-go');
  expect(undosOf(references.go?.effects ?? [])).toEqual([]);
  const undone = ['bill', 'tag', 'move', 'cut', 'freeze', 'seed', 'index', 'cache', 'migrate', 'schema', 'config'];
  expect(undosOf(references.fail?.effects ?? [])).toEqual(undone.map((name) => `undo-${name}`));
});

test(
  'killed, stopped, cut off or without a disk at any place: nothing doubled, nothing lost, the right verdict',
  async () => {
    console.log(`GOLIVE_SEED=${SEED}`);
    const mayMount = smallDisk(`${world.server.folder}/try`, 1);
    mayMount?.close();
    if (!mayMount) console.log('Disk full was left out: this user may not mount a small disk.');
    const hasClocks = ownClock(`${world.server.folder}/clock`) !== undefined;
    if (!hasClocks) console.log('Clock skew was left out: libfaketime is not installed.');
    const wanted = (ALL ? everything(SEED) : sample())
      .filter(({ diskMiB }) => mayMount || diskMiB === undefined)
      .filter((one) => hasClocks || !one.ownClock)
      .filter((_, index) => index % PARTS === PART - 1)
      .filter(({ kind, name }) => !ONLY || `${kind} ${name}`.includes(ONLY));
    const outcomes = await inParallel(wanted, AT_ONCE);
    if (!ONLY)
      for (let batch = 0; batch < (ALL ? Math.ceil(5 / PARTS) : 1); batch += 1)
        outcomes.push(...(await serverKilled(ALL ? 6 : 3, 2)));
    const rows = rowsOf(outcomes);
    console.log(tableText(rows));
    const record = process.env.GOLIVE_CRASH_RECORD;
    if (record) {
      mkdirSync(dirname(record), { recursive: true });
      writeFileSync(
        record,
        `${JSON.stringify({ seed: SEED, all: ALL, rows, problems: problemsOf(outcomes) }, null, 2)}\n`,
      );
    }
    expect(problemsOf(outcomes)).toEqual([]);
    if (ONLY) return;
    // A pass must not be empty: the harm was really done, and the go-lives really ended.
    expect(outcomes.filter(({ finished }) => finished).length).toBeGreaterThanOrEqual(
      Math.floor((ALL ? 300 : 22) / PARTS),
    );
    expect(outcomes.filter(({ struck }) => struck).length / outcomes.length).toBeGreaterThan(0.9);
    expect(outcomes.some(({ decisions }) => decisions > 0)).toBe(true);
  },
  ALL ? 7_200_000 : 900_000,
);
