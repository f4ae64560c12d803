import { beforeAll, expect, test } from '@jest/globals';
import { DefaultLogger, Runtime, Worker } from '@temporalio/worker';
import { recordedHistories } from '../kits/histories.js';
import { workflowBundle } from '../kits/temporal.js';

const recorded = await recordedHistories();

beforeAll(() => {
  Runtime.install({ logger: new DefaultLogger('ERROR', () => undefined) });
}, 120_000);

test('there is a past to guard', () => {
  expect(recorded.length).toBeGreaterThanOrEqual(10);
});

test.each(recorded)(
  '$name replays on these workflows',
  async ({ name, history }) => {
    const id = name.replace(/\.json$/, '');
    await Worker.runReplayHistory({ workflowBundle: workflowBundle() }, history, id);
  },
  30_000,
);
