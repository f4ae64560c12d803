import { describe, expect, test } from '@jest/globals';
import { checkExpression } from '../../../../model/schema/expression/expression-check.js';
import type { ExpressionTypes, Expected } from '../../../../model/schema/expression/expression-check.js';

const types: ExpressionTypes = {
  inputs: { type: 'object', properties: { count: { type: 'integer' }, name: { type: 'string' } }, members: 'inputs' },
  steps: {
    type: 'object',
    members: 'earlier steps',
    properties: {
      run_1: {
        type: 'object',
        members: "outputs of 'run-1' (cases.run)",
        more: 'golive explain cases.run',
        properties: {
          accuracy: { type: 'number' },
          clean: { type: 'boolean' },
          failed: { type: 'array', items: { type: 'string' } },
          cases: { type: 'array', items: { type: 'object', properties: { id: { type: 'string' } } } },
          verdicts: { type: 'object', additionalProperties: { type: 'string' } },
          shape: { anyOf: [{ type: 'string' }, { type: 'null' }] },
        },
      },
    },
  },
  run: {
    type: 'object',
    properties: { id: { type: 'string' }, attempt: { type: 'integer' } },
    members: 'members of run',
  },
};

describe('what is right', () => {
  test.each<[string, string]>([
    ['steps.run_1.accuracy >= 0.7', 'boolean'],
    ['steps.run_1.accuracy + 1', 'number'],
    ['steps["run_1"].accuracy', 'number'],
    ['steps.run_1.failed[0] == "a"', 'boolean'],
    ['size(steps.run_1.failed) == 0', 'boolean'],
    ['steps.run_1.cases.exists(c, c.id == "a")', 'boolean'],
    ['steps.run_1.cases[0].id', 'string'],
    ['agreement(steps.run_1, steps.run_1)', 'number'],
    ['steps.run_1.verdicts.anything', 'string'],
    ['has(steps.run_1.shape) && steps.run_1.clean', 'boolean'],
    ['wilsonLower(steps.run_1.accuracy, inputs.count)', 'number'],
    ['inputs.name + "x"', 'string'],
    ['steps.run_1.shape', 'any'],
    ['run.attempt > 1 ? "again" : run.id', 'string'],
    ['[inputs.count, 2]', 'array'],
    ['{"a": inputs.count}', 'object'],
  ])('%s is %s', (expression, type) => {
    expect(checkExpression(expression, types)).toEqual({ ok: true, type });
  });
});

describe('what is wrong, with its place', () => {
  test.each<[string, Expected[], string, string, string]>([
    [
      'steps.run_1.acuracy > 1',
      [],
      'acuracy',
      "unknown name 'acuracy' among the outputs of 'run-1'",
      "'accuracy'? See golive explain cases.run.",
    ],
    ['1 + inputs.cuont', [], 'cuont', "unknown name 'cuont'", "'count'"],
    ['steps["run_2"].accuracy', [], '"run_', "unknown name 'run_2'", "'run_1'"],
    ['stpes.run_1.accuracy', [], 'stpes', "no variable 'stpes'", "'steps'"],
    ['it.accuracy > 1', [], 'it', "no 'it' here", 'inputs, steps, run'],
    ['steps.run_1.accuracy > inputs.name', [], 'steps.run_1.accuracy > inputs.name', 'number > string', ''],
    [
      'wilsonLower(inputs.name, 20)',
      [],
      'wilsonLower(inputs.name, 20)',
      'does not take (string, number)',
      'wilsonLower(successes, n)',
    ],
    ['wilsnLower(1, 20)', [], 'wilsnLower(1, 20)', "no function 'wilsnLower'", "'wilsonLower'"],
    ['steps.run_1.accuracy', ['boolean'], 'steps.run_1.accuracy', 'gives a number, but a boolean is wanted', ''],
    ['steps.run_1.failed', ['number', 'string'], 'steps.run_1.failed', 'gives a list, but a number or a string', ''],
    [
      'size(steps.run_1.failed) / size(steps.run_1.cases)',
      [],
      'size(steps.run_1.failed) / size(steps.run_1.cases)',
      'drops the remainder',
      'ratio',
    ],
    ['inputs.count +', [], '+', '', ''],
  ])('%s', (expression, expected, at, message, suggestion) => {
    const result = checkExpression(expression, types, expected);
    if (result.ok) throw new Error('was accepted');
    expect(result.message).toContain(message);
    expect(result.suggestion ?? '').toContain(suggestion);
    if (at !== '+') expect(expression.slice(result.offset, result.offset + result.length)).toBe(at);
    expect(result.offset).toBeLessThan(expression.length);
  });
});
