import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { whileFileLocked } from '../../../kinds/shared/locked-file.js';
import { taskFor, temporaryFolder } from '../../kits/step-run.js';

const context = (timeoutMs = 5000, signal = new AbortController().signal) => ({
  task: taskFor({}, { task: { timeoutMs } }),
  signal,
  progress: () => undefined,
});

test('one after the other on one file, at once on two', async () => {
  const path = join(temporaryFolder(), 'f');
  const seen: string[] = [];
  const work = (name: string) => async (): Promise<void> => {
    seen.push(`${name} begins`);
    await new Promise((resolve) => setTimeout(resolve, 30));
    seen.push(`${name} ends`);
  };
  await Promise.all(['a', 'b', 'c'].map((name) => whileFileLocked(path, context(), work(name))));
  for (const [index, line] of seen.entries())
    if (index % 2 === 0) expect(seen[index + 1]).toBe(line.replace('begins', 'ends'));
  seen.length = 0;
  await Promise.all(['d', 'e'].map((name) => whileFileLocked(`${path}-${name}`, context(), work(name))));
  expect(seen.slice(0, 2).every((line) => line.endsWith('begins'))).toBe(true);
});

test('whoever does not get its turn names the one that has it, and one that is stopped waits no more', async () => {
  const path = join(temporaryFolder(), 'f');
  let finish = (): void => undefined;
  const held = whileFileLocked(path, context(), () => new Promise<void>((resolve) => (finish = resolve)));
  await expect(whileFileLocked(path, context(200), async () => undefined)).rejects.toMatchObject({
    code: 'CHECK_FAILED',
    message: `${path} is being changed by another step of this worker, which does not end.`,
  });
  await expect(
    whileFileLocked(path, context(5000, AbortSignal.timeout(50)), async () => undefined),
  ).rejects.toMatchObject({
    code: 'CANCELLED',
  });
  finish();
  await held;
  await expect(whileFileLocked(path, context(), async () => 'had')).resolves.toBe('had');
});

test('what goes wrong in its turn is told as it is, also when the step was stopped meanwhile', async () => {
  const stop = new AbortController();
  const work = async (): Promise<never> => {
    stop.abort();
    throw new Error('the disk is full');
  };
  await expect(whileFileLocked(join(temporaryFolder(), 'f'), context(5000, stop.signal), work)).rejects.toThrow(
    'the disk is full',
  );
});
