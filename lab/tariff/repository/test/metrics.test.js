import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createMetrics } from '../src/metrics.js';

test('counters move', () => {
  const metrics = createMetrics();
  metrics.count('quotes');
  assert.match(metrics.text(), /^tariff_quotes_total 1$/m);
  assert.match(metrics.text(), /^tariff_refused_total 0$/m);
});
