import { expect, test } from '@jest/globals';
import { NO_EXTRAS } from '../../../evidence/report/extras.js';
import { renderReport } from '../../../evidence/report/render.js';
import { signoffText } from '../../../evidence/report/signoff.js';
import { besideEachOther } from '../../../evidence/report/states.js';
import type { PhaseState } from '../../../model/state/state.js';
import { goState } from '../../kits/state-fixture.js';

test('what was before stands beside what is after; what nobody read says so, and why', async () => {
  const state = goState();
  const [first, last] = [state.phases[0], state.phases.at(-1)];
  const [before, after] = [first?.steps[0], last?.steps[0]];
  if (!first || !last || !before || !after) throw new Error('the fixture has changed');
  before.outputs = { clean: false, branch: 'main', down: ['api', 'redis'], deep: { share: 0.0512 } };
  after.outputs = { clean: true, branch: 'main', down: [], deep: {} };
  after.failure = { code: 'CHECK_FAILED', message: 'Nothing answered.' };
  const row = (name: string) => ({
    title: name,
    before: `${first.id}.${before.id}.${name}`,
    after: `${last.id}.${after.id}.${name}`,
  });
  const states = ['clean', 'branch', 'down', 'deep.share'].map(row);
  expect(besideEachOther(state, states).map((one) => [one.before.text, one.after.text])).toEqual([
    ['no', 'yes'],
    ['main', 'main'],
    ['api, redis', 'none'],
    ['0.051', 'not read: Nothing answered.'],
  ]);
  const page = await renderReport(state, { ...NO_EXTRAS, states });
  expect(page).toContain('<h2>Before and after</h2>');
  expect(page.match(/>(changed|the same)</g)).toEqual(['>changed<', '>the same<', '>changed<']);
  expect(signoffText(state, '', { ...NO_EXTRAS, states })).toContain('| down | api, redis | none |');
  expect(await renderReport(state, NO_EXTRAS)).not.toContain('Before and after');
});

test('where a phase was taken again, before is what its first attempt read, and after what its last did', () => {
  const state = goState();
  const phase = state.phases.find(({ steps }) => steps.length > 0);
  const step = phase?.steps[0];
  if (!phase || !step) throw new Error('the fixture has changed');
  const earlier = (value: number): PhaseState['history'][number] => {
    return { attempt: value, verdict: 'no-go', sentence: '', steps: [{ ...step, outputs: { value } }], gates: [] };
  };
  phase.history = [earlier(1), earlier(2)];
  step.outputs = { value: 3 };
  const from = `${phase.id}.${step.id}.value`;
  const [one] = besideEachOther(state, [{ title: 'Value', before: from, after: from }]);
  expect([one?.before.text, one?.after.text]).toEqual(['1', '3']);
});
