import { expect, test } from '@jest/globals';
import { problemsInPhase } from '../../../kits/problems.js';

const make = { id: 'make', uses: 'command.run', effect: 'idempotent', with: { argv: ['make'] } };
const problems = (env: unknown, steps: readonly object[] = [make], parts: object = {}): string[] =>
  problemsInPhase({ steps }, { ...parts, defaults: { env } });
const batch = (runner: unknown) => ({
  id: 'batch',
  uses: 'cases.run',
  with: { manifest: 'm.json', url: 'http://127.0.0.1:1/', minInterval: '3s', retries429: 6, runner },
});

test.each<[string, string[]]>([
  ['texts and secrets', problems({ LEVEL: 'info', TOKEN: { env: 'TOKEN' }, KEY: { file: 'key' } })],
  [
    'what inputs, target and run say',
    problems({ A: 'x ${{ inputs.a }}', B: '${{ target.id }}', C: '${{ run.id }}' }, [make], {
      inputs: { a: { type: 'integer' } },
    }),
  ],
  [
    'a runner of an input',
    problems({ A: 'b' }, [batch('${{ inputs.runner }}')], { inputs: { runner: { type: 'json' } } }),
  ],
])('%s is in order', (_name, found) => {
  expect(found).toEqual([]);
});

test.each<[string, string[], RegExp]>([
  ['a number', problems({ PORT: 8080 }), /PORT/],
  ['a name that is none', problems({ 'MY-PORT': '1' }), /MY-PORT/],
  ['an unknown input', problems({ A: '${{ inputs.nope }}' }), /nope/],
  ['what a step gives', problems({ A: '${{ steps.make.stdoutTail }}' }), /steps/],
  ['a value that is no text', problems({ A: '${{ 1 + 1 }}' }), /string/],
  [
    'a map that is only known at the run',
    problems({ A: 'b' }, [make, { ...make, id: 'next', with: { argv: ['x'], env: '${{ steps.make.values }}' } }]),
    /only known at the run.*Write it out/,
  ],
])('%s is refused', (_name, found, problem) => {
  expect(found).toEqual([expect.stringMatching(problem)]);
});
