import { expect, test } from '@jest/globals';
import { stepKinds } from '../../../../kinds/catalog.js';
import type { Runbook } from '../../../../model/schema/format/runbook.js';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import { initialState } from '../../../../model/state/initial-state.js';

const runbook: Runbook = {
  schema: 1,
  id: 'test',
  title: 'Test',
  roles: { lead: 'Lead' },
  phases: [{ id: 'a', owner: 'lead', steps: [{ id: 'w', uses: 'wait', with: { for: '1s' } }] }],
};
const request = {
  kinds: stepKinds,
  file: 'a.yaml',
  sha256: '0',
  inputs: {},
  target: { id: 't' },
  change: 'c',
} as const;
const planOf = (made: Runbook) => {
  const rest = { mode: 'rehearse', timeScale: 1, baseDir: '/', evidenceDir: '/e' } as const;
  const { plan } = planRunbook({ ...request, ...rest, runbook: made });
  if (!plan) throw new Error('it can be planned');
  return plan;
};
const actions = [{ id: 'again', title: 'Again', why: 'It may have been chance' }];
const entry = { id: 'slow', symptom: 'It is slow', when: ['a.w'], actions };

test('a plan points to entries and has none of their words; the state of a go-live has the same', () => {
  const plan = planOf({ ...runbook, playbook: { entries: [entry] } });
  expect(plan.playbook).toEqual([{ entry: 'slow', when: ['a.w'] }]);
  expect(JSON.stringify(plan)).not.toContain('It is slow');
  expect(initialState(plan, '', '', '', '').playbook).toEqual(plan.playbook);
});

test('without a playbook neither plan nor state says anything of one: digests stay what they were', () => {
  const plan = planOf(runbook);
  expect(Object.keys(plan)).not.toContain('playbook');
  expect(Object.keys(initialState(plan, '', '', '', ''))).not.toContain('playbook');
});
