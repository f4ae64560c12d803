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
  test('a long line, and those behind it, wait for their turn; all else goes on between its patterns', async () => {
    const needed = Array.from({ length: 20 }, (_, index) => `ready ${index}$`);
    const long = `${'x'.repeat(100_000)} ready 7`;
    const sieve = new Sieve({ needed, forbidden: ['FATAL'], most: 10, redact: (text) => text });
    for (const [index, line] of ['ready 1', long, 'FATAL'].entries()) sieve.take(line, `a:${index + 1}`, false);
    expect(sieve).toMatchObject({ matched: 1, forbidden: 0 });
    let pauses = 0;
    await sieve.settle(() => {
      pauses += 1;
      return Promise.resolve();
    });
    expect(pauses).toBe(21);
    expect(sieve).toMatchObject({ matched: 2, forbidden: 1, found: new Set([1, 7]) });
    expect(sieve.hits.map(({ shown }) => shown.slice(0, 5))).toEqual(['a:1: ', 'a:2: ', 'a:3: ']);
  });
  test('nobody has to settle: at the end all lines are looked at', () => {
    const { sieve } = sift([`${'x'.repeat(100_000)}FATAL`, 'ready', 'x']);
    expect(sieve).toMatchObject({ matched: 1, forbidden: 1 });
  });
  test('forbidden lines are shown also after many needed ones', () => {
    const { sieve } = sift([...Array.from({ length: 50 }, () => 'ready'), 'FATAL']);
    expect(sieve.hits).toHaveLength(11);
    expect(sieve.hits.at(-1)).toMatchObject({ forbidden: true });
  });
});
