import { expect, test } from '@jest/globals';
import { id } from '../../../../model/schema/format/runbook-fields.js';
import { problemsInPhase } from '../../../kits/problems.js';

test.each(['con', 'prn', 'aux', 'nul', 'com1', 'lpt9'])('%s is no id: Windows has no folder of that name', (name) => {
  const step = { id: name, uses: 'http.check', with: { url: 'http://a.example' } };
  expect(problemsInPhase({ steps: [step] }).join()).toContain('Windows keeps this name for a device');
});

test.each(['console', 'com', 'com10', 'nul-check', 'auxiliary'])('%s is one', (name) => {
  expect(id.safeParse(name).success).toBe(true);
});
