import { describe, expect, test } from '@jest/globals';
import {
  type About,
  type Acting,
  afterFailure,
  afterInterruption,
  afterProbe,
  afterUnrecorded,
  afterUnrecordedFailure,
  firstState,
  NEXT,
  type State,
  stillUnknown,
} from '../../../activities/deed/states.js';
import type { Doubt, Ledger } from '../../../activities/deed/ledger.js';
import type { Probed } from '../../../activities/deed/probe.js';
import { failureOf } from '../../../activities/step/failure.js';
import { StepError } from '../../../activities/step/step-error.js';
import type { StepResult } from '../../../model/state/contract.js';
import type { EvidenceRef } from '../../../model/evidence/manifest.js';
import { taskFor } from '../../kits/step-run.js';

const RESULT: StepResult = { outputs: { n: 1 }, summary: 'done', evidence: [] };
const LOST: Doubt = { reason: 'its worker was lost before the outcome was known', facts: { attempt: 1 } };
const REF: EvidenceRef = { name: 'a', path: 'a', sha256: 'a'.repeat(64), bytes: 1 };
const about: About = { task: taskFor({}, { task: { step: 'migrate' } }), evidence: [REF] };
const killed = new StepError('COMMAND_FAILED', 'it was ended by SIGKILL', { facts: { signal: 'SIGKILL' } });
const plain = new StepError('COMMAND_FAILED', 'it ended with code 1', { facts: { exitCode: 1, signal: null } });
const fullDisk = new StepError('EVIDENCE_UNWRITABLE', 'no space is left');
const once: Acting = { effect: 'once', stopped: false };

/** The message of the error that a state ends with. */
const said = (state: State): string => ('error' in state ? (state.error as Error).message : '');
const codeOf = (state: State): string => ('error' in state ? failureOf(state.error).code : '');

describe('what an attempt begins with', () => {
  test.each<[string, Pick<Ledger, 'outcome' | 'doubt'>, State['is']]>([
    ['an outcome is handed back', { outcome: RESULT }, 'recovered'],
    ['an outcome outweighs a doubt', { outcome: RESULT, doubt: LOST }, 'recovered'],
    ['a doubt is settled first', { doubt: LOST }, 'inDoubt'],
    ['nothing: it may be done', {}, 'notBegun'],
  ])('%s', (_, ledger, is) => {
    expect(firstState(ledger).is).toBe(is);
  });
});

describe('what a probe’s answer makes of it', () => {
  const answers: Record<Probed['answer'], [before: State['is'], own: State['is']]> = {
    done: ['foundDone', 'acted'],
    'not-done': ['notBegun', 'notDone'],
    unknown: ['unknown', 'unknown'],
  };
  test.each(Object.entries(answers))('%s', (answer, [before, own]) => {
    const found: Probed = { answer: answer as Probed['answer'], sentence: 'The probe looked.' };
    const states = [
      afterProbe({ is: 'inDoubt', doubt: LOST }, found, about),
      afterInterruption({ is: 'interrupted', doubt: LOST, error: killed }, found, about),
    ];
    expect(states.map(({ is }) => is)).toEqual([before, own]);
    for (const state of states) {
      if ('result' in state) {
        const summary = 'It was done before its worker was lost: the probe says so. The probe looked.';
        expect(state.result).toEqual({ outputs: {}, summary, evidence: [REF] });
      }
      if (state.is === 'unknown') {
        expect(codeOf(state)).toBe('OUTCOME_UNKNOWN');
        expect(said(state)).toContain(`${LOST.reason}. The probe looked. Known: attempt 1`);
      }
      if (state.is === 'notDone') expect(state.error).toBe(killed);
    }
  });
});

describe('what follows when the deed threw', () => {
  test.each<[string, StepError, Acting, State['is']]>([
    ['a failure is one', plain, once, 'notDone'],
    ['a killed command may have acted', killed, once, 'interrupted'],
    ['evidence that was not written may follow a deed', fullDisk, once, 'interrupted'],
    ['what may be repeated has failed', killed, { ...once, effect: 'idempotent' }, 'notDone'],
    ['what changes nothing has failed', fullDisk, { ...once, effect: 'none' }, 'notDone'],
    ['stopped, it leaves its intent', plain, { ...once, stopped: true }, 'cutOff'],
    ['stopped, also when its command was killed', killed, { ...once, stopped: true }, 'cutOff'],
    ['stopped, also what may be repeated', killed, { effect: 'idempotent', stopped: true }, 'cutOff'],
  ])('%s', (_, error, at, is) => {
    const state = afterFailure(error, failureOf(error), at);
    expect(state).toMatchObject({ is, error });
  });

  test('a doubt knows the signal and the arguments', () => {
    const state = afterFailure(killed, failureOf(killed), { ...once, argv: 'b'.repeat(64) });
    const facts = { signal: 'SIGKILL', argvSha256: 'b'.repeat(64) };
    expect(state).toMatchObject({ doubt: { reason: 'its command was ended by SIGKILL', facts } });
  });
});

describe('what follows when the end could not be written down', () => {
  const idempotent: Acting = { ...once, effect: 'idempotent' };
  test.each<[string, State, State['is'], string]>([
    [
      'a deed of effect once is in doubt',
      afterUnrecorded(fullDisk, failureOf(fullDisk), once, about),
      'unknown',
      'OUTCOME_UNKNOWN',
    ],
    [
      'a deed that may be repeated has failed',
      afterUnrecorded(fullDisk, failureOf(fullDisk), idempotent, about),
      'failed',
      'EVIDENCE_UNWRITABLE',
    ],
    ['another error is no doubt', afterUnrecorded(plain, failureOf(plain), once, about), 'failed', 'COMMAND_FAILED'],
    [
      'a failure of effect once is in doubt',
      afterUnrecordedFailure(fullDisk, failureOf(fullDisk), once, about),
      'unknown',
      'OUTCOME_UNKNOWN',
    ],
    [
      'a failure of what may be repeated is what hindered',
      afterUnrecordedFailure(fullDisk, failureOf(fullDisk), idempotent, about),
      'failed',
      'EVIDENCE_UNWRITABLE',
    ],
    [
      'a doubt that could not be settled stays one',
      stillUnknown(LOST, failureOf(fullDisk), about),
      'unknown',
      'OUTCOME_UNKNOWN',
    ],
  ])('%s', (_, state, is, code) => {
    expect([state.is, codeOf(state)]).toEqual([is, code]);
    if (is === 'unknown') expect(said(state)).toContain('no space is left');
  });
});

test('every state is reached from the beginning, and every one that is left leads to an end', () => {
  const reach = (from: readonly string[]): Set<string> => {
    const seen = new Set<string>(from);
    for (const name of seen) for (const next of NEXT[name as State['is']]) seen.add(next);
    return seen;
  };
  expect([...reach(['recovered', 'inDoubt', 'notBegun'])].toSorted()).toEqual(Object.keys(NEXT).toSorted());
  const ends = ['reported', 'failed', 'unknown', 'cutOff'];
  for (const name of Object.keys(NEXT)) expect(ends.some((end) => reach([name]).has(end))).toBe(true);
});
