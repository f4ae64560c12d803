import type { Plan } from '../../model/plan/plan.js';
import type { GoLiveState } from '../../model/state/state.js';
import type { FakeWorld } from './fake-world.js';
import { begin, type Running, withWorker } from './run-go-live.js';
import { suiteServer } from './suite-server.js';
import { startTestServer } from './temporal.js';
import { eventually } from './until.js';

/** Events after which the server suggests to continue as new; 4,096 by default. */
export const SUGGESTED_AT = 80;

/**
 * What a test file needs whose go-lives have too many messages for one history.
 *
 * @param settings more dynamic configuration of its server, by key
 */
export function handingOn(settings: Record<string, number> = {}) {
  // A server of its own: it suggests to continue earlier than others do.
  const server = suiteServer(() =>
    startTestServer({ 'limit.historyCount.suggestContinueAsNew': SUGGESTED_AT, ...settings }),
  );
  /** The state as the newest execution tells it. */
  const newest = (made: Plan) => server.client.workflow.getHandle(made.target.id).query<GoLiveState>('state');
  return {
    server,
    newest,

    async executions(made: Plan): Promise<string[]> {
      const runs: string[] = [];
      for await (const { runId } of server.client.workflow.list({ query: `WorkflowId = '${made.target.id}'` }))
        runs.push(runId);
      return runs;
    },

    async go(world: FakeWorld, made: Plan, drive: (run: Running) => Promise<void>): Promise<void> {
      await withWorker(server.address, made.target.id, world, ['fake.act'], async () => {
        await drive(await begin(server.client, made.target.id, made));
      });
    },

    untilAsked: (made: Plan, id: string): Promise<GoLiveState> =>
      eventually(`the question ${id}`, 30_000, async () => {
        const state = await newest(made);
        return state.waiting?.id === id && state;
      }),
  };
}
