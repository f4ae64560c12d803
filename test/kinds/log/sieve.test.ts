import { describe, expect, test } from '@jest/globals';
import { Sieve, type SieveOptions } from '../../../kinds/log/sieve.js';

const sift = (lines: readonly string[], more: Partial<SieveOptions> = {}) => {
  const options = {
    needed: ['ready'],
    forbidden: ['FATAL'],
    most: 10,
    redact: (text: string) => text.replace('key', '***'),
  };
  const sieve = new Sieve({ ...options, ...more });
  lines.forEach((line, index) => sieve.take(line.replace('!', ''), `a:${index + 1}`, line.startsWith('!')));
  return { ...sieve.end(), sieve };
};

describe('a sieve', () => {
  test('counts what fits, and shows it redacted', () => {
    const { sieve } = sift(['ready key', 'x', 'ready FATAL']);
    expect(sieve).toMatchObject({ matched: 2, forbidden: 1, found: new Set([0]) });
    expect(sieve.hits.map(({ shown }) => shown)).toEqual(['a:1: ready ***', 'a:3: ready FATAL']);
  });
  test('of a broken line only what must not be there counts', () => {
    const { sieve } = sift(['!ready FATAL', '!ready']);
    expect(sieve).toMatchObject({ matched: 0, forbidden: 1, found: new Set() });
  });
  test('with a tail, only the last lines count, however many fit before', () => {
    const lines = Array.from({ length: 1000 }, (_, index) => (index % 2 === 0 ? `ready ${index}` : '!FATAL'));
    const { sieve, before, brokenBefore } = sift(lines, { tail: 3 });
    expect({ before, brokenBefore }).toEqual({ before: 997, brokenBefore: 498 });
    expect(sieve.hits.map(({ shown }) => shown)).toEqual(['a:998: FATAL', 'a:999: ready 998', 'a:1000: FATAL']);
  });
  test('forbidden lines are shown also after many needed ones', () => {
    const { sieve } = sift([...Array.from({ length: 50 }, () => 'ready'), 'FATAL']);
    expect(sieve.hits).toHaveLength(11);
    expect(sieve.hits.at(-1)).toMatchObject({ forbidden: true });
  });
});
