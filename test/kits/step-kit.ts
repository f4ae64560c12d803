import { existsSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, test } from '@jest/globals';
import { parse } from 'yaml';
import type { StepCall } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { stepCalls } from '../../kinds/hands.js';
import type { JsonObject } from '../../model/json.js';
import { figuresAgain } from './figures-again.js';
import type { Effect, NetworkPlan } from '../../model/plan/plan.js';
import { reachedHosts } from '../../model/plan/reach.js';
import { kindEffect, namedBy, type StepKind } from '../../model/schema/format/kind.js';
import { changedBy, checkDeclared, heldToFacts, writingOutside } from './kind-facts.js';
import {
  eventsOf,
  failed,
  passed,
  type RunOverrides,
  runStep,
  runTask,
  taskFor,
  temporaryFolder,
  undoOf,
} from './step-run.js';

interface Slow {
  input: JsonObject;
  under: (run: { folder: string }) => Promise<unknown>;
}

export interface KitCase {
  /** Input of a good run, made anew for each test, with what it needs already there. */
  good: (folder: string) => JsonObject | Promise<JsonObject>;
  /** Input of a run that must fail, and how. */
  bad: (folder: string) => JsonObject | Promise<JsonObject>;
  badCode: string;
  /** Input of a run that lasts long enough to be cancelled, and what shows that it is on its way; absent = too short. */
  slow?: (folder: string) => Slow | Promise<Slow>;
  /** Throws or fails an expectation unless nothing is left of the deed; called after undo and after cancel. */
  clean?: (folder: string) => void | Promise<void>;
  effect?: Effect;
  /** Addresses that it may speak to although its input does not name them: of a secret, or of a stack's definition. */
  reachesToo?: readonly string[];
  /** Paths below the folder that programs write meanwhile, which are none of the kind's own hands. */
  programsWrite?: readonly string[];
  env?: NodeJS.ProcessEnv;
  /** Takes away what tests may leave: called with the folder after each. */
  after?: (folder: string) => void | Promise<void>;
}

/** What a plan of this one step would let it reach. */
function networkFor(kind: StepKind, input: JsonObject): NetworkPlan {
  return { hosts: reachedHosts(namedBy(kind.reach, input), {}), allow: [] };
}

/** A deed whose first `remember` cannot be written, and how often it tried. */
function forgetful(kind: string): { call: StepCall; tried: () => number } {
  const call = stepCalls.call(kind, 'do');
  let tried = 0;
  const remember = (): Promise<void> => {
    tried += 1;
    return Promise.reject(new StepError('EVIDENCE_UNWRITABLE', 'What the undo must know cannot be written.'));
  };
  const { handler } = call;
  const deed: StepCall['handler'] = { do: (input, context) => handler.do(input, { ...context, remember }) };
  return { call: { ...call, handler: deed }, tried: () => tried };
}

