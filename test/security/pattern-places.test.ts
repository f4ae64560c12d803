import { expect, test } from '@jest/globals';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';

const runbook = (pattern: { input?: string; needed?: string; stdout?: string; gate?: string; path?: string }): string =>
  `schema: 1
id: places
title: Places
roles: { ops: Ops }
inputs:
  version: { type: string, pattern: '${pattern.input ?? 'v.*'}', default: v1 }
phases:
  - id: one
    owner: ops
    steps:
      - { id: scan, uses: log.scan, with: { files: [a.log], needed: ['${pattern.needed ?? 'ready'}'] } }
      - { id: act, uses: command.run, effect: none, with: { argv: [date], expectStdout: '${pattern.stdout ?? 'OK$'}' } }
      - { id: look, uses: http.check, with: { url: 'http://x/', expect: { json: { "${pattern.path ?? '$.a'}": 1 } } } }
    gates:
      - { id: g, title: G, value: steps.act.stdoutTail.matches(r"${pattern.gate ?? '^OK$'}"), equals: true }
`;

/** What is shown as wrong, by what stands at its place in the file. */
function shown(text: string): string[] {
  const { problems = [] } = loadRunbook(text, 'places.yaml', stepKinds);
  return problems.map(({ line, column, message, hint = '' }) => {
    const there = text.split('\n')[line - 1]?.slice(column - 1) ?? '';
    return `${there.slice(0, 5)} | ${message} ${hint}`;
  });
}

test.each([
  [{}, []],
  [{ input: 'v(?=1)' }, [/^\(\?=1\) \| this is no pattern: \(\?=…\) looks ahead/]],
  [
    { needed: 'ready [z-a]' },
    [/^z-a\]' \| 'needed\[0\]' cannot be .*: this is no pattern: this range ends before it begins/],
  ],
  [{ stdout: '^OK(' }, [/^\('.* \| 'expectStdout' cannot be .*this \( has no \)/]],
  [{ gate: '(O)K\\1' }, [/^\\1"\), \| this is no pattern: \\1 is a reference/]],
  [{ path: "$[?search(@, '(a')]" }, [/this \( has no \)/]],
])('a pattern that is none is found where it stands: %j', (pattern, expected) => {
  expect(shown(runbook(pattern))).toEqual(expected.map((one) => expect.stringMatching(one)));
});
