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
    'undo: wait for own, on the way back',
    'again from check, 2 attempts in all',
    '--input url=…   Where it is',
    '↶ undo of everything, newest first',
  ]) {
    expect(text).toContain(part);
  }
});
