import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { DecisionState, PhaseState, StepRecord, Tick, UndoEntry } from '../../../model/state/state.js';
import type { ApprovalState } from '../../../model/people/approval.js';
import {
  approvalAsked,
  approvalClosed,
  decisionAnswered,
  decisionWaits,
  itemTicked,
  phaseBegun,
  phaseEnded,
  phaseJudged,
  phasePassed,
  phasePassedOver,
  phaseSentence,
  phaseTakenBack,
  rollbackBegun,
  rollbackEnded,
  stepBegun,
  stepFailed,
  stepSeenDone,
  undoFailed,
} from '../../../model/state/transitions.js';

const AT = '2026-01-01T10:00:00.000Z';
const LATER = '2026-01-01T11:00:00.000Z';
const step: StepRecord = { id: asId('a'), title: 'A', uses: 'wait', status: 'pending', epoch: 0 };
const phaseState = (): PhaseState => ({
  id: asId('one'),
  index: 0,
  title: 'One',
  owner: [],
  plannedMs: 0,
  status: 'pending',
  attempt: 0,
  steps: [],
  gates: [],
  history: [],
});

describe('a phase', () => {
  test('keeps an attempt that was judged, and begins the next with nothing of it', () => {
    const phase = phaseState();
    phaseBegun(phase, AT);
    phase.steps = [step];
    phaseJudged(phase, { status: 'failed', verdict: 'no-go', sentence: 'It failed.', gates: [] });
    phaseEnded(phase, { status: 'failed', verdict: 'no-go', sentence: 'It failed.' }, AT);
    phaseBegun(phase, LATER);
    expect(phase).toEqual({
      ...phaseState(),
      status: 'waiting',
      attempt: 2,
      startedAt: LATER,
      history: [
        { attempt: 1, verdict: 'no-go', sentence: 'It failed.', startedAt: AT, endedAt: AT, steps: [step], gates: [] },
      ],
    });
  });

  test('keeps nothing of an attempt that was never judged', () => {
    const phase = phaseState();
    phaseBegun(phase, AT);
    phaseBegun(phase, LATER);
    expect(phase.history).toEqual([]);
  });

  test('is judged first and over later', () => {
    const phase = phaseState();
    phaseBegun(phase, AT);
    phaseJudged(phase, { status: 'passed', verdict: 'go', sentence: 'All hold.', gates: [] });
    expect(phase.endedAt).toBeUndefined();
    phasePassed(phase, LATER);
    expect(phase).toMatchObject({ status: 'passed', verdict: 'go', endedAt: LATER });
  });
});

describe('a phase that a rollback took back', () => {
  const taken = (): PhaseState => {
    const phase = phaseState();
    phaseBegun(phase, AT);
    phaseJudged(phase, { status: 'passed', verdict: 'go', sentence: 'All hold.', gates: [] });
    phaseTakenBack(phase, 'R1');
    return phase;
  };
  test('does not stand, and still tells what it came to', () => {
    expect(taken()).toMatchObject({ status: 'taken-back', takenBackBy: 'R1', verdict: 'go', sentence: 'All hold.' });
  });

  test('stays so when its attempt ends afterwards', () => {
    const phase = taken();
    phaseEnded(phase, { status: 'failed', verdict: 'no-go', sentence: 'No.' }, LATER);
    expect(phase).toMatchObject({ status: 'taken-back', takenBackBy: 'R1', sentence: 'No.' });
  });

  test('begins again as a new attempt with nothing of it but its history', () => {
    const phase = taken();
    phasePassedOver(phase);
    phaseBegun(phase, LATER);
    expect(phase).toEqual({
      ...phaseState(),
      status: 'waiting',
      attempt: 2,
      startedAt: LATER,
      history: [
        { attempt: 1, verdict: 'go', sentence: 'All hold. Taken back by R1.', startedAt: AT, steps: [], gates: [] },
      ],
    });
  });
});

describe('a step', () => {
  test('that is taken again has no failure any more', () => {
    const record = { ...step };
    stepBegun(record, AT);
    stepFailed(record, 'failed', { code: 'TIMED_OUT', message: 'Too late.', evidence: [] });
    expect(record).toMatchObject({ status: 'failed', epoch: 1, evidence: [] });
    stepBegun(record, LATER);
    expect(record).toMatchObject({ status: 'running', epoch: 2, startedAt: LATER });
    expect(record).not.toHaveProperty('failure');
  });

  test('that a person saw done has no failure and no outputs', () => {
    const failed: StepRecord = { ...step, status: 'failed', failure: { code: 'OUTCOME_UNKNOWN', message: 'Lost.' } };
    expect(stepSeenDone(failed, 'Seen.')).toEqual({ ...step, status: 'done', outputs: {}, summary: 'Seen.' });
  });

  test('whose undo failed says so in its record and in its entry', () => {
    const record = { ...step };
    const entry = { status: 'registered' } as UndoEntry;
    undoFailed(record, entry, { code: 'INTERNAL', message: 'No.' });
    expect([record.status, entry.status, entry.failure]).toEqual(['undo-failed', 'failed', record.failure]);
  });
});

