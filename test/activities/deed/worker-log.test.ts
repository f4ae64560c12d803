import { expect, test } from '@jest/globals';
import { StepError } from '../../../activities/step/step-error.js';
import { call, counted, type Do } from '../../kits/counting.js';
import { runStep } from '../../kits/step-run.js';

test('the log of the worker has a line for each attempt that ended, and nothing of what it said', async () => {
  const lines: unknown[] = [];
  const log = (line: string) => void lines.push(JSON.parse(line));
  const at = { goLive: 'shop/change-1', phase: '1-kit', step: 'step', kind: 'count', part: 'do', attempt: 2 };
  await runStep('count', { n: 3 }, { ...call(async () => counted(3)), log, attempt: 2 });
  expect(lines.splice(0)).toEqual([
    { level: 30, time: expect.any(Number), ...at, ms: expect.any(Number), msg: 'a step is done' },
  ]);
  const fails: Do = async () => {
    throw new StepError('CHECK_FAILED', 'The text of a target.');
  };
  await runStep('count', { n: 3 }, { ...call(fails), log, attempt: 2 });
  expect(lines).toEqual([
    {
      level: 40,
      time: expect.any(Number),
      ...at,
      ms: expect.any(Number),
      code: 'CHECK_FAILED',
      msg: 'a step failed',
    },
  ]);
});
