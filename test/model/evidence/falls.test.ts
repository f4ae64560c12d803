import { describe, expect, test } from '@jest/globals';
import { fallsOf, lastFalls, takenBackBy } from '../../../model/evidence/falls.js';
import { readEvent } from '../../../model/evidence/logged-event.js';
import type { JsonObject } from '../../../model/json.js';
import { asId, type PhaseId } from '../../../model/plan/address.js';
import { phase, plan, step } from '../../kits/plans.js';

const id = asId<PhaseId>;
const R1 = { id: 'R1', title: 'Old again', undo: 'all' as const, steps: [] };
const R2 = { id: 'R2', title: 'Other', undo: 'none' as const, steps: [], takesBack: [id('check')] };
const made = plan([phase('deploy', [step('freeze', { undoOn: 'always' }), step('a')]), phase('check', [step('n')])], {
  rollbacks: { R1, R2 },
});

const begun = (of: string, attempt: number): JsonObject => ({ type: 'phase.started', phase: of, attempt });
const passed = (of: string, attempt: number): JsonObject => ({ type: 'phase.passed', phase: of, attempt });
const back = (type: 'started' | 'ended', rollback: string, undos = 1): JsonObject => ({
  type: `rollback.${type}`,
  rollback,
  undos,
});
const fell = (of: string, attempt: number): JsonObject => ({
  type: 'phase.taken-back',
  phase: of,
  attempt,
  rollback: 'R1',
});
const undone = (rollback: string, of: string): JsonObject => ({
  type: 'undo.started',
  phase: `rollback-${rollback}`,
  undoes: of,
});
const logged = (lines: readonly JsonObject[]) => lines.map((line, seq) => readEvent(seq, line));
const first = [begun('deploy', 1), passed('deploy', 1), begun('check', 1)];

describe('a phase falls, by the log', () => {
  test.each<[string, JsonObject[], string[]]>([
    ['not where nothing was taken back', first, []],
    ['by its own word, with all attempts that had begun', [...first, fell('deploy', 1)], ['deploy 1 R1']],
    ['also where an earlier attempt is named', [...first, begun('deploy', 2), fell('deploy', 1)], ['deploy 2 R1']],
    ['because an undo began', [...first, undone('R1', 'deploy.1/a')], ['deploy 1 R1']],
    ['not because what was held is released', [...first, undone('release', 'deploy.1/freeze')], []],
    ['because what was held is let go in the middle', [...first, undone('R1', 'deploy.1/freeze')], ['deploy 1 R1']],
    ['not for a way back that came to its end without it', [...first, back('started', 'R1'), back('ended', 'R1')], []],
    [
      'because a way back began, and the log goes on without its end',
      [...first, back('started', 'R1'), begun('check', 1)],
      ['deploy 1 R1', 'check 1 R1'],
    ],
    [
      'also when the same began again, and that one ended',
      [...first, back('started', 'R1'), back('started', 'R1'), back('ended', 'R1')],
      ['deploy 1 R1', 'check 1 R1'],
    ],
    ['not because a release has no end', [...first, back('started', 'release')], []],
    [
      'with what the rollback names alone, when it undoes nothing',
      [...first, back('started', 'R2', 0)],
      ['check 1 R2'],
    ],
  ])('%s', (_name, lines, falls) => {
    expect(lastFalls(made, logged(lines)).map((one) => `${one.phase} ${one.attempt} ${one.rollback}`)).toEqual(falls);
  });
});

describe('a fall is behind a phase', () => {
  const again = [...first, fell('deploy', 1), begun('deploy', 2)];
  test.each<[string, JsonObject[], number, 'passed' | 'failed', string | undefined]>([
    ['when it passed at an attempt that was begun after it', [...again, passed('deploy', 2)], 2, 'passed', undefined],
    ['not when it was merely begun again', again, 2, 'passed', 'R1'],
    ['when it was begun again and did not pass, which it says', again, 2, 'failed', undefined],
    ['not at an attempt from before it, whatever was begun since', [...again, passed('deploy', 2)], 1, 'passed', 'R1'],
    [
      'not when an attempt from before it passes once more, as after a reset',
      [...first, fell('deploy', 1), begun('deploy', 1), passed('deploy', 1)],
      1,
      'passed',
      'R1',
    ],
    [
      'not when it passed at a later attempt before it fell',
      [...again, passed('deploy', 2), fell('deploy', 2)],
      2,
      'passed',
      'R1',
    ],
  ])('%s', (_name, lines, attempt, status, by) => {
    const events = logged(lines);
    expect(takenBackBy({ id: id('deploy'), attempt, status }, fallsOf(made, events), events)).toBe(by);
  });

  test('as of an event: what comes later counts neither way', () => {
    const events = logged([...again, passed('deploy', 2), fell('deploy', 2)]);
    const falls = fallsOf(made, events);
    const at = (attempt: number, before: number) =>
      takenBackBy({ id: id('deploy'), attempt, status: 'passed' }, falls, events, before);
    expect([at(1, 3), at(1, 4), at(2, 5), at(2, 6), at(2, 7)]).toEqual([undefined, 'R1', 'R1', undefined, 'R1']);
  });
});
