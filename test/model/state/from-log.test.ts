import { expect, test } from '@jest/globals';
import { readEvent } from '../../../model/evidence/logged-event.js';
import type { JsonObject } from '../../../model/json.js';
import { stateFromLog, takenAgain } from '../../../model/state/from-log.js';
import { approval, phase, plan, step } from '../../kits/plans.js';

const made = plan(
  [
    phase('build', [step('make', { title: 'Make it' })]),
    phase('deploy', [step('page')], { approvals: [approval('deploy')] }),
  ],
  {
    decisions: [{ id: 'live', title: 'Live', requires: ['deploy'] }],
    rollbacks: { R1: { id: 'R1', title: 'Old page', undo: 'all', steps: [] } },
  },
);
const of = (phaseId: string, stepId: string) => ({
  phase: phaseId,
  phaseAttempt: 1,
  step: stepId,
  epoch: 1,
  kind: 'fake.act',
});
const from = (lines: JsonObject[]) =>
  stateFromLog(
    { plan: made, digest: 'd', startedBy: 'Op' },
    'shop',
    'T0',
    lines.map((line, seq) => readEvent(seq, line)),
  );

const begun: JsonObject[] = [
  { type: 'phase.started', time: 'T1', phase: 'build', attempt: 1 },
  { type: 'step.started', ...of('build', 'make'), title: 'Make it', attempt: 1, inputs: '' },
];
const made1: JsonObject[] = [
  ...begun,
  { type: 'step.done', ...of('build', 'make'), outputs: { n: 1 }, summary: 'made', evidence: [] },
  { type: 'phase.passed', time: 'T2', phase: 'build', attempt: 1, sentence: '1 of 1 steps done.' },
  { type: 'phase.started', time: 'T3', phase: 'deploy', attempt: 1 },
];
const asked: JsonObject = {
  type: 'approval.asked',
  time: 'T4',
  approval: 'deploy',
  question: 'Deploy?',
  digest: 'x',
  expiresAt: 'T9',
};
const closed: JsonObject = {
  type: 'approval.closed',
  time: 'T5',
  approval: 'deploy',
  status: 'approved',
  sentence: 'Ada.',
};

test('nothing is known of what has not begun', () => {
  expect(from([]).phases.map(({ status }) => status)).toEqual(['pending', 'pending']);
});

test('a step acts', () => {
  const [phaseState] = from(begun).phases;
  expect(phaseState).toMatchObject({ status: 'running', steps: [{ id: 'make', title: 'Make it', status: 'running' }] });
});

test('a phase passed, and a question is open', () => {
  const state = from([...made1, asked]);
  expect(state.phases[0]).toMatchObject({
    status: 'passed',
    verdict: 'go',
    sentence: '1 of 1 steps done.',
    endedAt: 'T2',
  });
  expect(state.phases[0]?.steps[0]).toMatchObject({ status: 'done', summary: 'made' });
  expect(state.waiting).toMatchObject({ kind: 'approval', id: 'deploy', text: 'Deploy?', roles: ['cto'], since: 'T4' });
});

test('a question that was answered is open no more', () => {
  const state = from([...made1, asked, closed]);
  expect([state.waiting, state.approvals[0]?.status]).toEqual([undefined, 'approved']);
});

const failedStep = (again?: true): JsonObject => ({
  type: 'step.failed',
  ...of('build', 'make'),
  code: 'CANCELLED',
  message: 'The worker was shut down.',
  inputs: '',
  evidence: [],
  ...(again ? { again } : {}),
});

test('what is taken again has not failed: it waits for its next try', () => {
  const again = [...begun, failedStep(true)];
  const read = (lines: JsonObject[]) => takenAgain(lines.map((line, seq) => readEvent(seq, line)));
  expect(from(again).phases[0]?.steps[0]).toMatchObject({ id: 'make', status: 'running' });
  expect(read(again)).toEqual([{ step: 'make', tries: 1, message: 'The worker was shut down.' }]);
  expect(read([...again, ...begun.slice(1), failedStep(true)])[0]?.tries).toBe(2);
  // The next try has begun, or was the last.
  for (const lines of [
    [...again, ...begun.slice(1)],
    [...begun, failedStep()],
  ])
    expect(read(lines)).toEqual([]);
  expect(from([...begun, failedStep()]).phases[0]?.steps[0]?.status).toBe('failed');
});

test('what failed, and the way back', () => {
  const state = from([
    ...made1,
    { type: 'step.failed', ...of('deploy', 'page'), code: 'NOT_FOUND', message: 'gone', inputs: '', evidence: [] },
    { type: 'phase.failed', time: 'T6', phase: 'deploy', attempt: 1, sentence: 'page: gone' },
    { type: 'rollback.started', time: 'T7', rollback: 'R1', because: 'page: gone', undos: 1 },
    {
      type: 'undo.started',
      ...of('rollback-R1', 'undo-build-1-make-1'),
      title: '',
      attempt: 1,
      inputs: '',
      undoes: 'build.1/make',
    },
    {
      type: 'undo.failed',
      ...of('rollback-R1', 'undo-build-1-make-1'),
      code: 'NOT_FOUND',
      message: 'no',
      inputs: '',
      evidence: [],
    },
    { type: 'phase.taken-back', phase: 'build', attempt: 1, rollback: 'R1' },
    { type: 'rollback.ended', time: 'T8', rollback: 'R1', status: 'incomplete', sentence: '' },
    { type: 'decision', time: 'T8', decision: 'live', verdict: 'no-go', sentence: 'It failed.' },
  ]);
  expect(state.phases.map(({ status }) => status)).toEqual(['taken-back', 'failed']);
  expect(state.phases[1]?.steps[0]).toMatchObject({
    status: 'failed',
    failure: { code: 'NOT_FOUND', message: 'gone' },
  });
  expect(state.rollbacks[0]).toMatchObject({ id: 'R1', title: 'Old page', status: 'incomplete', endedAt: 'T8' });
  expect(state.rollbacks[0]?.steps[0]).toMatchObject({ title: 'Undo build · make', status: 'undo-failed' });
  expect([state.rollbackIncomplete, state.decisions[0]?.verdict]).toEqual([true, 'no-go']);
});
