import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { expectedStatement } from '../../../model/state/expected-statement.js';
import type { GoLiveState } from '../../../model/state/state.js';

const state = {
  id: 't/c',
  planDigest: 'plan',
  nonce: 'run',
  approvals: [
    { id: 'full', question: 'Go?', needs: [], status: 'open', digest: 'd', nonce: 'asked', votes: [] },
    { id: 'later', question: 'And now?', needs: [], status: 'not-asked', digest: '', votes: [] },
  ],
  checklist: [{ item: asId('full.window'), text: 'The window is open', role: 'sre' }],
} as unknown as GoLiveState;
const waiting = { kind: 'operator' as const, id: 'full.load', text: 'What now?', roles: [], since: '', commands: [] };
const who = { role: 'cto', by: 'Ada' };
const base = { goLive: 't/c', plan: 'plan', digest: '', nonce: 'run', ...who };

describe('what a signature says', () => {
  test('of a vote: the question, its digest and its nonce', () => {
    expect(expectedStatement(state, 'approve', { approval: 'full', ...who, breakGlass: 'yes' })).toStrictEqual({
      ...base,
      message: 'approve',
      about: 'full',
      digest: 'd',
      nonce: 'asked',
      meaning: 'Go?',
      breakGlass: true,
    });
  });

  test('of a rejection: its reason', () => {
    expect(expectedStatement(state, 'reject', { approval: 'full', ...who, reason: 'no' })).toMatchObject({
      message: 'reject',
      reason: 'no',
    });
  });

  test('of a tick: the text of its item, and its note', () => {
    expect(expectedStatement(state, 'tick', { item: 'full.window', ...who, note: 'seen' })).toStrictEqual({
      ...base,
      message: 'tick',
      about: 'full.window',
      meaning: 'The window is open',
      reason: 'seen',
    });
  });

  test('of a choice: what is asked now', () => {
    const asked = { ...state, waiting: { ...waiting, nonce: 'asked' } };
    expect(expectedStatement(asked, 'choose', { choice: 'rollback', ...who, rollback: 'R1' })).toStrictEqual({
      ...base,
      message: 'choose',
      about: 'full.load',
      nonce: 'asked',
      meaning: 'What now?',
      choice: 'rollback',
      rollback: 'R1',
    });
  });

  test('of a waiver: the gate, its end and its reason', () => {
    const waiver = { gate: 'full.slow', ...who, reason: 'known', until: '2026-01-01T00:00:00Z' };
    expect(expectedStatement(state, 'waive', waiver)).toStrictEqual({
      ...base,
      message: 'waive',
      about: 'full.slow',
      meaning: 'Waive full.slow',
      reason: 'known',
      until: waiver.until,
    });
  });
});

describe('nothing can be signed', () => {
  test('for a question that is not there', () => {
    expect(expectedStatement(state, 'approve', { approval: 'x', ...who })).toBe("There is no approval 'x'.");
  });
  test('for a question that was not asked yet', () => {
    expect(expectedStatement(state, 'approve', { approval: 'later', ...who })).toContain('has not been asked yet');
  });
  test('for an item that is not there', () => {
    expect(expectedStatement(state, 'tick', { item: 'x', ...who })).toBe("There is no checklist item 'x'.");
  });
  test.each([undefined, waiting])('for a choice that nobody asks for', (open) => {
    const stands = { ...state, ...(open ? { waiting: open } : {}) };
    expect(expectedStatement(stands, 'choose', { choice: 'stop', ...who })).toBe('No failure waits for a choice now.');
  });
});
