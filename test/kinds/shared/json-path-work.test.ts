import { expect, test } from '@jest/globals';
import type { Json } from '../../../model/json.js';
import { nodesAt } from '../../../kinds/shared/json-path.js';

const many = Array.from({ length: 8000 }, (_, index) => index);
const OFTEN = 'it goes over its document too often';

test.each([
  '$[?count($[*])>0]',
  '$[?count($..x)>=0]',
  '$[?$[?@==-1]]',
  '$[?!$[?1==2]]',
  '$[?@==1||count($[*])>0]',
  '$[?length(value($[?@==-1]))==1]',
])('%s ends soon', (path) => {
  const begun = performance.now();
  try {
    nodesAt(many, path);
  } catch (error) {
    expect(String(error)).toContain(OFTEN);
  }
  // The square of 8,000 by a walk of 8,000 each, unbounded, takes hours: a slow machine does not count.
  expect(performance.now() - begun).toBeLessThan(60_000);
});

test('what would take the square, or double each time, is refused', () => {
  expect(() => nodesAt(many, '$[?count($[*])>0]')).toThrow(OFTEN);
  const same = (depth: number): Json => (depth === 0 ? 1 : [same(depth - 1)]);
  expect(() => nodesAt(same(40), `$${'[0,0]'.repeat(40)}`)).toThrow(OFTEN);
  const text = 'a'.repeat(20_000);
  expect(() => nodesAt({ text, patterns: many.map(() => 'a*b') }, '$.patterns[?search($.text, @)]')).toThrow(OFTEN);
});

test('what goes over a document once may be of any size, and over a small one often', () => {
  const large = Array.from({ length: 100_000 }, (_, index) => ({ name: `n${index}`, ok: index % 2 === 0 }));
  expect(nodesAt(large, '$[?@.ok==true].name')).toHaveLength(50_000);
  expect(nodesAt(many.slice(0, 1000), '$[?count($[*])==1000]')).toHaveLength(1000);
});
