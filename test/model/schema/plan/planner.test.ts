import { expect, test } from '@jest/globals';
import { promisesUndo } from '../../../../model/plan/limits.js';
import { stepsOf } from '../../../../model/plan/plan.js';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import { plan, request, runbook } from '../../../kits/release-plan.js';

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
  expect(made.durations).toEqual(['minInterval', 'patience']);
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
    reads: ['ms', 'status'],
  });
  expect(steps.make).toMatchObject({ effect: 'once', timeoutMs: 300_000, retry: { attempts: 1 } });
  expect(steps.note).toMatchObject({ ownUndo: true, undoOn: 'always', retry: { attempts: 7, backoffMs: 5000 } });
  expect(steps.note).not.toHaveProperty('undo');
  expect(steps['cool-down']).toMatchObject({ timeoutMs: 750_000, when: 'steps.up.ms > 5', undo: [] });
  expect(steps.own?.undo).toEqual(['own', { uses: 'wait', with: { for: '1s' }, title: 'wait for own' }]);
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

test('a step of a rollback is the way back: only what must be released at the end promises an undo', () => {
  const write = (id: string, more: object = {}) => ({
    id,
    uses: 'file.write',
    with: { path: id, content: '' },
    ...more,
  });
  const steps = [
    write('a'),
    { parallel: [write('b'), write('c', { undoOn: 'always' })] },
    write('d', { undo: 'none' }),
  ];
  const book = { ...runbook, notices: undefined, rollbacks: { R1: { undo: 'all', steps } } };
  const planned = stepsOf(planRunbook(request({}, book)).plan?.rollbacks.R1?.steps ?? []);
  expect(planned.map((step) => [step.id, promisesUndo(step)])).toEqual([
    ['a', false],
    ['b', false],
    ['c', true],
    ['d', false],
  ]);
});

test('texts are filled in with inputs and target; a question that reads more waits for its asking', () => {
  const book = {
    ...runbook,
    notices: undefined,
    evidence: undefined,
    decisions: [],
    phases: [
      {
        id: 'one',
        title: 'On ${{ target.id }} with ${{ inputs.retries }}',
        approval: [
          { role: 'ops', question: 'Retry ${{ inputs.retries }} times?' },
          { role: 'ops', question: 'As ${{ run.mode }}?' },
        ],
        steps: [{ id: 'w', uses: 'wait', with: { for: '1s' } }],
      },
    ],
  };
  const [one] = planRunbook(request({}, book)).plan?.phases ?? [];
  expect(one?.title).toBe('On lab with 8');
  expect(one?.approvals.map(({ question, late }) => [question, late])).toEqual([
    ['Retry 8 times?', undefined],
    ['As ${{ run.mode }}?', true],
  ]);
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

test('the plan is small: no empty optional fields, no undefined', () => {
  const text = JSON.stringify(plan());
  expect(JSON.parse(text)).toEqual(plan());
  expect(text).not.toContain('null');
});

test('what the rehearsal says of outputs is not in the plan', () => {
  const rehearsal = { outputs: { 'check.up': { ms: 7 } } };
  expect(plan(request({}, { ...runbook, notices: undefined, rehearsal }))).toEqual(plan());
});
