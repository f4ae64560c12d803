import { describe, expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import type { PlanRequest } from '../../../../model/schema/plan/plan-inputs.js';
import { stepsOf } from '../../../../model/plan/plan.js';
import { loadRunbook } from '../../../../model/schema/load.js';
import { planMermaid } from '../../../../model/plan/mermaid.js';
import { planText } from '../../../../model/plan/plan-text.js';
import { stepKinds } from '../../../../kinds/catalog.js';

const runbook = {
  schema: 1,
  id: 'release',
  title: 'Release "A" <b>',
  roles: { lead: 'Lead', ops: 'Operations' },
  inputs: {
    minInterval: { type: 'duration', default: '3s', liveMin: '2.5s' },
    retries: { type: 'integer', default: 8, min: 1, liveMin: 6 },
    url: { type: 'url', about: 'Where it is' },
    stubs: { type: 'boolean', default: false },
    patience: { type: 'duration', default: '2h' },
    name: { type: 'string', default: 'abc', pattern: '[a-c]+' },
  },
  guardrails: [{ id: 'no-stubs', title: 'Stub mode is never decision evidence.', live: '!inputs.stubs' }],
  defaults: { timeout: '90s', retry: { attempts: 2, backoff: '5s' } },
  guards: { slow: { trips: 'it.done > 5' } },
  phases: [
    {
      id: 'check',
      title: 'Check it',
      owner: 'ops',
      planned: '10m',
      checklist: [{ id: 'window', text: 'Confirmed', role: 'ops' }],
      steps: [
        {
          id: 'up',
          uses: 'http.check',
          with: { url: '${{ inputs.url }}' },
          until: { every: '1s', within: '${{ inputs.minInterval }}', consecutive: 2 },
        },
        {
          parallel: [
            { id: 'make', uses: 'command.run', effect: 'once', with: { argv: ['make'] }, timeout: '5m' },
            {
              id: 'note',
              uses: 'file.write',
              with: { path: 'a', content: 'b' },
              undoOn: 'always',
              retry: { attempts: 7 },
            },
          ],
        },
        { id: 'cool-down', uses: 'wait', with: { for: '10m' }, when: 'steps.up.ms > 5', undo: 'none' },
        {
          id: 'own',
          uses: 'file.write',
          with: { path: 'a', content: 'b' },
          undo: [{ uses: 'wait', with: { for: '1s' } }],
          onFail: 'ask',
        },
      ],
      gates: [
        { each: ['up', 'make'], gates: [{ id: 'fast', title: 'Fast', value: 'ratio(1, 2)', above: 0.1 }] },
        { id: 'wilson', value: 'wilsonLower(steps.up.ms + 1, 20)', atLeast: 0.5, floor: true, minN: 3 },
        { id: 'same', value: 'steps.up.status', equals: 200, hard: false },
        { id: 'band', value: 'steps.up.ms', within: [1, 2], unit: 'ms' },
        { id: 'base', value: 'steps.up.ms', baseline: { of: '10', noWorseThan: 2 } },
      ],
      onFail: { attempts: 2, rollback: 'R1', then: { return: 'check' } },
    },
    {
      id: 'go-on',
      planned: '${{ inputs.patience }}',
      human: true,
      when: 'phases.check.steps.up.ms > 1',
      approval: [
        { role: 'lead', count: 2, expires: '${{ inputs.patience }}' },
        {
          when: 'after',
          needs: [{ role: 'ops' }, { role: 'lead', count: 3 }],
          question: 'Good?',
          distinct: false,
          starterMay: true,
        },
        { when: 'after', role: 'ops' },
      ],
      onFail: { then: 'ask', ask: { role: 'lead', expires: '${{ inputs.patience }}' } },
    },
  ],
  decisions: [{ id: 'go', title: 'GO', requires: ['check'], approval: { role: 'lead' } }],
  rollbacks: { R1: { undo: 'all', steps: [{ id: 'w', uses: 'wait', with: { for: '1s' } }] } },
  onNoGo: 'keep',
  evidence: { signoff: 'DAY.md', include: [{ file: 'a.json', from: 'check.up.response.json' }] },
  notices: [{ on: ['go'], with: { kind: 'slack', urlFrom: { env: 'X' } } }],
};

function request(more: Partial<PlanRequest> = {}, book: unknown = { ...runbook, notices: undefined }): PlanRequest {
  const loaded = loadRunbook(stringify(book), 'release.yaml', stepKinds);
  if (!loaded.runbook) throw new Error(loaded.problems.map(({ message, frame }) => `${message}\n${frame}`).join('\n'));
  return {
    kinds: stepKinds,
    runbook: loaded.runbook,
    file: 'release.yaml',
    sha256: 'a'.repeat(64),
    inputs: { url: 'http://127.0.0.1:1' },
    target: { id: 'lab', variables: { region: 'eu' } },
    change: 'c1',
    mode: 'rehearse',
    timeScale: 30,
    baseDir: '/books',
    evidenceDir: '/evidence/',
    ...more,
  };
}

function plan(more: Partial<PlanRequest> = {}) {
  const result = planRunbook(request(more));
  if (!result.plan) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}

test('everything is settled: defaults, durations, ids', () => {
  const made = plan();
  const [check, goOn] = made.phases;
  expect(made).toMatchObject({
    goLiveId: 'lab/c1',
    timeScale: 30,
    target: { id: 'lab', variables: { region: 'eu' } },
    inputs: { minInterval: 3000, retries: 8, url: 'http://127.0.0.1:1', stubs: false, patience: 7_200_000 },
    onNoGo: 'keep',
    evidence: {
      directory: '/evidence/lab/c1',
      signoff: 'DAY.md',
      include: [{ file: 'a.json', from: ['check.up.response.json'] }],
    },
  });
  expect(made.people).toBeUndefined();
  const steps = Object.fromEntries(stepsOf(check?.steps ?? []).map((step) => [step.id, step]));
  expect(steps.up).toEqual({
    id: 'up',
    title: 'up',
    uses: 'http.check',
    with: { url: '${{ inputs.url }}' },
    effect: 'none',
    timeoutMs: 90_000,
    retry: { attempts: 2, backoffMs: 5000 },
    until: { everyMs: 1000, withinMs: 3000, consecutive: 2 },
    ownUndo: false,
    undoOn: 'failure',
    guards: [],
    onFail: 'stop',
    maySkip: false,
  });
  expect(steps.make).toMatchObject({ effect: 'once', timeoutMs: 300_000, retry: { attempts: 1 } });
  expect(steps.note).toMatchObject({ ownUndo: true, undoOn: 'always', retry: { attempts: 7, backoffMs: 5000 } });
  expect(steps.note).not.toHaveProperty('undo');
  expect(steps['cool-down']).toMatchObject({ timeoutMs: 750_000, when: 'steps.up.ms > 5', undo: [] });
  expect(steps.own?.undo).toEqual([{ uses: 'wait', with: { for: '1s' }, title: 'wait for own' }]);
  expect(check?.checklist).toEqual([{ id: 'check.window', text: 'Confirmed', role: 'ops' }]);
  expect(check?.onFail).toEqual({
    attempts: 2,
    rollback: 'R1',
    then: { return: 'check' },
    ask: { role: 'ops', expiresMs: 3_600_000 },
  });
  expect(goOn).toMatchObject({
    plannedMs: 7_200_000,
    human: true,
    title: 'go-on',
    owner: [],
    onFail: { then: 'ask', ask: { role: 'lead', expiresMs: 7_200_000 } },
  });
  expect(made.rollbacks.R1).toMatchObject({ id: 'R1', title: 'R1', undo: 'all' });
});

test('gates: `each` is spread, proportions give successes and n', () => {
  const gates = plan().phases[0]?.gates ?? [];
  expect(gates.map(({ id }) => id)).toEqual(['up.fast', 'make.fast', 'wilson', 'same', 'band', 'base']);
  expect(gates[1]).toEqual({
    id: 'make.fast',
    title: 'make · Fast',
    it: 'make',
    value: 'ratio(1, 2)',
    limit: { op: 'above', threshold: 0.1 },
    successes: '1',
    n: '2',
    hard: true,
    floor: false,
  });
  expect(gates[2]).toMatchObject({ successes: 'steps.up.ms + 1', n: '20', floor: true, minN: 3 });
  expect(gates.slice(3).map(({ limit }) => limit)).toEqual([
    { op: 'equals', threshold: 200 },
    { op: 'within', low: 1, high: 2 },
    { op: 'noWorseThan', baseline: '10', by: 2 },
  ]);
});

test('approvals: ids, counts, and who may', () => {
  const made = plan();
  expect(made.phases[1]?.approvals).toEqual([
    {
      id: 'go-on',
      when: 'before',
      needs: [{ role: 'lead', count: 2 }],
      question: 'Start "go-on"?',
      expiresMs: 7_200_000,
      distinct: true,
      starterMay: true,
    },
    {
      id: 'go-on.after',
      when: 'after',
      needs: [
        { role: 'ops', count: 1 },
        { role: 'lead', count: 3 },
      ],
      question: 'Good?',
      expiresMs: 3_600_000,
      distinct: false,
      starterMay: true,
    },
    expect.objectContaining({ id: 'go-on.after.2', when: 'after' }),
  ]);
  expect(made.decisions[0]?.approval).toMatchObject({ id: 'go', when: 'after', starterMay: true });
  expect(plan({ mode: 'live', timeScale: 1 }).decisions[0]?.approval?.starterMay).toBe(false);
});

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

test('the plan is small: no empty optional fields, no undefined', () => {
  const text = JSON.stringify(plan());
  expect(JSON.parse(text)).toEqual(plan());
  expect(text).not.toContain('null');
});

test('what the rehearsal says of outputs is not in the plan', () => {
  const rehearsal = { outputs: { 'check.up': { ms: 7 } } };
  expect(plan(request({}, { ...runbook, notices: undefined, rehearsal }))).toEqual(plan());
});

test('as text: times, approvers, gates, undos, rollbacks', () => {
  const text = planText(plan(), [{ name: 'url', about: 'Where it is' }]);
  for (const part of [
    'T+0:10:00',
    'Lead: "Start "go-on"?" (within 2h, else no)',
    '☐ Operations: Confirmed',
    '◇ up · Fast  > 0.1',
    'between 1ms and 2ms',
    'undo: its own undo, at the end, always',
    'undo: wait for own, on the way back',
    'again from check, 2 attempts in all',
    '--input url=…   Where it is',
    '↶ undo of everything, newest first',
  ]) {
    expect(text).toContain(part);
  }
});

test('as Mermaid: labels cannot break out', () => {
  const made = plan();
  const [first] = made.phases;
  if (first) first.title = 'x"] --> evil<script>';
  const text = planMermaid(made);
  expect(text).toContain('0 x#34;#93; --#62; evil#60;script#62;');
  expect(text).toContain('r_R1 -.-> p_check');
  expect(text).toContain('a_go_on -->|no| nogo');
});
