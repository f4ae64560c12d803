import { expect, test } from '@jest/globals';
import type { Json } from '../../../model/json.js';
import { inputLines, inputsAgain } from '../../../model/plan/input-text.js';
import { type InputSpec, INPUT_TYPES, parseInput } from '../../../model/schema/format/inputs.js';
import { durationsOf } from '../../../model/schema/plan/plan-inputs.js';

const VALUES: Record<InputSpec['type'], Json[]> = {
  string: ['a b', '', '10000', '[x', '-x=y', 'true'],
  url: ['http://127.0.0.1:8000/?a=b'],
  integer: [0, -3, 10_000],
  number: [0.1, 1e-7, 1e21],
  boolean: [true, false],
  duration: [0, 1, 2500, 10_000, 90_000, 86_400_000, 123_456_789],
  path: ['a b.log', '/srv/[a]'],
  paths: [[], ['a.log'], ['[a.log', 'b "c"']],
  json: [{ api: 120 }, [1, 'a'], 'golive'],
};

test.each(INPUT_TYPES.flatMap((type) => VALUES[type].map((value) => [type, value] as const)))(
  'an input of type %s is printed as it is taken again: %j',
  (type, value) => {
    const spec: InputSpec = { type };
    const [given = ''] = inputsAgain({ inputs: { look: value }, ...durationsOf({ inputs: { look: spec } }) });
    expect(given.slice(0, 5)).toBe('look=');
    expect(parseInput(spec, given.slice(5), true)).toEqual({ ok: true, value });
  },
);

test.each<[Json]>([[5], [true], [null]])('%j of type json is taken again, as a text', (value) => {
  const [given = ''] = inputsAgain({ inputs: { look: value } });
  expect(parseInput({ type: 'json' }, given.slice(5), true)).toEqual({ ok: true, value: String(value) });
});

test('people read a duration with its unit, and a text in quotes; a plan of an earlier version says its milliseconds', () => {
  const inputs = { look: 10_000, name: '10s', n: 10_000 };
  expect(inputLines({ inputs, durations: ['look'] })).toEqual(['look = 10s', 'name = "10s"', 'n = 10000']);
  expect(inputLines({ inputs })[0]).toBe('look = 10000');
});
