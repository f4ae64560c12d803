import { expect, test } from '@jest/globals';
import { judgeOmission } from '../../../model/people/omission.js';
import { phase, plan } from '../../kits/plans.js';

const made = plan([phase('load', [], { mayOmit: ['cto'] }), phase('smoke', [])], {
  people: { Ada: ['cto'], Bo: ['sre'], Cy: ['cto', 'sre'] },
});
const message = { phase: 'load', by: 'Ada', role: 'cto', reason: 'run yesterday' };

test.each<[string, Partial<typeof message>, number, RegExp]>([
  ['by the role that may', {}, 0, /^accepted/],
  ['that is not there', { phase: 'lod' }, 0, /no phase 'lod'/],
  ['that is required', { phase: 'smoke' }, 0, /'smoke' is required.*mayOmit/],
  ['by another role', { by: 'Cy', role: 'sre' }, 0, /not omitted by the role 'sre'/],
  ['by a role that is not held', { by: 'Bo' }, 0, /does not hold the role/],
  ['by a stranger', { by: 'Zed' }, 0, /not among the people/],
  ['by no role of the runbook', { role: 'king' }, 0, /no role 'king'/],
  ['without a reason', { reason: ' ' }, 0, /needs a reason/],
  ['that has begun', {}, 1, /has begun/],
])('a phase %s', (_name, more, attempt, said) => {
  const receipt = judgeOmission({ ...message, ...more }, made, attempt);
  expect(receipt.accepted ? `accepted ${receipt.text}` : `${receipt.reason} ${receipt.hint}`).toMatch(said);
});
