import { describe, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { Redactor, redactorOf } from '../../activities/command/redact.js';
import { CANARIES, spellingsOf } from '../kits/canaries.js';

const through = (text: string, secrets: readonly string[], cuts: readonly number[]): string => {
  const redactor = new Redactor(secrets);
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const parts = [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
  return Buffer.concat([...parts.map((part) => redactor.push(part)), redactor.end()]).toString('utf8');
};

describe('secrets are taken out of what is told', () => {
  test('there are at least 25 canaries', () => expect(CANARIES.length).toBeGreaterThanOrEqual(25));

  test.each(CANARIES)('%j in every spelling, in a text and cut at every place of a stream', (secret) => {
    for (const [name, spelling] of spellingsOf(secret)) {
      const text = `before ${spelling} between ${spelling}${spelling} after`;
      expect([name, redactorOf([secret])(text).includes(spelling)]).toEqual([name, false]);
      for (let cut = 0; cut <= Buffer.byteLength(text); cut += 1) {
        const told = through(text, [secret], [cut]);
        if (told.includes(spelling) || !told.startsWith('before ') || !told.endsWith(' after'))
          throw new Error(`${name}, cut at ${cut}: ${told}`);
      }
    }
  });

  test('whatever stands around them, and wherever the stream is cut, all else comes through', () => {
    const seed = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
    console.log(`GOLIVE_SEED=${seed}`);
    const secret = 'S3cr3t+/=?&"\\ß🔑';
    fc.assert(
      fc.property(
        fc.array(fc.oneof(fc.string({ unit: 'grapheme' }), fc.constant(secret)), { maxLength: 8 }),
        fc.array(fc.nat(), { maxLength: 6 }),
        (parts, cuts) => {
          const text = parts.join('|');
          const told = through(text, [secret], cuts);
          expect(told).not.toContain(secret);
          expect(told).toBe(redactorOf([secret])(Buffer.from(text).toString('utf8')));
        },
      ),
      { seed, numRuns: 300 },
    );
  });
});
