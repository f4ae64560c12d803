import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from '@jest/globals';
import { Context } from '@temporalio/activity';
import proto from '@temporalio/proto';
import { Findings } from '../../evidence/verify/finding.js';
import { checkStanding } from '../../evidence/verify/standing.js';
import { openStore } from '../../evidence/open-store.js';
import { collectEvidence } from '../../evidence/write/collect.js';
import { fallenByLog } from '../../evidence/write/fallen.js';
import { appendEvents } from '../../evidence/write/log.js';
import { openEvidence } from '../../evidence/write/open.js';
import { readEvent } from '../../model/evidence/logged-event.js';
import { isJsonObject, type JsonObject, parseJson } from '../../model/json.js';
import type { Plan } from '../../model/plan/plan.js';
import type { SystemActivities } from '../../model/state/contract.js';
import type { GoLiveState } from '../../model/state/state.js';
import { recordFolder, removeRecord } from '../kits/record-folder.js';
import { deployed, looks, R1 } from '../kits/deployed.js';
import { FakeWorld } from '../kits/fake-world.js';
import { recordTest } from '../kits/histories.js';
import { approval, phase, plan, step } from '../kits/plans.js';
import { begin, type Running, withWorker } from '../kits/run-go-live.js';
import { suiteServer } from '../kits/suite-server.js';
import { eventually } from '../kits/until.js';

const server = suiteServer();
let folder: string;
beforeEach(() => {
  folder = recordFolder();
});
afterEach(() => removeRecord(folder));

/** A fake world whose event log is real: it outlives the workflow's memory. */
function activitiesOf(world: FakeWorld, kinds: readonly string[] = ['fake.act']) {
  const logged: Pick<SystemActivities, 'openEvidence' | 'appendEvents' | 'collectEvidence'> = {
    openEvidence: (request) => openEvidence(request, openStore(folder)),
    collectEvidence: (request) => collectEvidence(request, openStore(folder)),
    appendEvents: async ({ events, standing }) => {
      const { activityId, attempt, workflowExecution } = Context.current().info;
      const id = `${workflowExecution?.runId}/${activityId}`;
      await appendEvents(folder, events, { id, again: attempt > 1 });
      return standing ? fallenByLog(openStore(folder)) : undefined;
    },
  };
  return { ...world.activities(kinds), ...logged };
}

async function go(world: FakeWorld, made: Plan, drive: (run: Running) => Promise<void>): Promise<void> {
  await withWorker(
    server.address,
    made.target.id,
    { activities: (kinds) => activitiesOf(world, kinds) },
    ['fake.act'],
    async () => {
      await drive(await begin(server.client, made.target.id, made));
      await recordTest(server.client, made.target.id);
    },
  );
}

type History = Awaited<ReturnType<Running['handle']['fetchHistory']>>;
type Event = NonNullable<History['events']>[number];

/** Sends the go-live back to before what a workflow task did, without what people said since. */
async function reset(run: Running, taskOf: (events: Event[]) => Event['eventId']): Promise<void> {
  const { events = [] } = await run.handle.fetchHistory();
  await server.client.workflowService.resetWorkflowExecution({
    namespace: 'default',
    workflowExecution: { workflowId: run.handle.workflowId },
    reason: 'a test',
    workflowTaskFinishEventId: taskOf(events ?? []) ?? null,
    resetReapplyType: proto.temporal.api.enums.v1.ResetReapplyType.RESET_REAPPLY_TYPE_NONE,
    requestId: `reset-${run.handle.workflowId}`,
  });
}

const beforeChild = (name: string) => (events: Event[]) =>
  events
    .map((event) => event.startChildWorkflowExecutionInitiatedEventAttributes)
    .find((child) => child?.workflowId?.endsWith(name))?.workflowTaskCompletedEventId;
const lastTask = (events: Event[]) => events.findLast((event) => event.workflowTaskCompletedEventAttributes)?.eventId;

/** Each look sees one more than the one before: the first is no good. */
function looking(): FakeWorld {
  const world = new FakeWorld();
  let seen = 0;
  world.outputs = ({ step: id }): JsonObject => (id === 'n' ? { v: (seen += 1) } : { ok: 1 });
  return world;
}

const newest = (run: Running) => server.client.workflow.getHandle(run.handle.workflowId);
async function resultOf(run: Running): Promise<GoLiveState> {
  const state: GoLiveState = await newest(run).result();
  return state;
}

