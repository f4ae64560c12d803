import { describe, expect, test } from '@jest/globals';
import { checkDecisions } from '../../../evidence/verify/decisions.js';
import { Findings } from '../../../evidence/verify/finding.js';
import { checkStanding } from '../../../evidence/verify/standing.js';
import { type LoggedEvent, readEvent } from '../../../model/evidence/logged-event.js';
import type { JsonObject } from '../../../model/json.js';
import { initialState } from '../../../model/state/initial-state.js';
import type { GoLiveState } from '../../../model/state/state.js';
import { phase, plan, step } from '../../kits/plans.js';

const AT = '2026-01-01T00:00:00.000Z';
const made = plan([phase('freeze', [step('f', { undoOn: 'always' })]), phase('deploy', [step('a')])], {
  decisions: [
    { id: 'live', title: 'Live', requires: ['freeze', 'deploy'] },
    { id: 'told', title: 'Told', requires: ['live'] },
  ],
});

const began = (id: string, attempt = 1): JsonObject => ({ type: 'phase.started', phase: id, attempt });
const ran = (id: string, attempt = 1): JsonObject[] => [
  began(id, attempt),
  { type: 'phase.passed', phase: id, attempt, sentence: 'So.' },
];
const decided = (id: string, verdict: string): JsonObject => ({
  type: 'decision',
  decision: id,
  verdict,
  sentence: 'So.',
});
const undone = (rollback: string, deed: string): JsonObject => ({
  type: 'undo.started',
  phase: `rollback-${rollback}`,
  undoes: deed,
});
const fell = (id: string, rollback: string): JsonObject => ({
  type: 'phase.taken-back',
  phase: id,
  attempt: 1,
  rollback,
});
const good = [...ran('freeze'), ...ran('deploy'), decided('live', 'go'), decided('told', 'go')];

/** The state as somebody who holds the key would have it: all passed, all GO. */
function allGo(change: (state: GoLiveState) => void = () => undefined): GoLiveState {
  const state = initialState(made, 'd', 'w', 'Sam', AT);
  for (const one of state.phases) Object.assign(one, { status: 'passed', verdict: 'go', attempt: 1 });
  for (const one of state.decisions) Object.assign(one, { verdict: 'go', sentence: 'So.' });
  state.verdict = 'go';
  change(state);
  return state;
}

function found(state: GoLiveState, lines: readonly JsonObject[]): string[] {
  const events: LoggedEvent[] = lines.map((line, seq) => readEvent(seq, { ...line, time: AT }));
  const findings = new Findings();
  checkStanding(made, state, events, findings);
  checkDecisions(made, state, events, findings);
  return findings.list.map(({ item, message }) => `${item} ${message}`);
}

/** It was deployed, and R1 took it back. */
const tookBack = [...ran('freeze'), ...ran('deploy'), undone('R1', 'deploy.1/a'), fell('deploy', 'R1')];
const allDecided = good.slice(4);
const deployedAt = (attempt: number) => allGo((state) => Object.assign(state.phases[1] ?? {}, { attempt }));

describe('a go-live that ended in GO', () => {
  test.each<[string, JsonObject[], number]>([
    ['with nothing taken back', good, 1],
    ['and released what was held', [...good, undone('release', 'freeze.1/f')], 1],
    ['at a second attempt of what was taken back', [...tookBack, ...ran('deploy', 2), ...allDecided], 2],
    ['after a reset before anything was taken back', [...ran('freeze'), ...ran('deploy'), ...good], 1],
  ])('%s is as it should be', (_name, events, attempt) => {
    expect(found(deployedAt(attempt), events)).toEqual([]);
  });
});

describe('a go-live that was reset to before its rollback', () => {
  const gone = 'live is go, and decided again it is no-go';
  const reset = 'deploy began attempt 2, and the state knows of 1: its workflow was reset';
  test.each<[string, JsonObject[], string[]]>([
    [
      'while the next attempt waited',
      [...tookBack, began('deploy', 2), ...allDecided],
      ['deploy stands by the state, and the log says that R1 took it back', reset, gone],
    ],
    ['after the next attempt had passed', [...tookBack, ...ran('deploy', 2), ...allDecided], [reset, gone]],
    [
      'and took the first attempt once more',
      [...tookBack, began('deploy', 2), ...ran('deploy', 1), ...allDecided],
      ['deploy began attempt 1 after attempt 2: its workflow was reset', reset, gone],
    ],
    [
      'while the rollback had begun',
      [...ran('freeze'), ...ran('deploy'), { type: 'rollback.started', rollback: 'R1', undos: 1 }, ...allDecided],
      [gone],
    ],
  ])('%s is found out', (_name, events, findings) => {
    expect(found(allGo(), events)).toEqual(expect.arrayContaining(findings));
  });

  test('whatever attempt its state names', () => {
    expect(found(deployedAt(2), [...tookBack, began('deploy', 2), ...allDecided])).toContain(gone);
  });
});

describe('who holds the key cannot call GO', () => {
  test.each<[string, JsonObject[], string]>([
    [
      'what a rollback took back before the decision',
      [...tookBack, ...allDecided],
      'live is go, and decided again it is no-go',
    ],
    [
      'the same where the log tells of the undo alone',
      [...ran('freeze'), ...ran('deploy'), undone('R1', 'deploy.1/a'), ...good.slice(4)],
      'live is go, and decided again it is no-go',
    ],
    [
      'what was undone after the decision',
      [...good, undone('undo', 'deploy.1/a'), fell('deploy', 'undo')],
      'live is go, and its phase deploy was taken back by undo',
    ],
    [
      'what rests on a decision that fell',
      [...good, undone('undo', 'deploy.1/a'), fell('deploy', 'undo'), decided('live', 'no-go')],
      'told is go, and a decision that it requires is not',
    ],
    [
      'what was held, and let go in the middle',
      [...ran('freeze'), undone('R1', 'freeze.1/f'), ...ran('deploy'), ...good.slice(4)],
      'live is go, and decided again it is no-go',
    ],
  ])('%s', (_name, events, finding) => {
    expect(found(allGo(), events)).toContain(finding);
  });

  test('a phase that the log says was taken back', () => {
    const events = [...good, fell('deploy', 'R1'), decided('live', 'no-go'), decided('told', 'no-go')];
    const state = allGo((one) => one.decisions.forEach((decision) => (decision.verdict = 'no-go')));
    expect(found(state, events)).toContain('deploy stands by the state, and the log says that R1 took it back');
  });
});

test('a NO-GO from before there was a word for it is as it was: undone at its end, after it was decided', () => {
  const failed: JsonObject[] = [
    ...ran('freeze'),
    { type: 'phase.started', phase: 'deploy', attempt: 1 },
    { type: 'phase.failed', phase: 'deploy', attempt: 1, sentence: 'No.' },
    decided('live', 'no-go'),
    decided('told', 'no-go'),
    undone('undo', 'deploy.1/a'),
  ];
  const state = allGo((one) => {
    Object.assign(one.phases[1] ?? {}, { status: 'failed', verdict: 'no-go', sentence: 'No.' });
    for (const decision of one.decisions) decision.verdict = 'no-go';
    one.verdict = 'no-go';
  });
  expect(found(state, failed)).toEqual([]);
});
