import { describe, expect, test } from '@jest/globals';
import { randomInt } from 'node:crypto';
import fc from 'fast-check';
import { redactIn } from '../../activities/command/redact-in.js';
import { Redactor, redactorOf } from '../../activities/command/redact.js';
import { CANARIES, spellingsOf } from '../kits/canaries.js';

const through = (text: string, secrets: readonly string[], cuts: readonly number[]): string => {
  const redactor = new Redactor(secrets);
  const bytes = Buffer.from(text);
  const places = [...new Set(cuts.map((cut) => cut % (bytes.length + 1)))].toSorted((a, b) => a - b);
  const parts = [...places, bytes.length].map((end, index) => bytes.subarray(places[index - 1] ?? 0, end));
  return Buffer.concat([...parts.map((part) => redactor.push(part)), redactor.end()]).toString('utf8');
};

/** Places at which a spelling is cut. */
const CUTS = process.env.GOLIVE_ALL ? 200 : 10;

describe('secrets are taken out of what is told', () => {
  test('there are at least 25 canaries', () => expect(CANARIES.length).toBeGreaterThanOrEqual(25));

  test.each(CANARIES)('%j in every spelling, in a text and cut in two in a stream', (secret) => {
    for (const [name, spelling] of spellingsOf(secret)) {
      const text = `before ${spelling} between ${spelling}${spelling} after`;
      expect([name, redactorOf([secret])(text).includes(spelling)]).toEqual([name, false]);
      // Long ones are cut at some places, at others each time: each takes as long as it is.
      const every = Math.ceil(Buffer.byteLength(text) / CUTS);
      for (let cut = randomInt(every); cut <= Buffer.byteLength(text); cut += every) {
        const told = through(text, [secret], [cut]);
        if (told.includes(spelling) || !told.startsWith('before ') || !told.endsWith(' after'))
          throw new Error(`${name}, cut at ${cut}: ${told}`);
      }
    }
  });

  test('a canary in any spelling, cut anywhere, beside anything: none is left, and all else comes through', () => {
    const seed = Number(process.env.GOLIVE_SEED ?? randomInt(1 << 30));
    console.log(`GOLIVE_SEED=${seed}`);
    const secrets = CANARIES.filter((secret) => secret.length < 100);
    const spellings = secrets.map(spellingsOf);
    const redact = redactorOf(secrets);
    const spelled = fc
      .tuple(fc.nat(secrets.length - 1), fc.nat(1000))
      .map(([which, how]) => spellings[which]?.[how % (spellings[which]?.length ?? 1)]?.[1] ?? '');
    const innocent = fc.oneof(
      fc.stringMatching(/^[ g-z{}()|!?;]{0,12}$/),
      fc.constantFrom('\n', '\\', '%', '&', "'", '"', 'ü', '%4', '\\u00', '\\\\', '0x', '🔑'),
    );
    fc.assert(
      fc.property(
        fc.array(fc.oneof(innocent, spelled), { maxLength: 4 }),
        fc.array(fc.nat(), { maxLength: 3 }),
        (parts, cuts) => {
          const text = parts.join(' | ');
          const told = through(text, secrets, cuts);
          const left = parts.filter((part) => spellings.flat().some(([, one]) => one === part) && told.includes(part));
          expect(left).toEqual([]);
          expect(told).toBe(redact(text));
        },
      ),
      { seed, numRuns: Number(process.env.GOLIVE_RUNS ?? 200) },
    );
  }, 600_000);

  test.each<[name: string, secrets: string[], text: string, told: string]>([
    ['of two the longer wins', ['ABCDabcd', 'ABCDabcd1234EFGH'], 'x ABCDabcd1234EFGH y', 'x [redacted] y'],
    ['those that overlap are one', ['abcdefgh', 'efghijkl'], 'x abcdefghijkl y', 'x [redacted] y'],
    ['one that begins again within itself', ['abcdeabc'], 'x abcdeabcdeabc y', 'x [redacted] y'],
    ['the password of an address', ['postgres://app:Zq9%23secretPw@db/x'], 'of Zq9#secretPw', 'of [redacted]'],
    ['a line of several', ['first line of it\nsecond line of it'], '> second line of it', '> [redacted]'],
    ['lines of Windows', ['one of\ntwo of'], 'one of\r\ntwo of.', '[redacted].'],
    [
      'an innocent text',
      ['canary-1234'],
      '%zz \\u00 &amp; \'\' "" + 0x \\ud83d canary',
      '%zz \\u00 &amp; \'\' "" + 0x \\ud83d canary',
    ],
  ])('%s', (_, secrets, text, told) => {
    expect(redactorOf(secrets)(text)).toBe(told);
    for (let cut = 0; cut <= Buffer.byteLength(text); cut += 1) expect(through(text, secrets, [cut])).toBe(told);
  });

  test('what goes on for ever is given in bounded parts', () => {
    const redactor = new Redactor(['aaaaaaaa']);
    let most = 0;
    for (let given = 0, came = 0; came < 655_360; came += 65_536) {
      given += redactor.push(Buffer.alloc(65_536, 'a')).length > 0 ? 1 : 0;
      most = Math.max(most, came / 65_536 - given);
    }
    expect(most).toBeLessThan(3);
    expect(redactor.end().toString()).not.toContain('aaaaaaaa');
  });
});

test('in a value, a look is taken at all its texts at once, and at few by themselves', () => {
  let looks = 0;
  const redact = redactorOf(['canary-secret']);
  const counting = (text: string): string => {
    looks += 1;
    return redact(text);
  };
  const many = Array.from({ length: 5000 }, (_, at) => ({ [`name${at}`]: at, other: `text ${at}` }));
  expect(redactIn(many, counting)).toBe(many);
  expect(looks).toBe(1);
  const [first = {}, ...rest] = many;
  const one = [...rest, { ...first, told: 'says canary-secret' }];
  expect(redactIn(one, counting)).toEqual([...rest, { ...first, told: 'says [redacted]' }]);
  expect(looks).toBeLessThan(100);
});
