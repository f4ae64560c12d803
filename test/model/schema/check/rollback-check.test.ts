import { describe, expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const looks = [{ id: 'look', uses: 'wait', with: { for: '1s' } }];
const writes = [{ id: 'write', uses: 'file.write', with: { path: 'a', content: 'b' } }];
const kept = [{ ...writes[0], undo: 'none' }];
const phase = (id: string, steps: object[], more: object = {}) => ({ id, owner: 'lead', steps, ...more });
const back = (onFail: object) => ({ onFail: { attempts: 2, rollback: 'R1', ...onFail } });

describe('a runbook is refused', () => {
  test.each<[string, Record<string, unknown>, RegExp]>([
    [
      'whose return stands on a phase that the rollback undoes',
      {
        phases: [phase('a', writes), phase('b', looks), phase('c', looks, back({ then: { return: 'b' } }))],
        rollbacks: { R1: { undo: 'all' } },
      },
      /cannot begin again at 'b': rollback 'R1' takes back phase 'a', which comes before: Return to 'a'/,
    ],
    [
      'whose return stands on a phase that the steps of the rollback take back',
      {
        phases: [phase('a', looks), phase('b', looks, back({ then: { return: 'b' } }))],
        rollbacks: { R1: { takesBack: ['a'], steps: looks } },
      },
      /cannot begin again at 'b'/,
    ],
    [
      'whose rollback takes back what is not there',
      { phases: [phase('deploy', looks)], rollbacks: { R1: { takesBack: ['deplay'] } } },
      /no phase 'deplay': Did you mean 'deploy'/,
    ],
    [
      'whose rollback takes a phase back twice',
      { phases: [phase('a', looks)], rollbacks: { R1: { takesBack: ['a', 'a'] } } },
      /already a phase 'a'/,
    ],
    [
      'whose question runs no rollback that there is',
      { phases: [phase('a', looks, { approval: { role: 'lead', onReject: 'R9' } })] },
      /no rollback 'R9'/,
    ],
    [
      'whose decision would undo the phase that it is not',
      {
        phases: [phase('a', looks)],
        decisions: [{ id: 'go', requires: ['a'], approval: { role: 'lead', onReject: 'R1' } }],
        rollbacks: { R1: { undo: 'phase' } },
      },
      /rollback 'R1' undoes the failed phase, and decision 'go' is none/,
    ],
    [
      'whose rollback has a step with an undo that would never run',
      {
        phases: [phase('a', looks)],
        rollbacks: { R1: { steps: [{ parallel: [{ ...writes[0], undo: ['own'] }, looks[0]] }] } },
      },
      /step 'write' of rollback 'R1' is not taken back: Leave `undo` out; with undoOn: always it is released/,
    ],
  ])('%s', (_name, parts, problem) => {
    expect(problemsWith(parts)).toEqual([expect.stringMatching(problem)]);
  });
});

describe('a runbook may', () => {
  test.each<[string, Record<string, unknown>]>([
    [
      'return to the earliest phase that is undone',
      {
        phases: [phase('a', writes), phase('b', looks), phase('c', looks, back({ then: { return: 'a' } }))],
        rollbacks: { R1: { undo: 'all' } },
      },
    ],
    [
      'return behind a phase that has no undo',
      {
        phases: [phase('a', kept), phase('b', looks), phase('c', looks, back({ then: { return: 'b' } }))],
        rollbacks: { R1: { undo: 'all' } },
      },
    ],
    [
      'run a rollback on a rejection',
      {
        phases: [phase('a', writes, { approval: [{ role: 'lead', when: 'after', onReject: 'R1' }] })],
        decisions: [{ id: 'go', requires: ['a'], approval: { role: 'lead', onReject: 'R1' } }],
        rollbacks: { R1: { undo: 'all' } },
      },
    ],
  ])('%s', (_name, parts) => {
    expect(problemsWith(parts)).toEqual([]);
  });
});
