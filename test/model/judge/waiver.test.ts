import { describe, expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import type { GateResult } from '../../../model/judge/gate.js';
import { judgeWaiver, standingWaiver, waiveGate, type Waiver, withWaiver } from '../../../model/judge/waiver.js';
import type { WaiverRule } from '../../../model/plan/plan.js';
import { gate as gatePlan, phase, plan } from '../../kits/plans.js';

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
    ['for longer than 30 days', { until: new Date(NOW + 31 * DAY).toISOString() }, /at most 30d/],
  ])('not %s', (_, more, reason) => {
    const receipt = judgeWaiver({ ...message, ...more }, made, NOW);
    expect(receipt.accepted ? receipt.text : receipt.reason).toMatch(reason);
  });
});

describe('who may waive stands in the runbook', () => {
  const gates = [
    gatePlan('open', '1', 2),
    gatePlan('narrow', '1', 2, { waivableBy: ['cto'] }),
    gatePlan('floor', '1', 2, { floor: true }),
  ];
  const RULE: WaiverRule = { by: ['cto', 'sre'], atMostMs: 8 * 3_600_000, distinct: false };
  const HOUR = 3_600_000;
  const judge = (rule: WaiverRule | undefined, address: string, role: string, forMs = HOUR): string => {
    const made = plan([phase('smoke', [], { gates, owner: ['sre'] })], rule ? { waivers: rule } : {});
    const until = new Date(NOW + forMs).toISOString();
    const receipt = judgeWaiver({ gate: address, by: 'Ana', role, reason: 'known', until }, made, NOW);
    return receipt.accepted ? 'accepted' : `${receipt.reason} ${receipt.hint}`;
  };

  test.each<[string, WaiverRule | undefined, string, string, number, RegExp]>([
    ['a role that may', RULE, 'smoke.open', 'sre', HOUR, /^accepted$/],
    ['a role that may, at the end of its time', RULE, 'smoke.open', 'cto', 8 * HOUR, /^accepted$/],
    ['for longer than the runbook lets', RULE, 'smoke.open', 'cto', 8 * HOUR + 1, /at most 8h here/],
    ['for longer than 30 days', { ...RULE, atMostMs: 90 * DAY }, 'smoke.open', 'cto', 31 * DAY, /at most 30d here/],
    [
      'a role that may not',
      { ...RULE, by: ['cto'] },
      'smoke.open',
      'sre',
      HOUR,
      /not waived by the role 'sre'. It .* cto/,
    ],
    ['a gate narrowed to another role', RULE, 'smoke.narrow', 'sre', HOUR, /may be by: cto/],
    ['a gate narrowed to this role', RULE, 'smoke.narrow', 'cto', HOUR, /^accepted$/],
    ['the owner, where others are asked for', { ...RULE, distinct: true }, 'smoke.open', 'sre', HOUR, /owns the phase/],
    ['another, where others are asked for', { ...RULE, distinct: true }, 'smoke.open', 'cto', HOUR, /^accepted$/],
    ['where nobody may', { ...RULE, by: [] }, 'smoke.open', 'cto', HOUR, /Nothing can be waived .*waivers: \{ by/],
    ['a floor', RULE, 'smoke.floor', 'cto', HOUR, /is a floor/],
    ['by a plan of an earlier version', undefined, 'smoke.open', 'sre', 20 * DAY, /^accepted$/],
  ])('%s', (_name, rule, address, role, forMs, said) => {
    expect(judge(rule, address, role, forMs)).toMatch(said);
  });

  test('a whole phase is waived by who may waive each of its gates', () => {
    const made = plan([phase('smoke', [], { gates: gates.slice(0, 2) })], { waivers: RULE });
    const waive = (role: string) =>
      judgeWaiver(
        { gate: 'smoke', by: 'Ana', role, reason: 'known', until: new Date(NOW + HOUR).toISOString() },
        made,
        NOW,
      );
    expect(waive('sre')).toMatchObject({ accepted: false });
    expect(waive('cto')).toMatchObject({ accepted: true });
  });
});

describe('the list of waivers', () => {
  test('a later one takes the place of an earlier one of its gate; one that was used stays', () => {
    const [first, used] = [waiver, { ...waiver, used: true, until: '2026-11-23T00:00:00Z' }];
    const other: Waiver = { ...waiver, gate: asId('smoke.latency') };
    const later = { ...waiver, until: '2026-11-24T00:00:00Z' };
    expect(withWaiver([first, used, other], later)).toEqual([used, other, later]);
  });

  test('the newest that stands counts', () => {
    const later = { ...waiver, until: '2026-11-24T00:00:00Z' };
    expect(standingWaiver([{ ...waiver, used: true }, later], waiver.gate, NOW)).toBe(later);
  });

  test('has an end', () => {
    let waivers: Waiver[] | undefined = [];
    let count = 0;
    while (waivers && count < 1000) {
      count += 1;
      waivers = withWaiver(waivers, { ...waiver, used: true });
    }
    expect(waivers).toBeUndefined();
    expect(count).toBe(201);
  });
});
