import { describe, expect, test } from '@jest/globals';
import {
  type Address,
  addressText,
  approvalId,
  asId,
  changeOf,
  gateOfStep,
  goLiveIdOf,
  type PhaseId,
  readAddress,
  readEvidenceAddress,
  stepOfGate,
} from '../../../model/plan/address.js';

const address = (phase: string, part?: string): Address => ({
  phase: asId(phase),
  ...(part === undefined ? {} : { part: asId(part) }),
});

describe('an address', () => {
  test.each([
    ['full', address('full')],
    ['full.accuracy', address('full', 'accuracy')],
    // A gate that `each` spread has a dot of its own.
    ['full.run-1.accuracy', address('full', 'run-1.accuracy')],
  ])('%s is read and written', (text, expected) => {
    expect(readAddress(text)).toEqual(expected);
    expect(addressText(expected)).toBe(text);
  });
});

test.each([
  ['before', 1, 'full'],
  ['before', 2, 'full.2'],
  ['after', 1, 'full.after'],
  ['after', 2, 'full.after.2'],
] as const)('an approval %s, number %i: %s', (when, nth, expected) => {
  expect(approvalId(asId<PhaseId>('full'), when, nth)).toBe(expected);
});

test.each(['c1', 'release-2.0_b', 'c1-rollback-1'])('the id of a go-live gives the change %s back', (change) => {
  expect(changeOf(goLiveIdOf('prod.eu', change))).toBe(change);
});

test('a gate that was spread over a step knows its step', () => {
  expect(stepOfGate(gateOfStep(asId('run-1'), 'accuracy'))).toBe('run-1');
  expect(stepOfGate('accuracy')).toBeUndefined();
});

test.each([
  ['full.run.results.jsonl', { phase: 'full', step: 'run', name: 'results.jsonl' }],
  ['full.run', { phase: 'full', step: 'run', name: '' }],
  ['full', { phase: 'full', step: '', name: '' }],
])('%s names a file of evidence', (text, expected) => {
  expect(readEvidenceAddress(text)).toEqual(expected);
});