test('an approval that is asked once more is open again, with a nonce where it is signed', () => {
  const approval: ApprovalState = { id: 'one', question: 'On?', needs: [], status: 'not-asked', digest: '', votes: [] };
  approvalAsked(approval, { question: 'On?', digest: 'd1', expiresAt: LATER, nonce: undefined }, AT);
  expect(approval).not.toHaveProperty('nonce');
  approvalClosed(approval, 'expired', 'Expired.', LATER);
  expect(approval).toMatchObject({ status: 'expired', closedAt: LATER, sentence: 'Expired.' });
  approvalAsked(approval, { question: 'On, again?', digest: 'd2', expiresAt: LATER, nonce: 'n' }, LATER);
  expect(approval).toMatchObject({
    question: 'On, again?',
    status: 'open',
    digest: 'd2',
    openedAt: LATER,
    nonce: 'n',
  });
  expect(approval).not.toHaveProperty('closedAt');
});

test('an item is ticked with what was said of it alone', () => {
  const item: Tick = { item: asId('one.backup'), text: 'Backup', role: 'sre' };
  itemTicked(item, { by: 'Ada', note: undefined, proof: undefined }, AT);
  expect(item).toEqual({ item: 'one.backup', text: 'Backup', role: 'sre', by: 'Ada', at: AT });
});

describe('a decision', () => {
  const holds = { verdict: 'go', sentence: 'All hold.' } as const;
  const decision = (): DecisionState => ({ id: 'go', title: 'GO', sentence: 'Not decided yet.' });

  test('that waits for people has no verdict', () => {
    const waits = decision();
    decisionWaits(waits, holds, 'CTO');
    expect(waits).toEqual({ ...decision(), sentence: 'Holds; waiting for CTO.', waits: true });
    decisionWaits(waits, { verdict: 'waived', sentence: 'One: WAIVED by Ada.' }, 'CTO');
    expect(waits.sentence).toBe('Holds with waivers (One: WAIVED by Ada.); waiting for CTO.');
  });

  test('is what was judged when people agree, and no GO when they refuse', () => {
    const agreed = decision();
    decisionWaits(agreed, holds, 'CTO');
    decisionAnswered(agreed, 'Decide?', { approved: true, sentence: 'Approved by Ada.' }, holds);
    const said = { verdict: 'go', sentence: 'All hold. Approved by Ada.', approval: 'Approved by Ada.' };
    expect(agreed).toEqual({ ...decision(), ...said });
    const refused = decision();
    decisionAnswered(refused, 'Decide?', { approved: false, sentence: 'Rejected by Ada: no.' }, holds);
    expect(refused).toMatchObject({ verdict: 'no-go', sentence: 'Decide? Rejected by Ada: no.' });
  });
});

test.each([
  ['passed', 'done'],
  ['failed', 'incomplete'],
  ['cancelled', 'incomplete'],
  ['asks', 'incomplete'],
] as const)('a rollback whose phase is %s is %s', (status, expected) => {
  const rollback = rollbackBegun({ id: 'R1', title: 'Back', because: 'No.' }, AT);
  expect(rollback).toMatchObject({ status: 'running', startedAt: AT, steps: [] });
  const result = {
    verdict: 'go',
    sentence: '',
    gates: [],
    undos: [],
    startedAt: AT,
    endedAt: LATER,
    events: 0,
  } as const;
  rollbackEnded(rollback, { ...result, gates: [], undos: [], status, steps: [step] }, LATER);
  expect(rollback).toMatchObject({ status: expected, endedAt: LATER, steps: [step] });
});

test.each([
  ['0 of 1 gates hold.', '0 of 1 gates hold. Taken back by R1.'],
  ['it last said: no such file', 'it last said: no such file. Taken back by R1.'],
  [undefined, 'Taken back by R1.'],
])('what was taken back says so in a sentence of its own, after %j', (sentence, said) => {
  const { sentence: _, ...phase } = phaseState();
  expect(phaseSentence({ ...phase, ...(sentence === undefined ? {} : { sentence }), takenBackBy: 'R1' })).toBe(said);
});
