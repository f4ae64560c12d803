import { expect, test } from '@jest/globals';
import type { GateResult } from '../../../model/judge/gate.js';
import type { Waiver } from '../../../model/judge/waiver.js';
import { asId } from '../../../model/plan/address.js';
import type { Session } from '../../../workflows/session.js';
import { underWaivers, useWaivers } from '../../../workflows/people/waivers.js';

const gate = (id: string): GateResult => ({
  id: asId(id),
  title: id,
  verdict: 'no-go',
  op: 'atLeast',
  threshold: '≥ 2',
  hard: true,
  floor: false,
  sentence: `${id} 1, needs ≥ 2.`,
});
const waiver = (of: string, until: string): Waiver => ({
  gate: asId(of),
  by: 'Ada',
  role: 'cto',
  reason: 'known',
  at: '2026-11-21T00:00:00Z',
  until,
  used: false,
});
const sessionWith = (...waivers: Waiver[]) => ({ state: { waivers } }) as unknown as Session;
const LATER = '2999-01-01T00:00:00Z';
const PAST = '2020-01-01T00:00:00Z';

test('a gate passes by a waiver that names it in its phase and still stands', () => {
  const session = sessionWith(waiver('one.a', LATER), waiver('one.b', PAST), waiver('two.c', LATER));
  const gates = underWaivers(session, asId('one'), [gate('a'), gate('b'), gate('c')]);
  expect(gates.map(({ verdict }) => verdict)).toEqual(['waived', 'no-go', 'no-go']);
});

test('only the waivers by which a gate passes are used', () => {
  const session = sessionWith(waiver('one.a', LATER), waiver('one.b', LATER));
  const gates = underWaivers(session, asId('one'), [gate('a')]);
  useWaivers(session, asId('one'), [...gates, gate('b')]);
  expect(session.state.waivers.map(({ used }) => used)).toEqual([true, false]);
});
