import { expect, test } from '@jest/globals';
import { stepKinds } from '../../../../kinds/catalog.js';
import { loadRunbook } from '../../../../model/schema/load.js';

/** What `golive validate` says of one variable as it is written. */
function problemsOf(written: string): string[] {
  const text = `schema: 1
id: test
title: Test
roles: { lead: Lead }
phases:
  - id: one
    owner: lead
    steps:
      - { id: env, uses: env.ensure, with: { file: .env, set: { V: ${written} } } }
`;
  const { problems = [] } = loadRunbook(text, 'test.yaml', stepKinds);
  return problems.map(({ message, hint }) => `${message}: ${hint}`);
}

test.each(['8080', '-1', '0.5', 'true', 'false', '"0123"', "'1.10'", 'yes', '2026-01-01', '1_000', '"${{ run.id }}"'])(
  '%s is the text that it looks like',
  (written) => {
    expect(problemsOf(written)).toEqual([]);
  },
);

test.each([
  ['0123', '123'],
  ['1e3', '1000'],
  ['1.10', '1.1'],
  ['1.0', '1'],
  ['0x1F', '31'],
  ['0o17', '15'],
  ['+1', '1'],
  ['12345678901234567890', '12345678901234567000'],
  ['True', 'true'],
])('%s, which YAML reads as %s, is refused where a text would do: quote it', (written, read) => {
  expect(problemsOf(written)).toEqual([
    `${written} is read as ${read}, and a text would do here as well: Quote it, if the text is meant: "${written}"; if not, write ${read}.`,
  ]);
});
