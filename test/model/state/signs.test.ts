import { expect, test } from '@jest/globals';
import { SIGNS } from '../../../model/state/signs.js';
import { VERDICTS } from '../../../model/verdict.js';

test('every verdict has a sign of its own', () => {
  expect(new Set(VERDICTS.map((verdict) => SIGNS[verdict])).size).toBe(VERDICTS.length);
});
