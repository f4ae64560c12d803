import { expect, test } from '@jest/globals';
import { automaticBoxes, boxesOf } from '../../../evidence/report/boxes.js';
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

test('a box that the runbook names is ticked by its gate, its step or a person, and the page says by which', () => {
  const state = goState();
  const phase = state.phases.find(
    ({ gates, steps }) => gates.some((gate) => gate.verdict === 'go') && steps.length > 0,
  );
  const gate = phase?.gates.find(({ verdict }) => verdict === 'go');
  const step = phase?.steps.find(({ status }) => status === 'done');
  const [tick, other] = state.checklist;
  if (!phase || !gate || !step || !tick?.by || !other) throw new Error('the fixture has changed');
  const named = [
    { text: 'A gate', by: `${phase.id}.${gate.id}` },
    { text: 'A step', by: `${phase.id}.${step.id}` },
    { text: 'A person', by: tick.item },
    { text: 'Nothing yet', by: `${phase.id}.later` },
  ];
  const seen = () => boxesOf(state, named).map(({ text, by, ticked }) => ({ text, by, ticked }));
  const people = state.checklist.slice(1).map(({ text }) => text);
  expect(seen().slice(0, 4)).toEqual([
    { text: 'A gate', by: `golive, by the gate “${gate.title}”`, ticked: true },
    { text: 'A step', by: `golive, by the step “${step.title}”`, ticked: true },
    { text: 'A person', by: expect.stringMatching(`^${tick.by} as `), ticked: true },
    { text: 'Nothing yet', by: `golive, by ${phase.id}.later`, ticked: false },
  ]);
  // What a person ticks stands there, named or not.
  expect(
    seen()
      .slice(4)
      .map(({ text }) => text),
  ).toEqual(people);
  phase.takenBackBy = 'R1';
  expect(
    seen()
      .map(({ ticked }) => ticked)
      .slice(0, 3),
  ).toEqual([false, false, true]);
});
