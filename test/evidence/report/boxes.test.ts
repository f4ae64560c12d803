import { expect, test } from '@jest/globals';
import { automaticBoxes } from '../../../evidence/report/boxes.js';
import { goState } from '../../kits/state-fixture.js';

test('a box for each hard gate: ticked by go alone, not by a waiver, nor in a phase that was taken back', () => {
  const { phases } = goState();
  const [first] = phases;
  const [gate] = phases.flatMap((phase) => phase.gates);
  if (!first || !gate) throw new Error('the fixture has no gate');
  const phase = (verdict: typeof gate.verdict, more: Partial<typeof first> = {}) => ({
    ...first,
    gates: [{ ...gate, hard: true, verdict }],
    ...more,
  });
  const ticked = (one: typeof first) => automaticBoxes({ phases: [one] }).map((box) => box.ticked);
  expect(ticked(phase('go'))).toEqual([true]);
  expect(ticked(phase('waived'))).toEqual([false]);
  expect(ticked(phase('no-go'))).toEqual([false]);
  expect(ticked(phase('go', { takenBackBy: 'R1' }))).toEqual([false]);
  expect(automaticBoxes({ phases: [{ ...first, gates: [{ ...gate, hard: false }] }] })).toEqual([]);
});
