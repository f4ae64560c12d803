import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { expect, test } from '@jest/globals';
import { stepFolder } from '../../../activities/step/step-evidence.js';
import { stepKit } from '../../kits/step-kit.js';
import { runStep, runTask, taskFor } from '../../kits/step-run.js';

stepKit('wait', {
  good: () => ({ for: '20ms' }),
  bad: () => ({ for: 'soon' }),
  badCode: 'BAD_INPUT',
  slow: () => ({ input: { for: '1h' }, under: async () => undefined }),
});

test('a long wait goes on where it stood when its worker was lost, and a short one begins again', async () => {
  const task = taskFor({ for: '1m' });
  await runTask('wait', task, { drained: true, cancelWhen: () => delay(300) });
  const memory = join(stepFolder(task.goLive.evidenceDir, task), 'remember.json');
  const since = Number(/^\{"since":(\d+)\}\n$/.exec(readFileSync(memory, 'utf8'))?.[1]);
  // As if it had begun a minute ago.
  writeFileSync(memory, `${JSON.stringify({ since: since - 60_000 })}\n`);
  const again = await runTask('wait', task, { attempt: 2 });
  expect(again.durationMs).toBeLessThan(25_000);
  expect(again.result?.outputs.waitedMs).toBeGreaterThanOrEqual(60_000);
  const short = await runStep('wait', { for: '20ms' });
  expect(existsSync(join(short.folder, 'remember.json'))).toBe(false);
});

test('a wait since a stated time is over then, however often it is begun', async () => {
  const since = (agoMs: number): string => new Date(Date.now() - agoMs).toISOString();
  const over = await runStep('wait', { for: '1h', since: since(3_600_000) });
  expect(over.result?.outputs.waitedMs).toBeLessThan(60_000);
  const nearly = await runStep('wait', { for: '1h', since: since(3_600_000 - 1500) });
  expect(nearly.result?.outputs.waitedMs).toBeGreaterThan(0);
  expect(nearly.result?.outputs.waitedMs).toBeLessThan(60_000);
  const ahead = since(-1500);
  const toCome = await runStep('wait', { for: '100ms', since: ahead });
  expect(toCome.result?.outputs).toMatchObject({ waitedMs: expect.any(Number) });
  expect(Date.now()).toBeGreaterThanOrEqual(Date.parse(ahead) + 100);
  expect(existsSync(join(nearly.folder, 'remember.json'))).toBe(false);
  const zoneless = await runStep('wait', { for: '1h', since: '2026-11-21T08:00:00' });
  expect(zoneless.failure).toMatchObject({ code: 'BAD_INPUT' });
});
