import { expect, test } from '@jest/globals';
import { buildContext } from '../../../model/expression/expression.js';
import { fillPrompt } from '../../../model/playbook/prompt.js';

const context = buildContext({ inputs: { size: 50 }, run: { verdict: 'NO-GO' }, phases: {} });

test('what is known is filled in, and what is not is said in its place and listed', () => {
  const filled = fillPrompt('${{ run.verdict }} of ${{ string(int(inputs.size)) }}, ${{ run.ended }}', context);
  expect(filled.text).toBe('NO-GO of 50, [not known: run.ended]');
  expect(filled.missing).toEqual([{ expression: 'run.ended', why: expect.stringContaining("no value 'ended'") }]);
});

test('without any run everything is missing, and the words stay', () => {
  const { text, missing } = fillPrompt('Halt at ${{ run.failed }}.', {});
  expect([text, missing.length]).toEqual(['Halt at [not known: run.failed].', 1]);
});
