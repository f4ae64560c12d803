import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { GateResult } from '../../../model/judge/gate.js';
import { judgeWaiver, standingWaiver, waiveGate, type Waiver } from '../../../model/judge/waiver.js';
import { phase, plan } from '../../kits/plans.js';

const NOW = Date.parse('2026-11-21T00:00:00Z');
const DAY = 24 * 3_600_000;
const waiver: Waiver = {
  gate: asId('smoke.accuracy'),
  by: 'Ana',
  role: 'cto',
  reason: 'known defect',
  at: '2026-11-21T00:00:00Z',
  until: '2026-11-22T00:00:00Z',
  used: false,
};
const failed: GateResult = {
  id: asId('accuracy'),
  title: 'accuracy',
  verdict: 'no-go',
  op: 'atLeast',
  threshold: '≥ 2',
  hard: true,
  floor: false,
  sentence: 'accuracy 1, needs ≥ 2.',
};

describe('a failed gate under a waiver', () => {
  test('is waived, and says who, until when and why', () => {
    expect(waiveGate(failed, waiver)).toMatchObject({
      verdict: 'waived',
      waiver: { by: 'Ana', role: 'cto', reason: 'known defect', until: waiver.until },
      sentence: 'accuracy 1, needs ≥ 2. WAIVED by Ana (cto) until 2026-11-22T00:00:00Z: known defect',
    });
  });

  test.each<[string, GateResult]>([
    ['a floor', { ...failed, floor: true }],
    ['a gate that holds', { ...failed, verdict: 'go' }],
    ['a gate that is waived already', { ...failed, verdict: 'waived' }],
  ])('%s stays as it is', (_, gate) => {
    expect(waiveGate(gate, waiver)).toBe(gate);
  });
});

test.each<[string, string, number, boolean]>([
  ['of this gate, before its end', 'smoke.accuracy', NOW, true],
  ['at its end', 'smoke.accuracy', Date.parse(waiver.until), false],
  ['of another gate', 'smoke.latency', NOW, false],
])('the waiver %s', (_, gate, nowMs, stands) => {
  expect(standingWaiver([waiver], gate, nowMs)).toBe(stands ? waiver : undefined);
});

test('a waiver whose end is no time never stands', () => {
  expect(standingWaiver([{ ...waiver, until: 'soon' }], waiver.gate, NOW)).toBeUndefined();
});

describe('a waiver may be given', () => {
  const made = plan([phase('smoke', [])]);
  const role = Object.keys(made.roles)[0] ?? '';
  const message = { gate: 'smoke', by: 'Ana', role, reason: 'known defect', until: new Date(NOW + DAY).toISOString() };

  test('of a phase, with a reason and an end within 30 days', () => {
    expect(judgeWaiver(message, made, NOW)).toMatchObject({ accepted: true });
  });

  test.each<[string, Partial<typeof message>, RegExp]>([
    ['for a phase that is not there', { gate: 'deploy' }, /no phase 'deploy'/],
    ['for a gate that is not there', { gate: 'smoke.x' }, /no gate 'x'/],
    ['without a reason', { reason: ' ' }, /needs a reason/],
    ['until no time', { until: 'soon' }, /is not a time/],
    ['that has ended', { until: new Date(NOW).toISOString() }, /would have ended/],
    ['for longer than 30 days', { until: new Date(NOW + 31 * DAY).toISOString() }, /at most 30 days/],
  ])('not %s', (_, more, reason) => {
    const receipt = judgeWaiver({ ...message, ...more }, made, NOW);
    expect(receipt.accepted ? receipt.text : receipt.reason).toMatch(reason);
  });
});
