import { expect, test } from '@jest/globals';
import { Findings } from '../../../evidence/verify/finding.js';
import { checkTold } from '../../../evidence/verify/told.js';
import { readEvent } from '../../../model/evidence/logged-event.js';
import { type StepFailure, UNREPORTED } from '../../../model/failure.js';
import type { JsonObject } from '../../../model/json.js';
import { addressText, asId } from '../../../model/plan/address.js';
import { initialState } from '../../../model/state/initial-state.js';
import { approval, phase, plan, step } from '../../kits/plans.js';

const STARTED = '2026-11-21T09:00:00Z';
const of = { phase: 'one', phaseAttempt: 1, step: 'a', epoch: 2, kind: 'fake.act' };
const failed = (message: string): JsonObject => ({ type: 'step.failed', ...of, code: 'CHECK_FAILED', message });
const done: JsonObject = { type: 'step.done', ...of, outputs: {}, summary: 'done' };
const broken: StepFailure = { code: 'CHECK_FAILED', message: 'It is broken.' };

async function found(failure: StepFailure, log: readonly JsonObject[], question = 'Go on?', asked = question) {
  const after = approval('one.after', { when: 'after', question });
  const made = plan([phase('one', [step('a')], { approvals: [after] })]);
  const state = initialState(made, 'd', 'w', 'Sam', STARTED);
  const { title } = step('a');
  Object.assign(state.phases[0] ?? {}, {
    status: 'failed',
    attempt: 1,
    steps: [{ id: 'a', title, status: 'failed', epoch: 2, failure }],
  });
  for (const one of state.approvals) one.question = asked;
  const begun: JsonObject = { type: 'phase.started', phase: 'one', attempt: 1 };
  const events = [begun, ...log].map((line, seq) => readEvent(seq, line));
  const findings = new Findings();
  await checkTold({ plan: made, startedBy: 'Sam', state }, events, findings);
  return findings.list.map(({ item, message }) => `${item} ${message}`);
}

test.each<[string, StepFailure, JsonObject[]]>([
  ['as the log has it', broken, [failed('It is broken.')]],
  ['as an earlier try of it has it', broken, [failed('It is broken.'), failed('It is still broken.')]],
  [
    'stopped, which the activity says in its own words',
    UNREPORTED.stopped,
    [failed('The step was stopped on request.')],
  ],
  ['whose worker was lost after a try', UNREPORTED.lost, [failed('It is broken.')]],
  ['whose time was over after a try', UNREPORTED.late, [failed('It is broken.')]],
  [
    'by a defect that no activity came to, when it was opened again',
    { code: 'INTERNAL', message: 'x is undefined' },
    [{ ...failed('It is broken.'), epoch: 1 }],
  ],
  ['because it gave too much, after it was done', broken, [failed('Not yet.'), done]],
  ['of which the log knows nothing', broken, []],
])('a failure %s is found sound', async (_name, failure, log) => {
  expect(await found(failure, log)).toEqual([]);
});

test.each<[string, StepFailure, JsonObject[]]>([
  ['another reason', broken, [failed('It exploded.')]],
  ['a defect that the log does not know', { code: 'INTERNAL', message: 'x is undefined' }, [failed('It exploded.')]],
  ['another reason after it was done once', broken, [done, failed('It exploded.')]],
  [
    'words of the workflow under another code',
    { ...broken, message: UNREPORTED.lost.message },
    [failed('It exploded.')],
  ],
])('a failure for %s is found', async (_name, failure, log) => {
  expect(await found(failure, log)).toEqual(['one.a failed for another reason by the log']);
});

const ASKED = { type: 'approval.asked', approval: 'one.after', digest: 'd', expiresAt: STARTED };
test.each<[string, string, string, JsonObject[], boolean]>([
  ['as the plan has it', 'Go on?', 'Go on?', [], true],
  ['another one', 'Go on?', 'Stop?', [], false],
  [
    'filled in as it was asked',
    'Are ${{ steps.a.n }} right?',
    'Are 5 right?',
    [{ ...ASKED, question: 'Are 5 right?' }],
    true,
  ],
  [
    'filled in otherwise',
    'Are ${{ steps.a.n }} right?',
    'Are 6 right?',
    [{ ...ASKED, question: 'Are 5 right?' }],
    false,
  ],
  ['to be filled in, and never asked', 'Are ${{ steps.a.n }} right?', 'Are (unknown) right?', [], true],
])('a question %s', async (_name, question, told, log, isSound) => {
  const list = await found(broken, [...log, failed('It is broken.')], question, told);
  expect(list).toEqual(isSound ? [] : ['one.after has another question than the plan']);
});

test.each([
  ['as the plan has it', [{ entry: 'broken', when: ['one.a'] }], []],
  [
    'that answers something else',
    [{ entry: 'broken', when: ['one.b'] }],
    ['data/state.json has another playbook than the plan'],
  ],
  ['that is gone', undefined, ['data/state.json has another playbook than the plan']],
])('a playbook %s', async (_name, told, list) => {
  const when = [addressText({ phase: asId('one'), part: asId('a') })];
  const made = { ...plan([phase('one', [step('a')])]), playbook: [{ entry: 'broken', when }] };
  const state = Object.assign(initialState(made, 'd', 'w', 'Sam', STARTED), { playbook: told });
  const findings = new Findings();
  await checkTold({ plan: made, startedBy: 'Sam', state }, [], findings);
  expect(findings.list.map(({ item, message }) => `${item} ${message}`)).toEqual(list);
});
