import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import type { StepTask } from '../../model/state/contract.js';
import type { JsonObject } from '../../model/json.js';
import { type Plan, type StepPlan, stepsOf } from '../../model/plan/plan.js';
import type { StepKind } from '../../model/schema/format/kind.js';
import { loadRunbook } from '../../model/schema/load.js';
import { planRunbook } from '../../model/schema/plan/planner.js';
import { stepKinds } from '../../kinds/catalog.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordAs } from '../kits/histories.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { sharedServer, type TestServer } from '../kits/temporal.js';

/**
 * Fails each step of each runbook in turn, on the real workflows, and checks that it failed where it was broken, that
 * the undos which the runbook asks for ran, newest first, and that nothing that is to be released stays held.
 */
const folder = new URL('../../runbooks/', import.meta.url).pathname;
const runbooks = readdirSync(folder).filter((file) => file.endsWith('.yaml'));
const kinds = stepKinds as unknown as Record<string, StepKind>;

/** Outputs of a full run are not those of a smoke run: what the samples of the kinds cannot know. */
const OUTPUTS: Record<string, JsonObject> = {
  'full.run': { ...kinds['cases.run']?.sample, total: 90, comparable: 90, agreed: 80, accuracy: 80 / 90 },
  'infra.ps': { ...kinds['stack.ps']?.sample, healthy: 3, running: 3, services: 3 },
  'config.probe': { ...kinds['cases.run']?.sample, comparable: 1, blockedShare: 0 },
  'usage.volume': { ...kinds['jsonl.count']?.sample, counts: { processed: 40, strict: 9, local: 31, rejected: 2 } },
  'usage.counted': { ...kinds['jsonl.count']?.sample, counts: { processed: 40, strict: 9, local: 31, rejected: 2 } },
  'incidents.zone-fate': { present: ['a'], record: { code: 'E_ZONE', reason: 'danger' }, at: '' },
  'incidents.path-fate': { present: ['b'], record: { code: 'E_PATH', reason: 'out' }, at: '' },
  'incidents.yaml-fate': { present: ['c'], record: { code: 'E_YAML', reason: 'no' }, at: '' },
  'rollback.revert': { ...kinds['git.revert']?.sample, original: 'x', before: 'y', after: 'x', restored: true },
  'rollback.audit': { present: [], record: { event: 'rollback_ok', ts: '' }, at: '' },
  'auto-approval.decisions': {
    ...kinds['jsonl.count']?.sample,
    counts: { decided: 6, byPolicy: 2, byPerson: 0, done: 2, nearHeld: 4, nearApproved: 0 },
  },
  'stability.days': { slots: 7, green: 7, red: 0, missed: 0, streak: 7, longest: 7, resets: 0 },
  'contract.hours': { slots: 3, green: 3, red: 0, missed: 0, streak: 3, longest: 3, resets: 0 },
  'contract.mirror': { ...kinds['redis.check']?.sample, text: 'ok' },
  'chaos.beats': { ...kinds['redis.check']?.sample, text: '40', number: 40 },
  'chaos.reset': { ...kinds['redis.check']?.sample, text: '2', number: 2 },
  'alerts.again': { ...kinds['alert.raise']?.sample, sent: false },
  'drill.fate': { present: ['a', 'b'], record: { ts: '', lane: 'strict' }, at: '' },
  'prod.page': { ...kinds['http.check']?.sample, status: 200 },
};

function planned(file: string): Plan {
  const text = readFileSync(folder + file, 'utf8');
  const { runbook, problems } = loadRunbook(text, file, stepKinds);
  if (!runbook) throw new Error(JSON.stringify(problems));
  const inputs: JsonObject = {};
  for (const [name, spec] of Object.entries(runbook.inputs ?? {})) {
    if (spec.default === undefined)
      inputs[name] = spec.type === 'url' ? 'http://127.0.0.1:9' : spec.type === 'path' ? '/nowhere' : 1;
  }
  const { plan, problems: wrong } = planRunbook({
    kinds: stepKinds,
    runbook,
    file,
    sha256: '0'.repeat(64),
    inputs,
    target: { id: 'harness' },
    change: 'c',
    mode: 'rehearse',
    timeScale: 1,
    baseDir: '/',
    evidenceDir: '/nowhere',
  });
  if (!plan) throw new Error(JSON.stringify(wrong));
  return plan;
}

let server: TestServer;
beforeAll(async () => {
  server = await sharedServer();
}, 120_000);
afterAll(() => server.stop());

