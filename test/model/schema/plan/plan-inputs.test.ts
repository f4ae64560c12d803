import { describe, expect, test } from '@jest/globals';
import type { PlanRequest } from '../../../../model/schema/plan/plan-inputs.js';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import { request, runbook } from '../../../kits/release-plan.js';

describe('inputs', () => {
  const problems = (more: Partial<PlanRequest>) =>
    planRunbook(request(more)).problems?.map(({ message, hint }) => `${message} ${hint ?? ''}`) ?? [];
  test('all that is wrong is named at once', () => {
    expect(problems({ inputs: { retreis: 1, minInterval: 'soon', retries: '0', name: 'xyz' } })).toEqual([
      "There is no input 'retreis'. Did you mean 'retries'?",
      expect.stringMatching(/^Input 'minInterval' is no duration such as 500ms/),
      expect.stringMatching(/^Input 'retries' is 0, but the least is 1/),
      "Input 'url' is missing. Give --input url=… It is: Where it is",
      expect.stringMatching(/^Input 'name' does not match/),
    ]);
  });
  test.each<[string, PlanRequest['inputs'], RegExp]>([
    ['a short interval', { minInterval: '2s' }, /'minInterval' is 2s, but a live run needs at least 2.5s/],
    ['few retries', { retries: '5' }, /'retries' is 5, but a live run needs at least 6/],
    ['a guardrail', { stubs: 'true' }, /Stub mode is never decision evidence\. Guardrail 'no-stubs'/],
  ])('live mode refuses %s, a rehearsal does not', (_, inputs, message) => {
    const given = { url: 'http://x.example', ...inputs };
    expect(problems({ mode: 'live', timeScale: 1, inputs: given }).join()).toMatch(message);
    expect(problems({ inputs: given })).toEqual([]);
  });
  test('live mode runs in real time', () => {
    expect(problems({ mode: 'live', timeScale: 2 }).join()).toMatch(/real time/);
  });
  test.each([
    ['integer', '3.5'],
    ['integer', 'three'],
    ['number', ''],
    ['boolean', 'yes'],
    ['url', 'not a url'],
    ['path', ''],
    ['string', 'a\u0007b'],
    ['duration', -5],
  ])('%s refuses %j', (type, value) => {
    const book = { ...runbook, notices: undefined, inputs: { ...runbook.inputs, extra: { type } } };
    const base = request({}, book);
    expect(planRunbook({ ...base, inputs: { ...base.inputs, extra: value } }).problems).toHaveLength(1);
  });
  test('a preview leaves missing inputs out', () => {
    expect(planRunbook(request({ inputs: {}, preview: true })).plan?.inputs).not.toHaveProperty('url');
  });
});
