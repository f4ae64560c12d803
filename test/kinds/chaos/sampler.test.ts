import { afterEach, expect, test } from '@jest/globals';
import type { Judging } from '../../../kinds/chaos/chaos-figures.js';
import { clockMs } from '../../../kinds/chaos/clock.js';
import type { Seen } from '../../../kinds/chaos/look.js';
import { Sampler } from '../../../kinds/chaos/sampler.js';
import { eventually } from '../../kits/until.js';

const judging: Judging = {
  steady: { url: 'http://127.0.0.1/', headers: {}, within: 60_000 },
  every: 100,
  samples: 3,
  rounds: 1,
  recoverWithin: 10_000,
  judge: true,
};
const GOOD: Seen = { code: 200 };
const running: Sampler[] = [];
afterEach(() => {
  // Looks that hang are not waited for.
  for (const one of running.splice(0)) void one.stop();
});

function sampler(look: () => Promise<Seen>, tick: () => void = () => undefined) {
  const failures: unknown[] = [];
  const options = { judging, look, beganMs: clockMs(), take: () => undefined, tick };
  const one = new Sampler(options, (error) => failures.push(error));
  running.push(one);
  return { one, failures };
}

test('a look that hangs hides none that were due meanwhile, and nothing after it is settled before it has ended', async () => {
  let answer: (seen: Seen) => void = () => undefined;
  let looks = 0;
  const { one } = sampler(() => {
    looks += 1;
    if (looks > 1) return Promise.resolve(GOOD);
    return new Promise((resolve) => {
      answer = resolve;
    });
  });
  await eventually('others are taken', 10_000, () => one.samples.length >= 3, 10);
  expect(one.settled()).toEqual([]);
  answer({ code: null });
  await eventually('all are settled', 10_000, () => one.settled().length >= 4, 10);
  expect(one.settled().map(({ n }) => n)).toEqual(one.settled().map((_, index) => index));
  await one.stop();
  const taken = one.samples.length;
  expect(looks).toBe(taken);
});

test('slots that come while the sampler does not are missed, and not made up for', async () => {
  const { one } = sampler(() => Promise.resolve(GOOD));
  await eventually('it looks', 10_000, () => one.samples.length >= 2, 10);
  const until = clockMs() + 550;
  while (clockMs() < until) void 0;
  await eventually('it looks again', 10_000, () => one.missed.size >= 4, 10);
  const numbers = one.samples.map(({ n }) => n);
  expect(new Set(numbers).size).toBe(numbers.length);
  expect([...one.missed].filter((n) => numbers.includes(n))).toEqual([]);
  await one.stop();
});

test('what a look or a guard throws is told, and the time without a steady state begins with its first sample', async () => {
  const { one, failures } = sampler(
    () => Promise.resolve({ code: 500 }),
    () => {
      throw new Error('tripped');
    },
  );
  await eventually('it is told', 10_000, () => failures.length > 0 && one.samples.length > 1, 10);
  expect(one.unsteadySince()).toBe(one.samples[0]?.ms);
  expect(one.unsteady()).toBe(one.samples.length);
  await one.stop();
});
