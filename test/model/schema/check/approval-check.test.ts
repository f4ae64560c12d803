import { expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const problems = (approval: object): string[] =>
  problemsWith({
    phases: [
      {
        id: 'one',
        owner: 'lead',
        approval,
        steps: [{ id: 'a', uses: 'tcp.check', with: { host: '127.0.0.1', port: 9 } }],
      },
    ],
  });

test('one of several roles is a list, and each of them is looked for', () => {
  expect(problems({ needs: [{ role: ['lead', 'nobody'] }] })).toEqual([expect.stringMatching(/nobody/)]);
});

test('a role that fills two places beside a choice, and a part that is named twice, are refused', () => {
  expect(problems({ needs: [{ role: ['lead', 'lead'] }] })).toEqual([
    expect.stringMatching(/'lead' stands there twice/),
  ]);
  expect(problems({ role: 'lead', needsReason: ['fix', 'fix'] })).toEqual([
    expect.stringMatching(/names a part twice/),
  ]);
  expect(problems({ role: 'lead', needsReason: ['fix', 'by'], fromAttempt: 2 })).toEqual([]);
});
