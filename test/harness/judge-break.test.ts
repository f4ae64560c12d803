import { describe, expect, test } from '@jest/globals';
import type { Plan } from '../../model/plan/plan.js';
import type { Happening } from '../kits/fake-world.js';
import { judgeBreak } from '../kits/judge-break.js';
import { happened, twoPhases } from './happened.js';

const plain = twoPhases();

describe('where it failed', () => {
  const attempts = twoPhases({ attempts: 2 });
  test.each<[string, Plan, Happening[], string[]]>([
    ['there', plain, happened('one.a', 'two.b!'), []],
    [
      'what is beside it ends',
      plain,
      happened('one.a', 'two.b', 'two.c!', 'two.d'),
      ['two.c fails, and is not what was broken', 'two.b fails 0 times instead of 1'],
    ],
    ['once in each attempt', attempts, happened('one.a', 'two.b!', 'two.b!#2'), []],
    ['not tried again', attempts, happened('one.a', 'two.b!'), ['two.b fails 1 times instead of 2']],
    ['it goes on', plain, happened('one.a', 'two.b!', 'two.c'), ['two.c begins after two.b has failed']],
  ])('%s', (_, made, record, faults) => {
    expect(judgeBreak(made, record, 'two.b')).toEqual(faults);
  });
  test('nothing of a later phase begins', () => {
    expect(judgeBreak(plain, happened('one.a!', 'two.b'), 'one.a')).toEqual([
      'two.b begins, though one.a stopped the go-live',
    ]);
    expect(judgeBreak(plain, happened('one.a', 'two.b', 'two.c!', 'two.d'), 'two.c')).toEqual([]);
  });
});
