import { describe, expect, test } from '@jest/globals';
import { arrivalsOf } from '../../../kinds/load/arrivals.js';
import { lengthOf, PROFILES } from '../../../kinds/load/profiles.js';

describe('the profiles of the certificate', () => {
  // Agents, tasks a minute, minutes, tasks of all cycles: the page of the requirement.
  test.each([
    ['P1', 2, 150, 15],
    ['P2', 15, 4500, 45],
    ['P3', 50, 12_500, 29],
    ['P4', 10, 3600, 120],
    ['P5', 5, 600, 30],
  ] as const)('%s: %i agents, %i tasks in %i minutes', (name, agents, tasks, minutes) => {
    const profile = PROFILES[name];
    expect(profile.agents).toBe(agents);
    expect(arrivalsOf(profile, 1).tasks).toBe(tasks);
    expect(lengthOf(profile)).toBe(minutes * 60_000);
    expect(arrivalsOf(profile, 60)).toMatchObject({ tasks, lengthMs: minutes * 1000 });
  });
});

test('tasks are evenly spaced in each cycle, and none falls into a pause', () => {
  const { dueMs } = arrivalsOf({ agents: 1, perMinute: 60, duration: 3000, cycles: 2, pause: 7000 }, 1);
  expect([0, 1, 2, 3, 4, 5].map(dueMs)).toEqual([0, 1000, 2000, 10_000, 11_000, 12_000]);
});

test('more than may be is refused', () => {
  const base = { agents: 1, perMinute: 60, duration: 60_000, cycles: 1, pause: 0 };
  expect(() => arrivalsOf({ ...base, duration: 0 }, 1)).toThrow('No task arrives');
  expect(() => arrivalsOf({ ...base, perMinute: 60_000, duration: 3_600_000 }, 1)).toThrow('at most 200000');
  expect(() => arrivalsOf({ ...base, perMinute: 6000 }, 60)).toThrow('6000 tasks a second');
});
