import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep } from '../../kits/step-run.js';

const GIVEN = { commit: 'a'.repeat(40), code: ['begin.code'], at: '2026-01-01T00:00:00.000Z' };

stepKit('evidence.earlier', {
  good: () => ({ ...GIVEN, changes: [] }),
  // The kit begins no real bundle: there is nothing to hold an earlier one against.
  bad: () => ({ ...GIVEN, changes: ['c1'] }),
  badCode: 'NOT_FOUND',
});

test('a change that leads elsewhere is refused', async () => {
  const run = await runStep('evidence.earlier', { ...GIVEN, changes: ['../c1'] });
  expect(run.failure?.message).toMatch(/the change of a go-live/);
});

test('where none is named nothing counts', async () => {
  const { outputs, summary } = passed(await runStep('evidence.earlier', { ...GIVEN, changes: [] }));
  expect(outputs).toEqual({ named: 0, counted: 0, phases: [], why: [] });
  expect(summary).toBe('no earlier go-live is named');
});
