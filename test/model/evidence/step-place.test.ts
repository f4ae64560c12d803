import { expect, test } from '@jest/globals';
import { placeOfStep, readUndone, undoneText } from '../../../model/evidence/step-place.js';

test('a step has a place of its own for each attempt of its phase, and each time that it is opened', () => {
  const step = { phase: 'deploy', phaseAttempt: 2, step: 'migrate', epoch: 1 };
  expect(placeOfStep(step)).toEqual(['deploy.2', 'migrate']);
  expect(placeOfStep({ ...step, epoch: 3 })).toEqual(['deploy.2', 'migrate.3']);
});

test('what an undo takes back is read as it was written', () => {
  const text = undoneText({ phase: 'deploy', phaseAttempt: 2, step: 'copy' });
  expect(text).toBe('deploy.2/copy');
  expect(readUndone(text)).toEqual({ phase: 'deploy', step: 'copy' });
});
