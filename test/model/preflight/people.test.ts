import { describe, expect, test } from '@jest/globals';
import { peopleFindings } from '../../../model/preflight/people.js';
import type { Plan } from '../../../model/plan/plan.js';
import { approval, phase, plan, step } from '../../kits/plans.js';

const NOW = Date.UTC(2026, 0, 1);
const PEOPLE = { Ada: ['cto'], Bo: ['cto'] };
const asks = (count: number, more: Partial<Plan>): Plan =>
  plan(
    [
      phase('p', [step('a')], {
        plannedMs: 3_600_000,
        approvals: [approval('p', { needs: [{ role: 'cto', count }], starterMay: false, expiresMs: 86_400_000 })],
      }),
    ],
    { mode: 'live', people: PEOPLE, ...more },
  );
const key = (name: string, until = ''): string =>
  `${name}@example.org namespaces="golive-approval@v1"${until} ssh-ed25519 ${name.padEnd(43, 'A')}`;
const signed = (...lines: string[]): Partial<Plan> => ({
  signing: {
    level: 'signed',
    signers: lines.join('\n'),
    principals: { Ada: 'ada@example.org', Bo: 'bo@example.org' },
  },
});
const shown = (made: Plan, by: string): string[] =>
  peopleFindings(made, by, NOW).map(({ area, what, standing, found }) => `${area} ${what} ${standing}: ${found}`);

describe('people and their keys', () => {
  test.each<[string, Plan, by: string, (string | RegExp)[]]>([
    ['can answer', asks(1, {}), 'Ada', ['quorum 1 question there: The people listed can answer.']],
    ['too few without the starter', asks(2, {}), 'Ada', [/^quorum p missing: .*without Ada, who starts it, .*only Bo/]],
    ['nobody is listed: names are not checked', asks(2, { people: {} }), 'Ada', []],
    [
      'the key of one is gone before the phases end',
      asks(2, signed(key('ada'), key('bo', ' valid-before="202601010030Z"'))),
      'Cy',
      [
        /^quorum p missing: .*only Ada\. The others' keys expire before\./,
        /^key key of Bo doubtful: It expires at 2026/,
      ],
    ],
    [
      'a key may end while the last question is open: it is said',
      asks(1, signed(key('ada'), key('bo', ' valid-before="202601011200Z"'))),
      'Cy',
      [/^quorum 1 question there/, /^key key of Bo doubtful: It expires at 2026-01-01T12:00Z, before the last/],
    ],
    [
      'a key has ended',
      asks(1, signed(key('ada'), key('bo', ' valid-before="20251231"'))),
      'Cy',
      [/^quorum 1 question there/, /^key key of Bo doubtful: It expired at 2025-12-31T00:00Z/],
    ],
  ])('%s', (_, made, by, expected) => {
    expect(shown(made, by)).toEqual(
      expected.map((one) => (typeof one === 'string' ? one : expect.stringMatching(one))),
    );
  });
});
