import { expect, test } from '@jest/globals';
import { pauses } from '../../../kinds/shared/pauses.js';

test('a pause is due after some milliseconds of work, and all else goes on in it', async () => {
  const pause = pauses();
  expect(pause()).toBeUndefined();
  const begun = performance.now();
  while (performance.now() - begun < 40);
  let others = 0;
  setImmediate(() => {
    others += 1;
  });
  await pause();
  expect(others).toBe(1);
  expect(pause()).toBeUndefined();
});
