import { describe, expect, test } from '@jest/globals';
import fc from 'fast-check';
import { type Asked, quorumProblem, quorumProblems, votersOf } from '../../../model/people/quorum.js';
import { approval, phase, plan } from '../../kits/plans.js';
import { addressText, readAddress } from '../../../model/plan/address.js';

const PEOPLE = { Ada: ['cto'], Bo: ['sre'], Cy: ['sre'], Dee: ['cto', 'sre'] };
const asked = (needs: Asked['needs'], more: Partial<Asked> = {}): Asked => ({
  id: 'p',
  needs,
  distinct: true,
  starterMay: false,
  ...more,
});
const sre = (count: number) => [{ role: 'sre', count }];

describe('a quorum', () => {
  test.each<[string, Asked, Record<string, string[]>, string | undefined, RegExp | undefined]>([
    ['that can be met', asked(sre(2)), PEOPLE, 'Bo', undefined],
    ['of more than there are', asked(sre(4)), PEOPLE, undefined, /needs 4 × sre, .*; there is only Bo, Cy, Dee\./],
    ['that needs the starter', asked(sre(3)), PEOPLE, 'Bo', /without Bo, who starts it, there is only Cy, Dee/],
    ['that needs the starter by another spelling', asked(sre(3)), PEOPLE, ' bo ', /without/],
    ['that the starter may be part of', asked(sre(3), { starterMay: true }), PEOPLE, 'Bo', undefined],
    ['in a role that nobody holds', asked([{ role: 'dba', count: 1 }]), PEOPLE, undefined, /there is nobody/],
    [
      'that one person would fill twice',
      asked([
        { role: 'cto', count: 2 },
        { role: 'sre', count: 3 },
      ]),
      PEOPLE,
      undefined,
      /each another person/,
    ],
    [
      'that one person may fill twice',
      asked(
        [
          { role: 'cto', count: 2 },
          { role: 'sre', count: 3 },
        ],
        { distinct: false },
      ),
      PEOPLE,
      undefined,
      undefined,
    ],
    [
      'that needs the right person in the right place',
      asked([
        { role: 'sre', count: 1 },
        { role: 'cto', count: 1 },
      ]),
      { Dee: ['cto', 'sre'], Bo: ['sre'] },
      undefined,
      undefined,
    ],
  ])('%s', (_name, question, people, starter, why) => {
    const problem = quorumProblem(question, people, starter);
    if (why === undefined) expect(problem).toBeUndefined();
    else expect(problem).toMatch(why);
  });

  test('is judged as by trying every choice of people', () => {
    const roles = ['a', 'b', 'c'];
    const held = fc.subarray(roles);
    fc.assert(
      fc.property(
        fc.array(held, { maxLength: 5 }),
        fc.array(fc.constantFrom(...roles), { maxLength: 4 }),
        (all, places) => {
          const people = Object.fromEntries(all.map((one, index) => [`p${index}`, one]));
          const fill = (left: readonly string[], free: readonly string[]): boolean => {
            const [first, ...rest] = left;
            if (first === undefined) return true;
            return free.some(
              (name) =>
                people[name]?.includes(first) &&
                fill(
                  rest,
                  free.filter((one) => one !== name),
                ),
            );
          };
          const possible = fill(places, Object.keys(people));
          expect(quorumProblem(asked(places.map((role) => ({ role, count: 1 }))), people) === undefined).toBe(possible);
        },
      ),
      { numRuns: 500 },
    );
  });
});

test('of a plan: each question and item that nobody can answer; a rule may answer its own', () => {
  const item = { id: addressText(readAddress('one.x')), text: 'x', role: 'dba' };
  const made = plan(
    [
      phase('one', [], { approvals: [approval('one', { starterMay: false })], checklist: [item] }),
      phase('two', [], { approvals: [approval('two', { needs: sre(9), auto: { rule: 'true', reads: [] } })] }),
    ],
    { people: { Ada: ['cto'] } },
  );
  expect(quorumProblems(made)).toEqual([expect.stringContaining("'one.x'")]);
  expect(quorumProblems(made, 'Ada')).toEqual([expect.stringContaining("'one' needs 1 × cto"), expect.anything()]);
  const { people: _, ...declared } = made;
  expect(quorumProblems(declared, 'Ada')).toEqual([]);
});

test('where names are signed, who has no key has no vote', () => {
  const key = `ssh-ed25519 ${'A'.repeat(60)}`;
  const signers = `ada@x namespaces="golive-approval@v1" ${key}\nbo@x namespaces="golive-break-glass@v1" ${key.replace('AAA', 'BBB')}\n`;
  const signing = { level: 'signed' as const, signers, principals: { Ada: 'ada@x', Bo: 'bo@x', Cy: 'cy@x' } };
  expect(votersOf({ people: PEOPLE, signing })).toEqual({ Ada: ['cto'] });
  expect(votersOf({ people: PEOPLE })).toBe(PEOPLE);
  expect(votersOf({})).toBeUndefined();
});
