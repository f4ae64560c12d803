import { describe, expect, test } from '@jest/globals';
import { actualPath, plannedTimes, plannedTotalMs } from '../../../model/plan/critical-path.js';

/**
 * The Reliable Construction Co. of F. S. Hillier and G. J. Lieberman, Introduction to Operations Research, chapter
 * "Project Management with PERT/CPM": weeks and immediate predecessors.
 */
const RELIABLE: [id: string, weeks: number, needs: string][] = [
  ['A', 2, ''],
  ['B', 4, 'A'],
  ['C', 10, 'B'],
  ['D', 6, 'C'],
  ['E', 4, 'C'],
  ['F', 5, 'E'],
  ['G', 7, 'D'],
  ['H', 9, 'EG'],
  ['I', 7, 'C'],
  ['J', 8, 'FI'],
  ['K', 4, 'J'],
  ['L', 5, 'J'],
  ['M', 2, 'H'],
  ['N', 6, 'KL'],
];
/** Earliest start, latest start and slack, as the book has them. */
const TIMES: Record<string, [number, number, number]> = {
  A: [0, 0, 0],
  B: [2, 2, 0],
  C: [6, 6, 0],
  D: [16, 20, 4],
  E: [16, 16, 0],
  F: [20, 20, 0],
  G: [22, 26, 4],
  H: [29, 33, 4],
  I: [16, 18, 2],
  J: [25, 25, 0],
  K: [33, 34, 1],
  L: [33, 33, 0],
  M: [38, 42, 4],
  N: [38, 38, 0],
};

const network = RELIABLE.map(([id, plannedMs, needs]) => ({ id, plannedMs, needs: [...needs] }));

describe('the published network', () => {
  test.each(plannedTimes(network))('$id', ({ id, earliestStartMs, latestStartMs, slackMs }) => {
    expect([earliestStartMs, latestStartMs, slackMs]).toEqual(TIMES[id]);
  });

  test('44 weeks, along A B C E F J L N', () => {
    expect(plannedTotalMs(network)).toBe(44);
    const critical = plannedTimes(network).filter(({ slackMs }) => slackMs === 0);
    expect(critical.map(({ id }) => id).join('')).toBe('ABCEFJLN');
  });
});

test('without `needs`, the sum of all', () => {
  const phases = ['a', 'b', 'c'].map((id) => ({ id, plannedMs: 5 }));
  expect(plannedTotalMs(phases)).toBe(15);
  expect(plannedTimes(phases).map(({ earliestStartMs, slackMs }) => [earliestStartMs, slackMs])).toEqual([
    [0, 0],
    [5, 0],
    [10, 0],
  ]);
  expect(plannedTotalMs([])).toBe(0);
});

describe('the path that it took', () => {
  const at = (hour: number) => `2026-01-01T0${hour}:00:00Z`;
  const took = (id: string, needs: string[], from: number, to?: number) => ({
    id,
    needs,
    startedAt: at(from),
    ...(to === undefined ? {} : { endedAt: at(to) }),
  });

  test('goes back along the need that ended last', () => {
    const phases = [took('a', [], 0, 1), took('b', ['a'], 1, 5), took('c', ['a'], 1, 3), took('d', ['b', 'c'], 5, 6)];
    expect(actualPath(phases)).toEqual(['a', 'b', 'd']);
  });

  test('what has not ended, or never began, is not on it', () => {
    expect(actualPath([took('a', [], 0, 1), took('b', ['a'], 1), { id: 'c', needs: ['b'] }])).toEqual(['a']);
    expect(actualPath([])).toEqual([]);
  });
});

test('the path that it took leads through a phase that was skipped', () => {
  const at = (minute: number) => `2026-11-26T08:0${minute}:00.000Z`;
  const phases = [
    { id: 'a', startedAt: at(0), endedAt: at(1) },
    { id: 'skipped' },
    { id: 'b', startedAt: at(1), endedAt: at(2) },
  ];
  expect(actualPath(phases)).toEqual(['a', 'b']);
});
