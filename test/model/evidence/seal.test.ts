import { expect, test } from '@jest/globals';
import { pae } from '../../../model/evidence/seal.js';

// The example of the DSSE v1 protocol, with the payload type of in-toto in place of its own.
test('what is signed begins with the lengths of what follows', () => {
  expect(pae(11)).toBe('DSSEv1 28 application/vnd.in-toto+json 11 ');
});
