import { expect, test } from '@jest/globals';
import { problemsWith } from '../../../kits/problems.js';

const steps = [{ id: 'pause', uses: 'wait', with: { for: '1s' } }];
const gate = { id: 'g', value: '1', atLeast: 1 };
const problems = (waivers: object | undefined, ofGate: object = {}, ofPhase: object = {}): string[] =>
  problemsWith({
    roles: { lead: 'Lead', sre: 'SRE' },
    phases: [{ id: 'one', owner: 'lead', steps, gates: [{ ...gate, ...ofGate }], ...ofPhase }],
    ...(waivers ? { waivers } : {}),
  });
const RULE = { by: ['lead', 'sre'], atMost: '8h' };

test.each<[string, string[]]>([
  ['nothing of it', problems(undefined)],
  ['who may and for how long', problems(RULE)],
  ['a gate that narrows it', problems(RULE, { waivableBy: 'sre' })],
  ['other people, of whom there are some', problems({ ...RULE, distinct: true })],
  ['a floor, where only the owner waives', problems({ by: 'lead', atMost: '8h', distinct: true }, { floor: true })],
  ['a phase that may be omitted', problems(undefined, {}, { mayOmit: { by: ['lead', 'sre'] } })],
])('%s is in order', (_name, found) => {
  expect(found).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  ['an unknown role', problems({ by: ['leed'], atMost: '8h' }), /no role 'leed'/],
  ['no time', problems({ by: ['lead'] }), /atMost/],
  ['no time that is one', problems({ by: ['lead'], atMost: 'soon' }), /a duration is written/],
  [
    'a longer time than a waiver may stand',
    problems({ by: ['lead'], atMost: '31d' }),
    /31d is too long: 30d is the most/,
  ],
  ['no time at all', problems({ by: ['lead'], atMost: '0s' }), /0s is too short/],
  ['a gate waivable where nothing is', problems(undefined, { waivableBy: 'sre' }), /nothing can be waived/],
  ['a gate that widens it', problems({ by: 'lead', atMost: '8h' }, { waivableBy: 'sre' }), /'sre' may not waive here/],
  ['a floor that is waivable', problems(RULE, { floor: true, waivableBy: 'sre' }), /a floor cannot be waived/],
  [
    'the owner alone, where others are asked for',
    problems({ by: 'lead', atMost: '8h', distinct: true }),
    /could be waived by 'lead' alone, who owns phase 'one'/,
  ],
  [
    'a gate narrowed to the owner, where others are asked for',
    problems({ ...RULE, distinct: true }, { waivableBy: 'lead' }),
    /could be waived by 'lead' alone/,
  ],
  ['a phase that nobody known may omit', problems(undefined, {}, { mayOmit: { by: 'leed' } }), /no role 'leed'/],
])('%s is refused', (_name, found, problem) => {
  expect(found).toEqual([expect.stringMatching(problem)]);
});
