import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { recordedHistories } from '../kits/histories.js';
import { workflowBundle } from '../kits/temporal.js';

const recorded = await recordedHistories();
/** What replaying each came to, by name: undefined where it replayed. One worker replays them all. */
const outcomes = new Map<string, Error | undefined>();

beforeAll(async () => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
  const histories = recorded.map(({ name, history }) => ({ workflowId: name.replace(/\.json$/, ''), history }));
  for await (const { workflowId, error } of Worker.runReplayHistories({ workflowBundle: workflowBundle() }, histories))
    outcomes.set(`${workflowId}.json`, error);
}, 300_000);

test('there is a past to guard', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(10);
});

test.each(recorded)('$name replays on these workflows', ({ name }) => {
  expect(outcomes.has(name)).toBe(true);
  expect(outcomes.get(name)).toBeUndefined();
});
