import assert from 'node:assert/strict';
import { test } from 'node:test';
import { HEAVIEST_GRAMS, priceOf } from '../src/price.js';

test('the first kilogram', () => assert.deepEqual(priceOf({ grams: 1, zone: 'near' }), { cents: 490 }));
test('a kilogram that is begun counts', () =>
  assert.deepEqual(priceOf({ grams: 1001, zone: 'middle' }), { cents: 670 }));
test('express', () => assert.deepEqual(priceOf({ grams: 1000, zone: 'far', express: true }), { cents: 1185 }));
test('too heavy', () => assert.match(priceOf({ grams: HEAVIEST_GRAMS + 1, zone: 'far' }).refused, /31500/));
test('no weight', () => assert.ok('refused' in priceOf({ grams: 0, zone: 'far' })));
test('no zone', () => assert.ok('refused' in priceOf({ grams: 5, zone: 'moon' })));
