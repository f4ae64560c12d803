import { expect, test } from '@jest/globals';
import { besideOf, needsOf, restsOn, runsBeside, withDependents } from '../../../model/plan/needs.js';

const line = [{ id: 'a' }, { id: 'b' }, { id: 'c' }];
/** `e` says nothing: it waits for the one before it. */
const graph = [
  { id: 'a', needs: [] },
  { id: 'b', needs: [] },
  { id: 'c', needs: ['a'] },
  { id: 'd', needs: ['b', 'c'] },
  { id: 'e' },
];

test('where nobody says `needs`, each waits for the one before it', () => {
  expect(runsBeside(line)).toBe(false);
  expect(line.map(({ id }) => needsOf(line, id))).toEqual([[], ['a'], ['b']]);
  expect(restsOn(line, 'c')).toEqual(['a', 'b']);
  expect(besideOf(line, 'b')).toEqual([]);
});

test('what a phase rests on, what rests on it, and what may run beside it', () => {
  expect(runsBeside(graph)).toBe(true);
  expect(needsOf(graph, 'e')).toEqual(['d']);
  expect(graph.map(({ id }) => restsOn(graph, id).join(''))).toEqual(['', '', 'a', 'abc', 'abcd']);
  expect(graph.map(({ id }) => withDependents(graph, [id]).join(''))).toEqual(['acde', 'bde', 'cde', 'de', 'e']);
  expect(graph.map(({ id }) => besideOf(graph, id).join(''))).toEqual(['b', 'ac', 'b', '', '']);
});
