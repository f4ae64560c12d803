import { readdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { ApplicationFailure } from '@temporalio/common';
import proto from '@temporalio/proto';
import { finalState } from '../../client/go-live/read-state.js';
import { verifyBundle } from '../../evidence/verify/verify.js';
import { recomputeOutputs } from '../../kinds/recompute.js';
import { everythingIn } from '../kits/everything-in.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordTest } from '../kits/histories.js';
import { phase, plan, step } from '../kits/plans.js';
import { RealProject } from '../kits/real-go-live.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';

const server = suiteServer();
let project: RealProject;
beforeAll(() => {
  project = new RealProject();
  project.file('golive.yaml', 'approvals: { level: declared }\n');
});
afterAll(() => project.close());

/** Two phases that change something; the second is looked at, and what is seen decides. */
const runbook = (id: string, seen: string): string => `schema: 1
id: ${id}
title: Twice
roles: { sre: SRE }
phases:
  - id: one
    steps: [{ id: write, uses: file.write, with: { path: ${id}-one.txt, content: one } }]
  - id: two
    steps:
      - { id: write, uses: file.write, with: { path: ${id}-two.txt, content: two } }
      - { id: look, uses: metrics.read, with: { file: ${id}.csv, values: { ok: { path: ok, reduce: mean } } } }
    gates: [{ id: ok, value: steps.look.values.ok, atLeast: ${seen} }]
`;

type Event = NonNullable<Awaited<ReturnType<Running['handle']['fetchHistory']>>['events']>[number];
type Task = NonNullable<Event['eventId']>;

/** Sends the execution that ended back to behind a workflow task. @returns how the one that was begun again ends */
async function resetTo({ handle }: Running, task: Task): Promise<unknown> {
  const { workflowId, firstExecutionRunId } = handle;
  await server.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId, runId: firstExecutionRunId },
    reason: 'a test',
    workflowTaskFinishEventId: task,
    resetReapplyType: proto.temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
    requestId: `reset-${workflowId}-${String(task)}`,
  });
  const { runId } = await server.client.workflow.getHandle(workflowId).describe();
  return finalState(server.client, { target: workflowId, runId }).catch((error: unknown) => error);
}

async function tasksOf({ handle }: Running): Promise<Task[]> {
  const { events } = await handle.fetchHistory();
  return (events ?? []).flatMap(({ eventId, workflowTaskCompletedEventAttributes: done }) =>
    done && eventId ? [eventId] : [],
  );
}

/** The first and the last of an execution's tasks, and some between; all of them with GOLIVE_ALL. */
function chosen(tasks: readonly Task[]): readonly Task[] {
  const some = (_: Task, index: number) => index < 2 || index % 3 === 0 || index === tasks.length - 1;
  return process.env.GOLIVE_ALL ? tasks : tasks.filter(some);
}

test.each([
  ['go', '1', 'go', ['one.txt', 'two.txt']],
  ['nogo', '2', 'no-go', []],
])(
  'reset to any of its tasks, an ended %s does nothing more',
  async (id, atLeast, verdict, files) => {
    project.file(`${id}.yaml`, runbook(id, atLeast));
    project.file(`${id}.csv`, 'ok\n1\n');
    const planned = await project.plan(`${id}.yaml`, id);
    await project.serving(async (start) => {
      const run = await start(planned, 'Cy');
      const state = await run.result();
      expect(state.verdict).toBe(verdict);
      const bundle = project.bundle(id);
      const sealed = everythingIn(bundle);
      const beside = readdirSync(dirname(bundle));
      expect(beside).not.toContain('.c1.lock');
      const written = () => readdirSync(project.folder).filter((name) => name.startsWith(`${id}-`));
      expect(written()).toEqual(files.map((name) => `${id}-${name}`));

      const ends: unknown[] = [];
      for (const task of chosen(await tasksOf(run))) {
        ends.push(await resetTo(run, task));
        expect(everythingIn(bundle)).toEqual(sealed);
        expect(readdirSync(dirname(bundle))).toEqual(beside);
        expect(written()).toEqual(files.map((name) => `${id}-${name}`));
      }
      const { ok } = await verifyBundle(bundle, { keys: [state.bundle?.key ?? ''] }, recomputeOutputs);
      expect(ok).toBe(true);
      // Before the bundle is begun, it was not started; behind its seal, nothing is left to do.
      expect(ends.slice(0, 2).map(String)).toEqual(Array(2).fill(expect.stringContaining('was not started: Conflict')));
      expect(ends.at(-1)).toMatchObject({ verdict });
      expect(ends.length).toBeGreaterThan(process.env.GOLIVE_ALL ? 10 : 5);
      for (const end of ends.slice(2, -1))
        expect(end).toMatchObject({
          message: `The go-live of '${id}' has ended and its bundle is sealed: this execution was begun again from outside (reset) and does nothing.`,
          options: { exitCode: 4, hint: expect.not.stringContaining('may not be undone') },
        });
    });
  },
  180_000,
);

/** What a sealed bundle answers to whoever would write into it. */
const refusesSealed = (): Promise<never> => {
  const failure = { code: 'SEALED', message: 'data/events.jsonl is sealed.' };
  return Promise.reject(
    ApplicationFailure.create({ type: 'SEALED', nonRetryable: true, message: failure.message, details: [failure] }),
  );
};

// Names of tests are names of the histories that are kept.
describe('sealed', () => {
  test.each([
    ['the event log says so', 'appendEvents', ['one.a']],
    ['a step says so', 'other.act', ['one.a']],
  ])('%s', async (_what, from, deeds) => {
    const world = new FakeWorld();
    const made = plan([phase('one', [step('a')]), phase('two', [step('b', { uses: 'other.act' })])]);
    const activities = (kinds?: readonly string[]) => {
      const all = world.activities(kinds);
      const own = all[from];
      // From the first deed on.
      return {
        ...all,
        [from]: (...args: never[]) => (world.deeds.length > 0 || !own ? refusesSealed() : own(...args)),
      };
    };
    await withWorker(server.address, made.target.id, { activities }, ['fake.act', 'other.act'], async () => {
      const run = await begin(server.client, made.target.id, made);
      await expect(finalState(server.client, { target: made.target.id, runId: run.handle.firstExecutionRunId }))
        .rejects // fmt
        .toMatchObject({ options: { exitCode: 4 }, message: expect.stringMatching(/ and does nothing\.$/) });
      await recordTest(server.client, made.target.id);
    });
    expect(world.deeds).toEqual(deeds);
  });
});
