import { expect, test } from '@jest/globals';
import { asId } from '../../../model/plan/address.js';
import { buildContext } from '../../../model/expression/expression.js';
import { judgeGate } from '../../../model/judge/gate.js';
import { whyMissing } from '../../../model/judge/why-missing.js';
import type { Json } from '../../../model/json.js';
import type { GatePlan } from '../../../model/plan/gate-plan.js';

const context = (unknown: Json, values: Json = {}) =>
  buildContext({ inputs: {}, steps: { release: { values, unknown }, plain: { ms: 1 } }, run: {} });
const at = ['steps.release.unknown'];

test.each<[string, Json, string | undefined, string]>([
  ['its own reason', { version: 'it is the text "5"' }, 'version', ' (unknown: it is the text "5")'],
  ['its own among others', { a: 'x', version: 'y' }, 'version', ' (unknown: y)'],
  ['one reason for all', { row: 'no row is there' }, 'version', ' (unknown: row: no row is there)'],
  ['reasons of others', { a: 'x', b: 'y' }, 'version', ''],
  ['no reason', {}, 'version', ''],
  ['no name', { version: 'y' }, undefined, ''],
  ['what is no record of reasons', 'long ago', 'version', ''],
  ['what is no text', { version: 5 }, 'version', ''],
  ['characters that nobody sees', { version: 'a\u202e\nb' }, 'version', ' (unknown: a b)'],
])('a missing value is told with %s', (_what, unknown, absent, clause) => {
  expect(whyMissing(absent, at, context(unknown))).toBe(clause);
});

test('a reason is cut, and a step that was skipped or is of an earlier plan has none', () => {
  expect(whyMissing('v', at, context({ v: 'x'.repeat(9000) }))).toHaveLength(240 + ' (unknown: )'.length);
  expect(whyMissing('v', ['steps.gone.unknown'], context({}))).toBe('');
  expect(whyMissing('v', undefined, context({ v: 'y' }))).toBe('');
});

test.each([
  ['its value', { value: 'it.values.version' }],
  ['its sample size', { value: 'it.values.ok', n: 'it.values.version' }],
])('the sentence of a gate says why %s is unknown', (_what, read) => {
  const limit = { op: 'atLeast', threshold: 5 } as const;
  const of = { id: asId<GatePlan['id']>('g'), it: asId<NonNullable<GatePlan['it']>>('release') };
  const plan: GatePlan = { ...of, title: 'version', hard: true, floor: false, limit, why: at, ...read };
  const judged = judgeGate(plan, context({ version: '$.v: it is the text "5"' }, { ok: 9 }));
  expect(judged.verdict).toBe('inconclusive');
  expect(judged.sentence).toContain(
    'there is no value \'version\' for it.values.version (unknown: $.v: it is the text "5"); needs ≥ 5.',
  );
});
