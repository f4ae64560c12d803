import assert from 'node:assert/strict';
import { test } from 'node:test';
import { zoneOf } from '@tariff/zones';
import { quote, table } from '../src/quote.js';

const asked = (order) => quote(JSON.stringify(order));

test('zones', () => {
  assert.equal(zoneOf('10115'), 'near');
  assert.equal(zoneOf('50667'), 'middle');
  assert.equal(zoneOf('99084'), 'far');
  assert.equal(zoneOf('1011'), undefined);
});
test('a quote', () =>
  assert.deepEqual(asked({ postcode: '10115', grams: 700 }), { status: 200, body: { zone: 'near', cents: 490 } }));
test('no JSON', () => assert.equal(quote('{').status, 400));
test('no object', () => assert.equal(quote('null').status, 400));
test('no postal code', () => assert.equal(asked({ grams: 5 }).status, 422));
test('a refused weight', () => assert.equal(asked({ postcode: '10115', grams: -5 }).status, 422));
test('the table', () => assert.equal(table('near', 3), '1,490\n2,490\n3,490'));
test('the table ends at the heaviest parcel', () => assert.equal(table('near', 31_510).split('\n').length, 31_500));
