import { expect, test } from '@jest/globals';
import { loadProject } from '../../../../model/schema/format/project.js';

test('golive.yaml: people, targets, evidence', () => {
  const text = `people:
  Ada Lovelace: { roles: [cto, sre], principal: ada@example.org }
targets:
  prod.eu: { variables: { url: "https://example.org" } }
evidence: ./bundles
approvals: { level: signed, revoked: revoked_keys, breakGlass: { reviewWithin: 24h } }
`;
  expect(loadProject(text, 'golive.yaml').project).toMatchObject({
    people: { 'Ada Lovelace': { roles: ['cto', 'sre'], principal: 'ada@example.org' } },
    approvals: { level: 'signed' },
    evidence: './bundles',
  });
  expect(loadProject('', 'golive.yaml').project).toEqual({});
});

test.each([
  ['poeple: {}\n', 1, "Did you mean 'people'"],
  ['people:\n  Ada: { role: cto }\n', 2, "Did you mean 'roles'"],
  ['people:\n  Ada: { roles: [] }\n', 2, 'too short'],
  ['targets:\n  ../up: {}\n', 2, 'letters, digits'],
  ['evidence: &a b\n', 1, 'anchors'],
])('%j is refused', (text, line, words) => {
  const problems = loadProject(text, 'golive.yaml').problems ?? [];
  expect(problems[0]?.line).toBe(line);
  expect(problems.map(({ message, hint }) => `${message} ${hint ?? ''}`).join('\n')).toContain(words);
});

test.each([
  ['Ada: { roles: [cto] }\n  Bo: { roles: [sre] }\n  ADA: { roles: [sre] }', 4, "'ADA' and 'Ada' are one person"],
  ['Ada  L: { roles: [cto] }\n  Ada L: { roles: [sre] }', 3, "'Ada L' and 'Ada  L' are one person"],
  [
    'Ada: { roles: [cto], principal: ada@example.org }\n  Al: { roles: [sre], principal: ada@example.org }',
    3,
    "'Al' and 'Ada' have the same principal 'ada@example.org'",
  ],
])('two of the people are one: %j', (people, line, words) => {
  const problems = loadProject(`people:\n  ${people}\n`, 'golive.yaml').problems ?? [];
  expect(problems.map((one) => [one.file, one.line, one.column])).toEqual([['golive.yaml', line, 3]]);
  expect(problems[0]?.message).toContain(words);
});

test('people of whom one name holds the other are two', () => {
  const text = `people:
  Ada: { roles: [cto], principal: ada@example.org }
  Adam: { roles: [cto], principal: adam@example.org }
`;
  expect(loadProject(text, 'golive.yaml').problems).toBeUndefined();
});
