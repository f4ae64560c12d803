import { describe, expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const look = (id = 'look') => ({ id, uses: 'tcp.check', with: { host: '127.0.0.1', port: 9 } });
const phase = (id: string, more: object = {}) => ({ id, owner: 'lead', steps: [look()], ...more });
const reads = (id: string) => ({ gates: [{ id: 'g', value: `phases.${id}.steps.look.ms`, atMost: 9 }] });

describe('a runbook is refused', () => {
  test.each<[string, object[], RegExp]>([
    [
      'that waits for what is not there',
      [phase('build'), phase('ship', { needs: ['biuld'] })],
      /no phase 'biuld': Did you mean 'build'/,
    ],
    [
      'that waits for what stands below',
      [phase('a', { needs: ['b'] }), phase('b', { needs: [] })],
      /phase 'b' stands below 'a': Move 'a' below it/,
    ],
    ['that waits for itself', [phase('a', { needs: ['a'] })], /phase 'a' cannot wait for itself/],
    ['that waits twice', [phase('a'), phase('b', { needs: ['a', 'a'] })], /already a phase in `needs`: 'a'/],
    [
      'that reads what may not be over',
      [phase('a'), phase('b', { needs: [], ...reads('a') })],
      /'a' cannot be used here: Phase 'a' may not be over when 'b' begins: add it to the needs of 'b'/,
    ],
    [
      'that goes back to what it does not wait for',
      [phase('a'), phase('b', { needs: [], onFail: { attempts: 2, then: { return: 'a' } } })],
      /phase 'b' does not wait for 'a'/,
    ],
  ])('%s', (_, phases, problem) => {
    expect(problemsWith({ phases })).toEqual([expect.stringMatching(problem)]);
  });
});

test('what is surely over can be read, and gone back to: also what a phase waits for through others', () => {
  const phases = [
    phase('a', { needs: [] }),
    phase('b', { needs: [] }),
    phase('c', { needs: ['a'] }),
    phase('d', { needs: ['c'], ...reads('a'), onFail: { attempts: 2, then: { return: 'a' } } }),
    phase('e', reads('a')),
  ];
  expect(problemsWith({ phases })).toEqual([]);
});
