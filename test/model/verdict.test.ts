import { expect, test } from '@jest/globals';
import { mayGoOn, type Verdict, VERDICTS, worst } from '../../model/verdict.js';

test.each<[Verdict[], Verdict]>([
  [[], 'go'],
  [['go', 'waived'], 'waived'],
  [['inconclusive', 'waived', 'go'], 'inconclusive'],
  [['inconclusive', 'no-go', 'inconclusive'], 'no-go'],
])('the worst of %j is %s', (verdicts, verdict) => {
  expect(worst(verdicts)).toBe(verdict);
});

test('only go and waived go on', () => {
  expect(VERDICTS.filter(mayGoOn)).toEqual(['go', 'waived']);
});
