import { describe, expect, test } from '@jest/globals';
import {
  type Finding,
  inOrder,
  missingSentence,
  preflightSentence,
  refusing,
} from '../../../model/preflight/finding.js';

const finding = (area: Finding['area'], standing: Finding['standing']): Finding => ({
  area,
  what: `${area} x`,
  where: 'p.s',
  standing,
  found: 'It is not there.',
});

const many = (area: Finding['area'], length: number): Finding[] =>
  Array.from({ length }, () => finding(area, 'missing'));

describe('what keeps a go-live from being begun', () => {
  test.each<[Finding['area'], Finding['standing'], live: boolean, rehearse: boolean]>([
    ['secret', 'missing', true, true],
    ['program', 'missing', true, true],
    ['host', 'missing', true, false],
    ['quorum', 'missing', true, false],
    ['worker', 'missing', true, false],
    ['secret', 'doubtful', false, false],
    ['host', 'there', false, false],
  ])('%s %s: live %s, in a rehearsal %s', (area, standing, live, rehearse) => {
    const one = [finding(area, standing)];
    expect([refusing('live', one).length > 0, refusing('rehearse', one).length > 0]).toEqual([live, rehearse]);
  });

  test('is told in one sentence, with three of many', () => {
    const five = many('secret', 5);
    expect(preflightSentence(five)).toMatch(/^5 of what it needs are missing\. .* And 2 more\.$/);
    expect(preflightSentence(five.slice(0, 1))).toBe('1 of what it needs is missing. secret x (p.s): It is not there.');
  });
});

test.each<[string, 'live' | 'rehearse', Finding[], string]>([
  ['nothing', 'live', [finding('secret', 'there')], 'All that it needs is there.'],
  ['what is doubtful', 'live', [finding('secret', 'doubtful')], 'All that it needs is there.'],
  ['a host', 'live', [finding('host', 'missing')], '1 thing missing: host x (p.s): It is not there.'],
  [
    'a host, for a rehearsal',
    'rehearse',
    [finding('host', 'missing')],
    'All that a rehearsal needs is there. Live, 1 thing would be missing: host x (p.s): It is not there.',
  ],
  [
    'four',
    'rehearse',
    [...many('secret', 2), ...many('program', 1), ...many('secret', 1)],
    '4 things missing: secret x (p.s): It is not there. secret x (p.s): It is not there. program x (p.s): It is not there. And 1 more.',
  ],
])('a look says what is missing: %s', (_name, mode, findings, sentence) => {
  expect(missingSentence(refusing(mode, findings), findings)).toBe(sentence);
});

test('findings stand by area, the worst first in each', () => {
  const shuffled = [finding('key', 'there'), finding('secret', 'there'), finding('secret', 'missing')];
  expect(inOrder(shuffled).map(({ area, standing }) => `${area} ${standing}`)).toEqual([
    'secret missing',
    'secret there',
    'key there',
  ]);
});
