import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { compile } from '../../kinds/shared/json-path-query.js';
import { lineMatcher } from '../../kinds/shared/patterns.js';
import { evaluate, ExpressionError } from '../../model/expression/expression.js';
import { parseInput } from '../../model/schema/format/inputs.js';
import { pattern, PatternError, patternProblem } from '../../model/text/pattern.js';
import { StepError } from '../../activities/step/step-error.js';
import { HOSTILE, hostileTexts } from '../kits/hostile-patterns.js';

const MIB = 2 ** 20;
/** Of computing, not of waiting. What grows faster than the text takes years, or days, for 1 MiB: a slow machine does not count. */
const MOST_MS = 60_000;

let texts: string[];
beforeAll(() => {
  texts = hostileTexts(MIB);
});

const refused = (error: unknown): boolean =>
  error instanceof PatternError || error instanceof ExpressionError || error instanceof StepError;

/** Each place where a pattern of a runbook meets a text that somebody else may have written. */
const PLACES: Record<string, (source: string, text: string) => unknown> = {
  'an expression': (source, text) => evaluate('it.text.matches(it.source)', { it: { text, source } }),
  'a JSONPath': (source, text) =>
    compile('$.all[?search(@, $.source)]')
      .query({ all: [text], source })
      .values().length > 0,
  'a line of a log': (source, text) => lineMatcher(source).test(text),
  'a line whose group counts': (source, text) => lineMatcher(source).group(text) !== undefined,
  'an input': (source, text) => parseInput({ type: 'string', pattern: source }, text.slice(0, 2000), true).ok,
};

describe.each(Object.keys(PLACES))('%s of 1 MiB', (place) => {
  let slowest = { ms: 0, of: '' };
  const counts = { fits: 0, not: 0, refused: 0 };
  afterAll(() => {
    console.log(`${place}: slowest ${Math.round(slowest.ms)} ms (${slowest.of}); ${JSON.stringify(counts)}`);
  });

  test.each(HOSTILE)('%s', (source) => {
    for (const text of texts) {
      const before = process.cpuUsage();
      try {
        counts[PLACES[place]?.(source, text) === true ? 'fits' : 'not'] += 1;
      } catch (error) {
        if (!refused(error)) throw error;
        counts.refused += 1;
      }
      const { user, system } = process.cpuUsage(before);
      const ms = (user + system) / 1000;
      if (ms > slowest.ms) slowest = { ms, of: source };
      expect(ms).toBeLessThan(MOST_MS);
    }
  });
});

test('a short line has its answer, whatever the pattern: only references and looking around are refused', () => {
  const wrong = HOSTILE.filter((source) => patternProblem(source) !== undefined);
  expect(wrong).toEqual(['(a+)+\\1$', '^(?=(a+)+$)']);
  for (const source of HOSTILE.filter((one) => !wrong.includes(one)))
    for (const text of hostileTexts(1000)) expect(typeof lineMatcher(source).test(text)).toBe('boolean');
});

test('many lines with no rhythm take no more for a pattern that is hard for an automaton', () => {
  const lines = hostileTexts(65_536).flatMap((text) => text.match(/.{1,100}/g) ?? []);
  const before = process.cpuUsage();
  for (const source of ['(a|b)*a(a|b){16}$', '[ab]*a[ab]{480}$', '[a-m].{14}[n-z]$']) {
    const { test: fits } = lineMatcher(source);
    lines.filter(fits);
  }
  const { user } = process.cpuUsage(before);
  expect(user / 1000).toBeLessThan(MOST_MS);
});

describe('a text that is long for its pattern', () => {
  const long = 'all is well. '.repeat(100_000);

  test('is looked at all the same where a few states suffice, whatever was looked at before', () => {
    const full = pattern('FATAL: (?:disk|memory) is full$');
    for (const end of ['', 'FATAL: disk is full', 'FATAL: disk is full.', 'FATAL: memory is full'])
      expect([end, full.test(long + end)]).toEqual([end, end.endsWith('full')]);
    expect(full.test('FATAL: disk is full')).toBe(true);
  });

  test('is refused where the place is asked for', () => {
    expect(() => pattern('FATAL: (?:disk|memory) is full$').find(`${long}FATAL: disk is full`)).toThrow(
      'it takes too long on a text of 1,300,019 characters',
    );
  });
});
