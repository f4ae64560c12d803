import { expect, test } from '@jest/globals';
import { type Kinship, kinshipOf, numberOf } from '../../../kinds/log/log-names.js';

test.each<[string, string, Kinship]>([
  ['app.log.1', 'app.log', 'rotated'],
  ['app.log-20261126', 'app.log', 'rotated'],
  ['app.log.2026-11-26_12', 'app.log', 'rotated'],
  ['app.log.old', 'app.log', 'rotated'],
  ['app.log~', 'app.log', 'rotated'],
  ['app.1.log', 'app.log', 'rotated'],
  ['app1.log', 'app.log', 'rotated'],
  ['app-2026-11-26-2.log', 'app.log', 'rotated'],
  ['app-2026-11-26T12-00-00.000.log', 'app.log', 'rotated'],
  ['20261126-app.log', 'app.log', 'rotated'],
  ['syslog.1', 'syslog', 'rotated'],
  ['app.log.2.gz', 'app.log', 'packed'],
  ['app.log.gz', 'app.log', 'packed'],
  ['app-2026-11-26-1.log.zst', 'app.log', 'packed'],
  ['app.old.log', 'app.log', 'unclear'],
  ['app-worker.log', 'app.log', 'unclear'],
  ['app.logic', 'app.log', 'unclear'],
  ['application.log', 'app.log', undefined],
  ['worker.log.1', 'app.log', undefined],
  ['app.log', 'app.log', undefined],
])('%s beside %s is %s', (name, head, kinship) => {
  expect(kinshipOf(name, head)).toBe(kinship);
});

test.each<[string, number | undefined]>([
  ['app.log.3', 3],
  ['app.12.log', 12],
  ['app3.log', 3],
  ['app.log.20261126', undefined],
  ['app.log-3.gz', undefined],
])('the number of %s is %s', (name, number) => {
  expect(numberOf(name, 'app.log')).toBe(number);
});
