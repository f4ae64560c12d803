import { expect, test } from '@jest/globals';
import { search } from '../../../model/playbook/search.js';

const ALL = [
  { symptom: 'Contract validation fails', actions: 'Retry the coverage', about: 'validate.contracts' },
  { symptom: 'Coverage regression', actions: 'Retry with batch size 25', about: 'validate.coverage' },
  { symptom: 'Import failures', actions: 'Mend the imports', about: 'validate.imports' },
  { symptom: 'CI timeout in a burst: Zeitüberschreitung', actions: 'Lower the target', about: 'validate.tests' },
];
const found = (words: string) => search(ALL, words, (one) => one).map((one) => ALL.indexOf(one));

test.each([
  ['case', 'CONTRACT', [0]],
  ['accents of the one who looks', 'régression', [1]],
  ['accents of the entry', 'zeituberschreitung', [3]],
  ['the symptom before an action', 'coverage', [1, 0]],
  ['more of the words before the weight of one', 'lower imports burst', [3, 2]],
  ['a part of a word', 'regress', [1]],
  ['a whole word before a part', 'import', [2]],
  ['what it answers', 'tests', [3]],
  ['nothing', 'kubernetes', []],
  ['no word', ' -- ', []],
])('finds by %s', (_, words, wanted) => {
  expect(found(words)).toEqual(wanted);
});