/** Says yes to everything that is asked, and stop to every failure. */
async function answerAll(run: Running): Promise<void> {
  const answered = new Set<string>();
  for (;;) {
    const state = await run.state();
    if (state.endedAt) return;
    const { waiting } = state;
    const key = `${waiting?.kind} ${waiting?.id} ${waiting?.since}`;
    if (waiting && !answered.has(key)) {
      answered.add(key);
      for (const [index, role] of waiting.roles.entries()) {
        const by = `Person ${index}`;
        if (waiting.kind === 'approval') await run.send('approve', { approval: waiting.id, role, by });
        else if (waiting.kind === 'operator') await run.send('choose', { choice: 'stop', role, by });
        else
          for (const tick of state.checklist)
            if (!tick.at && tick.role === role) await run.send('tick', { item: tick.item, role, by });
      }
    }
    await new Promise((resolve) => setTimeout(resolve, 25));
  }
}

function worldFor(plan: Plan): FakeWorld {
  const world = new FakeWorld();
  const uses = new Map(
    plan.phases.flatMap((phase) =>
      stepsOf(phase.steps).map((step): [string, StepPlan] => [`${phase.id}.${step.id}`, step]),
    ),
  );
  world.outputs = (task: StepTask) => {
    const name = `${task.phase}.${task.step}`;
    return OUTPUTS[name] ?? (kinds[uses.get(name)?.uses ?? '']?.sample as JsonObject | undefined) ?? {};
  };
  return world;
}

let number = 0;
async function rehearse(plan: Plan, world: FakeWorld, recordedAs?: string) {
  number += 1;
  const target = `h${process.pid}-${number}`;
  const own: Plan = { ...plan, goLiveId: `${target}/c`, target: { ...plan.target, id: target } };
  for (const step of own.phases.flatMap((phase) => stepsOf(phase.steps))) {
    step.retry = { attempts: 1, backoffMs: 10 };
    // A day is some hundredths of a second, so that a window of days can be gone through.
    if (step.window) step.window = { ...step.window, everyMs: 30, withinMs: 3000, lateMs: 60_000 };
  }
  return withWorker(server.address, target, world, Object.keys(kinds), async () => {
    const run = await begin(server.client, target, own);
    await answerAll(run);
    const state = await run.result();
    if (recordedAs) await recordAs(server.client, target, recordedAs);
    return state;
  });
}

/** A sample in `npm test`; `npm run test:break` takes every step. */
function chosen<T>(steps: readonly T[]): T[] {
  return steps.filter((_, index) => process.env.GOLIVE_ALL === '1' || index % 6 === 0);
}

describe.each(runbooks)('%s', (file) => {
  const base = planned(file);
  test('nothing broken: every decision is go', async () => {
    const world = worldFor(base);
    const state = await rehearse(planned(file), world, `${file.replace(/\.yaml$/, '')}-go`);
    expect(state.decisions.map(({ verdict, sentence }) => [verdict, sentence])).toEqual(
      state.decisions.map(({ sentence }) => ['go', sentence]),
    );
    expect(state.rollbackIncomplete).toBe(false);
  }, 120_000);

  const all = base.phases.flatMap((phase) =>
    stepsOf(phase.steps).map((step) => ({ name: `${phase.id}.${step.id}`, phase, step })),
  );
  // A sample that fails is a red sample, and its window goes on: test/workflows/window.test.ts.
  const breakable = all.filter(({ step }) => step.when === undefined && step.onFail !== 'continue' && !step.window);
  test.each(chosen(breakable))(
    'broken at $name',
    async ({ name, phase }) => {
      const plan = planned(file);
      const world = worldFor(plan);
      world.broken.set(name, Number.POSITIVE_INFINITY);
      const state = await rehearse(plan, world);
      const failed = state.phases.find((one) => one.status === 'failed');
      expect(failed?.id).toBe(phase.id);
      expect(failed?.steps.filter(({ status }) => status === 'failed').map(({ id }) => `${phase.id}.${id}`)).toEqual([
        name,
      ]);
      expect(state.rollbackIncomplete).toBe(false);
      expect(state.decisions.some(({ verdict }) => verdict !== 'go')).toBe(true);
      // The rollback that the runbook names ran once for each failed attempt, and nothing after it in the phase.
      const { rollback, attempts } = phase.onFail;
      expect(state.rollbacks.filter(({ id }) => id === rollback)).toHaveLength(rollback ? attempts : 0);
      // Undos ran newest first, each after its deed, and none twice.
      const undone = world.deeds.filter((deed) => deed.startsWith('undo '));
      for (const deed of new Set(undone)) {
        const times = world.deeds.filter((one) => one === deed.slice(5)).length;
        expect(undone.filter((one) => one === deed).length).toBeLessThanOrEqual(Math.max(1, times + 1));
      }
      // What is held for the go-live is released: frozen agents are thawed as often as they were frozen.
      for (const one of all.filter(({ step }) => step.undoOn === 'always')) {
        expect(world.standing()).not.toContain(one.name);
      }
    },
    120_000,
  );
});
