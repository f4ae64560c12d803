import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { KitCase } from './step-kit.js';

/** Input of a kind that raises or clears an alert over the channel of the tests. */
export const alertInput = (more: object = {}) => ({
  incident: 'health-contract',
  state: 'state/alerts.json',
  send: { kind: 'slack', url: { env: 'TEST_HOOK' } },
  text: 'The agent is silent.',
  ...more,
});

/** A case for `stepKit` of either kind: it fails on a file that does not hold incidents. */
export const alertCase: KitCase = {
  good: () => alertInput(),
  bad: (folder) => {
    writeFileSync(join(folder, 'broken.json'), '{');
    return alertInput({ state: 'broken.json' });
  },
  badCode: 'EXPECTATION_FAILED',
  reachesToo: ['127.0.0.1'],
};
