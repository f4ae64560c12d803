import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { scaffold } from '../../client/runbook/scaffold.js';
import { stepsOf } from '../../model/plan/plan.js';
import { didNotPass } from '../../model/state/standing.js';
import { type Gone, goThrough, judgeGone, subjectOf } from '../kits/harness.js';
import { judgeBreak } from '../kits/judge-break.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

/**
 * Fails each step of each runbook in turn, on the real workflows, and checks that it failed where it was broken, that
 * exactly the undos which the plan promises ran, newest first, each after its deed, with what takes it back and none
 * twice, and that nothing is left standing. That these checks see what they are for is shown by `mistakes.test.ts`.
 */
const folder = new URL('../../runbooks/', import.meta.url).pathname;
const runbooks = readdirSync(folder)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => ({ name: file.replace(/\.yaml$/, ''), text: readFileSync(folder + file, 'utf8'), kept: true }));
// What `golive new` writes: a runbook that nothing here was told of.
const fresh = { name: 'shop-release', text: scaffold('shop-release'), kept: false };

let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(() => server.stop());

/** A sample in `npm test`; `npm run test:break` takes every step. */
function chosen<T>(steps: readonly T[]): T[] {
  return steps.filter((_, index) => process.env.GOLIVE_ALL === '1' || index % 12 === 0);
}

describe.each([...runbooks, fresh])('$name', ({ name: id, text, kept }) => {
  const subject = subjectOf(`${id}.yaml`, text);
  const plan = subject.plan();
  let whole: Promise<Gone> | undefined;
  /** The run in which nothing is broken, made once; the histories that are replayed are of such runs. */
  const wholeRun = () => {
    const recordedAs = kept ? `${id}-go` : undefined;
    whole ??= goThrough({ ...server, plan: subject.plan(), world: subject.world(), recordedAs });
    return whole;
  };

  test('nothing broken: every decision is go', async () => {
    const gone = await wholeRun();
    const { state } = gone;
    expect(state.decisions.map(({ verdict, sentence }) => [verdict, sentence])).toEqual(
      state.decisions.map(({ sentence }) => ['go', sentence]),
    );
    expect(state.rollbackIncomplete).toBe(false);
    expect(judgeGone(gone)).toEqual([]);
  }, 120_000);

  // A sample that fails is a red sample, and its window goes on: test/workflows/window.test.ts.
  const breakable = plan.phases.flatMap((phase) =>
    stepsOf(phase.steps)
      .filter((step) => !step.window)
      .map((step) => ({ name: `${phase.id}.${step.id}`, phase, step })),
  );
  test.each(chosen(breakable))(
    'broken at $name',
    async ({ name, phase, step }) => {
      const world = subject.world();
      world.broken.set(name, Number.POSITIVE_INFINITY);
      const gone = await goThrough({ ...server, plan: subject.plan(), world });
      const { state } = gone;
      expect(judgeGone(gone)).toEqual([]);
      expect(state.rollbackIncomplete).toBe(false);
      // What the runbook goes on without breaks nothing; neither does what a condition leaves out.
      if (step.onFail === 'continue') return;
      if (step.when !== undefined || phase.when !== undefined) {
        const { world: good } = await wholeRun();
        if (!good.deeds.includes(name)) return expect(world.deeds).not.toContain(name);
      }
      expect(judgeBreak(plan, world.record, name)).toEqual([]);
      // What ran beside it was stopped.
      const failed = state.phases.find((one) => didNotPass(one) && !one.sentence?.startsWith('Stopped since'));
      expect(failed?.id).toBe(phase.id);
      const broken = failed?.steps.filter(({ status }) => status === 'failed').map((one) => `${phase.id}.${one.id}`);
      expect(broken).toEqual([name]);
      expect(state.decisions.some(({ verdict }) => verdict !== 'go')).toBe(true);
      const { rollback, attempts } = phase.onFail;
      const named = rollback && step.onFail !== 'ask' ? attempts : 0;
      expect(state.rollbacks.filter((one) => one.id === rollback)).toHaveLength(named);
      return undefined;
    },
    120_000,
  );
});
