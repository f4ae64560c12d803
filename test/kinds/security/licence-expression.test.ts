import { expect, test } from '@jest/globals';
import { judgeLicence, type LicenceAnswer, partOf } from '../../../kinds/security/licence-expression.js';

const ALLOWED = new Set(['MIT', 'ISC', 'Apache-2.0', 'LGPL-2.1', 'GPL-2.0-only WITH Classpath-exception-2.0']);

test.each<[string, LicenceAnswer]>([
  ['MIT', 'allowed'],
  ['(MIT OR GPL-3.0-only)', 'allowed'],
  ['MIT AND GPL-3.0-only', 'not allowed'],
  ['MIT AND (GPL-3.0-only OR ISC)', 'allowed'],
  ['GPL-3.0-only OR (MIT AND GPL-2.0-only)', 'not allowed'],
  ['GPL-2.0-only WITH Classpath-exception-2.0', 'allowed'],
  ['GPL-2.0-only', 'not allowed'],
  ['MIT WITH Classpath-exception-2.0', 'not allowed'],
  ['LGPL-2.1', 'allowed'],
  ['LGPL-2.1+', 'not allowed'],
  ['LGPL-3.0', 'not allowed'],
  ['LicenseRef-ours', 'not allowed'],
  ['mit', 'unknown'],
  ['UNLICENSED', 'unknown'],
  ['SEE LICENSE IN LICENSE.md', 'unknown'],
  ['NOASSERTION', 'unknown'],
  ['MIT OR', 'unknown'],
  [' ', 'unknown'],
  [`${'('.repeat(1e5)}MIT`, 'unknown'],
  [Array<string>(60).fill('(MIT OR ISC)').join(' AND '), 'allowed'],
])('%.60s: %s', (licence, answer) => {
  expect(judgeLicence(licence, ALLOWED)).toBe(answer);
});

test('only one licence by its id may be allowed', () => {
  expect(['MIT', 'GPL-2.0+', 'GPL-2.0-only  WITH Classpath-exception-2.0'].map(partOf)).toEqual([
    'MIT',
    'GPL-2.0+',
    'GPL-2.0-only WITH Classpath-exception-2.0',
  ]);
  expect(['MIT OR ISC', 'mit', ''].map(partOf)).toEqual([undefined, undefined, undefined]);
});
