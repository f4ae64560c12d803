import { expect, test } from '@jest/globals';
import { filled, variablesIn } from '../../../../client/runbook/compose/variables.js';

const values = new Map([
  ['PORT', '9000'],
  ['EMPTY', ''],
]);

test.each<[string, string, string[]]>([
  ['$PORT', '9000', []],
  ['${PORT}:80', '9000:80', []],
  ['${GONE}', '', ['GONE']],
  ['$GONE-x', '-x', ['GONE']],
  ['${GONE:-8000}', '8000', []],
  ['${EMPTY:-8000}', '8000', []],
  ['${EMPTY-8000}', '', []],
  ['${GONE:-${PORT}}', '9000', []],
  ['${GONE:-${LOST:-1}}x', '1x', []],
  ['${PORT:+yes}${GONE:+no}', 'yes', []],
  ['${GONE:?say it}', '', ['GONE']],
  ['${EMPTY:?say it}', '', ['EMPTY']],
  ['${EMPTY?say it}', '', []],
  ['$$PORT $${PORT}', '$PORT ${PORT}', []],
  ['a $ b ${', 'a $ b ${', []],
  ['$1', '$1', []],
])('%s is %j, unset %j', (text, whole, unset) => {
  expect(filled(text, values)).toMatchObject({ text: whole, unset });
});

test('a file of variables: comments, quotes, export, the last of a name; what names others is not known', () => {
  const text = '\ufeff# A=1\nA=1\r\nexport B = "two # 2" # c\nC=\'$A\'\nD=$A\nE=x # y\nF=\nA=3\nE2="${A}"\nnonsense\n';
  expect(Object.fromEntries(variablesIn(text))).toEqual({ A: '3', B: 'two # 2', C: '$A', E: 'x', F: '' });
});
