import { expect, test } from '@jest/globals';
import { planText } from '../../../model/plan/plan-text.js';
import { plan } from '../../kits/release-plan.js';

test('as text: times, approvers, gates, undos, rollbacks', () => {
  const text = planText(plan(), [{ name: 'url', about: 'Where it is' }]);
  for (const part of [
    'T+0:10:00',
    'Lead: "Start "go-on"?" (within 2h, else no)',
    '☐ Operations: Confirmed',
    '◇ up · Fast  > 0.1',
    'between 1ms and 2ms',
    'undo: its own undo, at the end, always',
    'undo: its own undo, then wait for own, on the way back',
    'again from check, 2 attempts in all',
    '--input url=…   Where it is',
    '↶ undo of everything, newest first',
  ]) {
    expect(text).toContain(part);
  }
});

test('as text: who may waive, for how long, and who may leave a phase out', () => {
  const made = plan();
  const [first] = made.phases;
  if (first) first.mayOmit = ['lead'];
  const text = planText({ ...made, waivers: { by: ['lead', 'ops'], atMostMs: 28_800_000, distinct: false } });
  expect(text).toContain('may be omitted by Lead');
  expect(text).toContain('waivers: by Lead, Operations, for at most 8h');
  expect(planText(made)).not.toContain('waivers:');
});
