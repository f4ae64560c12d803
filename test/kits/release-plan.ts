import { stringify } from 'yaml';
import { stepKinds } from '../../kinds/catalog.js';
import { loadRunbook } from '../../model/schema/load.js';
import type { PlanRequest } from '../../model/schema/plan/plan-inputs.js';
import { planRunbook } from '../../model/schema/plan/planner.js';

/** A runbook with one of everything that a plan settles. */
export const runbook = {
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
          undo: ['own', { uses: 'wait', with: { for: '1s' } }],
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

/** What the planner is asked of it. */
export function request(
  more: Partial<PlanRequest> = {},
  book: unknown = { ...runbook, notices: undefined },
): PlanRequest {
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

export function plan(more: Partial<PlanRequest> = {}) {
  const result = planRunbook(request(more));
  if (!result.plan) throw new Error(JSON.stringify(result.problems));
  return result.plan;
}
