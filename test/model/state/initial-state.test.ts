import { expect, test } from '@jest/globals';
import { overallVerdict } from '../../../model/state/decision.js';
import { initialState, withoutPending } from '../../../model/state/initial-state.js';
import type { GoLiveState } from '../../../model/state/state.js';
import type { Verdict } from '../../../model/verdict.js';
import { phase, plan } from '../../kits/plans.js';

const open = (): GoLiveState => initialState(plan([phase('one', [])]), 'digest', 'shop', 'ops', '2026-11-21T00:00:00Z');

test('a decision that is not taken has no verdict', () => {
  expect(open().decisions).toEqual([{ id: 'go', title: 'GO', sentence: 'Not decided yet.' }]);
});

test('the `pending` of an earlier version is read as no verdict', () => {
  const state = open();
  const taken = { id: 'gold', title: 'GOLD', verdict: 'no-go' as const, sentence: 'It did not run.' };
  const earlier = { ...state, decisions: [{ ...state.decisions[0], verdict: 'pending' }, taken] } as GoLiveState;
  expect(withoutPending(earlier)).toEqual({ ...state, decisions: [...state.decisions, taken] });
  expect(withoutPending(state)).toBe(state);
});

test.each<[string, (Verdict | undefined)[], boolean, Verdict]>([
  ['the worst of the decisions', ['go', 'waived'], false, 'waived'],
  ['inconclusive while one is not taken', ['go', undefined], false, 'inconclusive'],
  ['inconclusive without decisions', [], false, 'inconclusive'],
  ['no-go after an abort', ['go'], true, 'no-go'],
])('the verdict is %s', (_, verdicts, aborted, verdict) => {
  const decisions = verdicts.map((one, index) => ({ id: `${index}`, title: '', verdict: one, sentence: '' }));
  const stop = aborted ? { aborted: { by: 'ops', reason: 'r', at: '2026-11-21T00:00:00Z' } } : {};
  expect(overallVerdict({ decisions, ...stop })).toBe(verdict);
});
