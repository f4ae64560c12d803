import { expect, test } from '@jest/globals';
import fc from 'fast-check';
import { collectInput } from '../../../client/terminal/options.js';
import type { Json, JsonObject } from '../../../model/json.js';
import { inputLines, inputsAgain } from '../../../model/plan/input-text.js';
import { type InputResult, type InputSpec, INPUT_TYPES, parseInput } from '../../../model/schema/format/inputs.js';
import { durationsOf } from '../../../model/schema/plan/plan-inputs.js';

const VALUES: Record<InputSpec['type'], Json[]> = {
  string: ['a b', '', '10000', '007', '1e3', '-0', '[x', '-x=y', 'true'],
  url: ['http://127.0.0.1:8000/?a=b'],
  integer: [0, -3, 10_000],
  number: [0.1, 1e-7, 1e21],
  boolean: [true, false],
  duration: [0, 1, 2500, 10_000, 90_000, 86_400_000, 123_456_789],
  path: ['a b.log', '/srv/[a]'],
  paths: [[], ['a.log'], ['[a.log', 'b "c"']],
  json: [{ api: 120 }, [1, 'a'], 'golive', 5, '5', true, 'true', null, 'a\nb', '\u00ad'],
};

/** What a command line makes of it, as `inputs` of a plan that is begun. */
function takenAgain(spec: InputSpec, value: Json): InputResult {
  const plan = { inputs: { look: value }, ...durationsOf({ inputs: { look: spec } }) };
  const { look } = inputsAgain(plan).reduce<JsonObject>((before, text) => collectInput(text, before), {});
  return look === undefined ? { ok: false, message: 'was not given' } : parseInput(spec, look, true);
}

test.each(INPUT_TYPES.flatMap((type) => VALUES[type].map((value) => [type, value] as const)))(
  'an input of type %s is printed as it is taken again: %j',
  (type, value) => expect(takenAgain({ type }, value)).toEqual({ ok: true, value }),
);

/** Texts of characters that shells, pages and numbers take for something else. */
const hard = fc.string({ unit: fc.constantFrom(...'0017eE+-.x_ \'"$`\\[]{}:=,\n\t\u00ad\u200däé', 'true', 'null') });
const ARBITRARY: Record<InputSpec['type'], fc.Arbitrary<Json>> = {
  string: fc.oneof(
    hard,
    fc.string(),
    fc.double().map(String),
    fc.integer().map((n) => `00${n}`),
  ),
  url: fc.webUrl({ withQueryParameters: true, withFragments: true }),
  integer: fc.maxSafeInteger(),
  number: fc.double({ noNaN: true, noDefaultInfinity: true }),
  boolean: fc.boolean(),
  duration: fc.nat(10 ** 11),
  path: hard,
  paths: fc.array(hard),
  json: fc.oneof(hard, fc.double(), fc.boolean(), fc.constant(null), fc.array(hard), fc.dictionary(hard, hard)),
};

test.each(INPUT_TYPES)(
  'any input of type %s that is taken is printed so that it is taken as the same again',
  (type) => {
    fc.assert(
      fc.property(ARBITRARY[type], (raw) => {
        const first = parseInput({ type }, raw, true);
        if (first.ok) expect(takenAgain({ type }, first.value)).toEqual(parsed(first));
      }),
    );
  },
);

/** As a plan is kept: its JSON has no -0. */
const parsed = (result: InputResult): Json => JSON.parse(JSON.stringify(result));

test('people read a duration with its unit, and a text in quotes; a plan of an earlier version says its milliseconds', () => {
  const inputs = { look: 10_000, name: '10s', n: 10_000 };
  expect(inputLines({ inputs, durations: ['look'] })).toEqual(['look = 10s', 'name = "10s"', 'n = 10000']);
  expect(inputLines({ inputs })[0]).toBe('look = 10000');
});
