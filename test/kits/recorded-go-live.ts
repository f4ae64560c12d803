import type { Plan } from '../../model/plan/plan.js';
import type { FakeWorld } from './fake-world.js';
import { recordTest } from './histories.js';
import { begin, type Running, withWorker } from './run-go-live.js';
import type { SuiteServer } from './suite-server.js';

/** Runs one plan on a world until `drive` has ended; its histories are those of the test. */
export async function goRecorded(
  server: SuiteServer,
  world: FakeWorld,
  made: Plan,
  drive: (run: Running) => Promise<void>,
): Promise<void> {
  await withWorker(server.address, made.target.id, world, ['fake.act', 'other.act'], async () => {
    await drive(await begin(server.client, made.target.id, made));
    await recordTest(server.client, made.target.id);
  });
}
