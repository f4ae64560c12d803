import { expect, test } from '@jest/globals';
import { valuesOf } from '../../../model/plan/values.js';
import { plan } from '../../kits/plans.js';

const made = plan([], { inputs: { url: 'http://x' }, mode: 'live', timeScale: 3 });
const phases = { one: { steps: { a: { rows: 1 } } } };

test('what expressions may use outside of a phase’s own steps', () => {
  expect(valuesOf(made, '2026-11-21T09:30:05.123Z', 2, phases)).toEqual({
    inputs: { url: 'http://x' },
    target: { id: made.target.id, variables: {} },
    run: {
      id: made.goLiveId,
      mode: 'live',
      started: '2026-11-21T09:30:05.123Z',
      stamp: '20261121T093005Z',
      attempt: 2,
      timeScale: 3,
      schedule: '',
    },
    phases,
  });
});

test('a run of a schedule names it', () => {
  const scheduled = plan([], { schedule: { id: 'nightly' } });
  expect(valuesOf(scheduled, '2026-11-21T09:30:05Z', 1, {}).run).toMatchObject({ schedule: 'nightly' });
});

test('what looks only names none, as the go-live for which it looks', () => {
  const looks = plan([], { schedule: { id: 'nightly', preflight: true } });
  expect(valuesOf(looks, '2026-11-21T09:30:05Z', 1, {}).run).toMatchObject({ schedule: '' });
});