/** What every step kind must keep to. */
export function stepKit(kind: string, kit: KitCase): void {
  describe(`${kind} keeps to the kit`, () => {
    let folder = '';
    beforeEach(() => {
      folder = temporaryFolder();
    });
    const overrides = (): RunOverrides => ({
      goLive: { baseDir: folder },
      task: kit.effect ? { effect: kit.effect } : {},
      env: kit.env,
    });
    /** Where others than the kind's own hands write. */
    const besides = (): string[] =>
      ['evidence', '.evidence.lock', '.evidence.backups', ...(kit.programsWrite ?? [])].map((name) =>
        join(folder, name),
      );
    const inFolder = (name: string, body: () => Promise<void>): void =>
      test(name, async () => {
        try {
          await body();
        } finally {
          await kit.after?.(folder);
        }
      });

    test('its example is a step of this kind that its schema takes, and its sample outputs are as declared', () => {
      const schema = stepCalls.call(kind, 'do').kind;
      const example = parse(schema.example) as { uses?: string; with?: unknown };
      expect(example.uses).toBe(kind);
      expect(schema.input.safeParse(example.with ?? {}).error).toBeUndefined();
      expect(schema.outputs.safeParse(schema.sample).error).toBeUndefined();
      checkDeclared(schema);
      expect(schema.undo === null).toBe(stepCalls.call(kind, 'do').handler.undo === undefined);
    });

    inFolder(
      'its deed passes, writes and reaches what its kind says, leaves its events, and passes again when it may be repeated',
      async () => {
        const input = await kit.good(folder);
        const { kind: schema } = stepCalls.call(kind, 'do');
        const run = await heldToFacts(schema, input, {
          folder,
          evidence: besides(),
          reachesToo: kit.reachesToo ?? [],
          work: () =>
            runStep(kind, input, { ...overrides(), goLive: { baseDir: folder, network: networkFor(schema, input) } }),
        });
        const { outputs, summary, evidence } = passed(run);
        expect(schema.outputs.safeParse(outputs).error).toBeUndefined();
        expect(summary).not.toBe('');
        expect((await figuresAgain(kind, run)) ?? outputs).toEqual(outputs);
        for (const ref of evidence) expect(existsSync(join(run.task.goLive.evidenceDir, 'data', ref.path))).toBe(true);
        expect(eventsOf(run.task.goLive.evidenceDir).map(({ type }) => type)).toEqual(['step.started', 'step.done']);
        if ((kit.effect ?? kindEffect(schema)) !== 'once') {
          passed(await runTask(kind, { ...run.task, epoch: 2 }, overrides()));
        }
      },
    );

    inFolder('its failure has a code of the catalogue, a sentence and advice', async () => {
      const run = await runStep(kind, await kit.bad(folder), overrides());
      expect(failed(run).code).toBe(kit.badCode);
      expect(eventsOf(run.task.goLive.evidenceDir).at(-1)).toMatchObject({ type: 'step.failed', code: kit.badCode });
    });

    test('an unknown key is refused with its name', async () => {
      const run = await runStep(kind, { ...(await kit.good(folder)), 'no-such-key': 1 }, overrides());
      expect(failed(run).message).toContain('no-such-key');
      await kit.after?.(folder);
    });

    const { slow } = kit;
    if (slow) {
      inFolder('cancelled, it ends at once and leaves nothing running', async () => {
        const { input, under } = await slow(folder);
        let asked = 0;
        const cancelWhen: RunOverrides['cancelWhen'] = async (run) => {
          await under(run);
          asked = performance.now();
        };
        const run = await runStep(kind, input, { ...overrides(), cancelWhen });
        expect(run.cancelled).toBe(true);
        // Not when its own time is over; a busy machine may take its time.
        expect(performance.now() - asked).toBeLessThan(15_000);
        if (stepCalls.call(kind, 'do').handler.undo)
          passed(await runTask(kind, undoOf(run.task), { ...overrides(), part: 'undo' }));
        await kit.clean?.(folder);
      });
    }

    inFolder('what it remembers it writes before its deed: where that fails, nothing was changed', async () => {
      const input = await kit.good(folder);
      const { call, tried } = forgetful(kind);
      const { result: run, changed } = await changedBy(folder, besides(), () =>
        runStep(kind, input, { ...overrides(), call }),
      );
      if (tried() === 0) return;
      expect(failed(run).code).toBe('EVIDENCE_UNWRITABLE');
      if (kit.clean) await kit.clean(folder);
      else expect(changed).toEqual([]);
    });

    inFolder('a path outside of the folders of the plan is refused, and nothing is written there', async () => {
      const { kind: schema } = stepCalls.call(kind, 'do');
      if (schema.writes === 'none') return;
      const outside = temporaryFolder();
      const inputs = writingOutside(schema, await kit.good(folder), outside);
      if (inputs.length === 0) throw new Error(`${kind} may write: let the good input of its kit name a path.`);
      for (const input of inputs) {
        const goLive = { baseDir: folder, folders: [folder] };
        const failure = failed(await runStep(kind, input, { ...overrides(), goLive }));
        expect(failure.code).toBe('BAD_INPUT');
        expect(failure.message).toContain('lies outside of the folders of the plan');
        expect(readdirSync(outside)).toEqual([]);
      }
    });

    inFolder('its undo is safe after nothing, after the deed, and twice', async () => {
      if (!stepCalls.call(kind, 'do').handler.undo) return;
      if (!kit.clean)
        throw new Error(`${kind} has an undo: give the kit 'clean', which looks whether all is as it was.`);
      const input = await kit.good(folder);
      const undo: RunOverrides = { ...overrides(), part: 'undo' };
      const before = taskFor(input, overrides());
      passed(await runTask(kind, undoOf(before), undo));
      const run = await runStep(kind, input, overrides());
      passed(run);
      passed(await runTask(kind, undoOf(run.task), undo));
      await kit.clean?.(folder);
      passed(await runTask(kind, undoOf(run.task), undo));
      await kit.clean?.(folder);
    });

    inFolder('without what its deed left, its undo fails, and never says that there was nothing to do', async () => {
      if (!stepCalls.call(kind, 'do').handler.undo) return;
      const run = await runStep(kind, await kit.good(folder), overrides());
      passed(run);
      const memory = join(run.folder, 'remember.json');
      const harms = [
        () => writeFileSync(memory, 'null\n'),
        () => writeFileSync(memory, '{}\n'),
        () => rmSync(memory),
        () => rmSync(run.folder, { recursive: true }),
        () => rmSync(run.task.goLive.evidenceDir, { recursive: true }),
        // What failed before has begun a new log.
        () => undefined,
      ];
      for (const [index, harm] of harms.entries()) {
        harm();
        const undo: RunOverrides = { ...overrides(), part: 'undo', bundleGone: index > 3 };
        expect(failed(await runTask(kind, undoOf(run.task), undo)).code).toBe('NOT_FOUND');
      }
    });
  });
}