function audited(made: Plan, state: GoLiveState): string[] {
  const lines = readFileSync(join(folder, 'data', 'events.jsonl'), 'utf8')
    .trimEnd()
    .split('\n');
  const events = lines.map(parseJson).map((line, seq) => readEvent(seq, isJsonObject(line) ? line : {}));
  const findings = new Findings();
  checkStanding(made, state, events, findings);
  return findings.list.map(({ class: kind, item, message }) => `${kind} ${item} ${message}`);
}

// Names of tests are names of the histories that are kept: short ones.
describe('reset to before a rollback: no GO', () => {
  test('while the next attempt waits', async () => {
    const made = deployed('stop', 2);
    made.phases[0]?.approvals.push(approval('deploy'));
    const world = looking();
    await go(world, made, async (run) => {
      await run.until(({ waiting }) => waiting?.id === 'deploy', 'the question');
      await run.send('approve', { approval: 'deploy', role: 'cto', by: 'Ada' });
      await run.until(({ phases, waiting }) => phases[0]?.attempt === 2 && waiting !== undefined, 'the next attempt');
      expect(world.deeds).toEqual(['deploy.a', 'check.n', 'undo deploy.a']);
      await reset(run, beforeChild('/1-check'));
      const state = await resultOf(run);
      expect(world.deeds.slice(3, 5)).toEqual(['check.n', 'last.z']);
      expect([state.verdict, state.phases[0]?.status]).toEqual(['no-go', 'taken-back']);
      expect(state.decisions[0]?.sentence).toMatch(/^deploy: It was taken back by R1\./);
      expect(audited(made, state)).toEqual([
        'history deploy began attempt 2, and the state knows of 1: its workflow was reset',
      ]);
    });
  }, 60_000);

  test('while the rollback has begun', async () => {
    const made = deployed('stop', 1, { onNoGo: 'keep' });
    const world = looking();
    let goOn = (): void => undefined;
    const held = new Promise<void>((resolve) => (goOn = resolve));
    world.during.set('undo deploy.a', () => held);
    await go(world, made, async (run) => {
      await eventually('the undo', 20_000, () => world.record.some((one) => one.what === 'began' && one.task.undoes));
      await reset(run, beforeChild('/1-check'));
      const state = await resultOf(run);
      goOn();
      expect([state.verdict, state.phases[0]?.status, state.phases[0]?.takenBackBy]).toEqual([
        'no-go',
        'taken-back',
        'R1',
      ]);
    });
  }, 60_000);

  test('while the decision is asked about that was rejected', async () => {
    const asks = (id: string, requires: string[], onReject?: string) => ({
      id,
      title: id,
      requires,
      approval: approval(id, { when: 'after', ...(onReject ? { onReject } : {}) }),
    });
    const made = plan([phase('deploy', [step('a')]), phase('look', [step('b', looks)])], {
      rollbacks: { R1 },
      onNoGo: 'keep',
      decisions: [asks('one', ['deploy'], 'R1'), asks('two', ['look'])],
    });
    const world = new FakeWorld();
    await go(world, made, async (run) => {
      await run.until(({ waiting }) => waiting?.id === 'one', 'the question');
      const task = lastTask((await run.handle.fetchHistory()).events ?? []);
      await run.send('reject', { approval: 'one', role: 'cto', by: 'Ada', reason: 'no' });
      await run.until(({ waiting }) => waiting?.id === 'two', 'the other question');
      expect(world.deeds.at(-1)).toBe('undo deploy.a');
      await reset(run, () => task);
      for (const id of ['one', 'two']) {
        await eventually(`the question ${id}`, 20_000, async () => {
          const state = await newest(run).query<GoLiveState>('state');
          if (state.waiting?.id !== id) throw new Error(JSON.stringify(state.waiting));
          return true;
        });
        await newest(run).executeUpdate('approve', { args: [{ approval: id, role: 'cto', by: 'Ada' }] });
      }
      const state = await resultOf(run);
      expect(state.decisions.map(({ verdict }) => verdict)).toEqual(['no-go', 'go']);
      expect(state).toMatchObject({ verdict: 'no-go', phases: [{ status: 'taken-back', takenBackBy: 'R1' }, {}] });
    });
  }, 60_000);
});
