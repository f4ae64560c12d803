import { expect, test } from '@jest/globals';
import { didYouMean, nearest } from '../../../model/schema/suggest.js';

test.each<[string, string[], string | undefined]>([
  ['wiat', ['http.check', 'wait'], 'wait'],
  ['WAIT', ['wait'], 'wait'],
  ['timout', ['timeout', 'title'], 'timeout'],
  ['check', ['http.check', 'wait'], 'http.check'],
  ['url', ['expectations', 'redirects'], undefined],
  ['x', [], undefined],
])('the nearest to %s of %j', (name, known, near) => {
  expect(nearest(name, known)).toBe(near);
});

test('a hint is the nearest name, or what there is, never a long list', () => {
  expect(didYouMean('wiat', ['wait'], 'kinds')).toBe("Did you mean 'wait'?");
  expect(didYouMean('zzzzzz', ['a', 'b'], 'kinds')).toBe('Known kinds: a, b.');
  expect(didYouMean('zzzzzz', [], 'kinds')).toBe('There are no kinds here.');
  const many = Array.from({ length: 13 }, (_, index) => `name-${index}`);
  expect(didYouMean('zzzzzzzzzz', many, 'kinds')).toMatch(/name-11, …\.$/);
});
