import { describe, expect, test } from '@jest/globals';
import { planText } from '../../../../model/plan/plan-text.js';
import { OWN_UNDO, stepsOf } from '../../../../model/plan/plan.js';
import { planRunbook } from '../../../../model/schema/plan/planner.js';
import { request } from '../../../kits/release-plan.js';

const ENV = { REGION: '${{ target.variables.region }}', LEVEL: 'info', TOKEN: { env: 'DEPLOY_TOKEN' } };
const command = (id: string, env?: object) => ({
  id,
  uses: 'command.run',
  effect: 'idempotent',
  with: { argv: ['make', id], ...(env ? { env } : {}) },
});
const BATCH = { manifest: 'm.json', url: 'http://127.0.0.1:1/', minInterval: '3s', retries429: 6 };

function planWith(steps: readonly object[], parts: object = {}, inputs: object = {}) {
  const book = {
    schema: 1,
    id: 'env',
    title: 'Environment',
    roles: { lead: 'Lead' },
    defaults: { env: ENV },
    phases: [{ id: 'one', steps }],
    ...parts,
  };
  const { plan, problems } = planRunbook(request({ inputs: { ...inputs } }, book));
  if (!plan) throw new Error(JSON.stringify(problems));
  return plan;
}
const givenTo = (steps: readonly object[], parts: object = {}, inputs: object = {}) =>
  stepsOf(planWith(steps, parts, inputs).phases[0]?.steps ?? []).map((step) => step.with);

describe('the environment of `defaults.env`', () => {
  test('lies under the variables of a command, and what the step says itself wins', () => {
    const [plain, own] = givenTo([command('plain'), command('own', { LEVEL: 'debug', ONLY: 'here' })]);
    expect(plain).toEqual({ argv: ['make', 'plain'], env: ENV });
    expect(own).toEqual({ argv: ['make', 'own'], env: { ...ENV, LEVEL: 'debug', ONLY: 'here' } });
  });

  test('is given to the undos, probes and rollbacks that run commands, too', () => {
    const { id: _, effect: __, ...call } = command('back');
    const probe = { ...call, done: 'it.exitCode == 0', notDone: 'it.exitCode == 1' };
    const steps = [{ ...command('once'), effect: 'once', undo: [structuredClone(call)], probe }];
    const plan = planWith(steps, { rollbacks: { R1: { steps: [command('r')] } } });
    const [step] = stepsOf(plan.phases[0]?.steps ?? []);
    const [undo] = step?.undo ?? [];
    expect(undo === OWN_UNDO ? undefined : undo?.with['env']).toEqual(ENV);
    expect(step?.probe?.with['env']).toEqual(ENV);
    expect(stepsOf(plan.rollbacks['R1']?.steps ?? [])[0]?.with['env']).toEqual(ENV);
  });

  test('is given to the script of a batch, the commands of agents and what starts an engine', () => {
    const agent = { name: 'retry', freeze: ['a'], thaw: ['b'] };
    const [batch, freeze, thaw, engine] = givenTo([
      { id: 'batch', uses: 'cases.run', with: { ...BATCH, runner: { argv: ['python3', 'b.py'], file: 'r.jsonl' } } },
      { id: 'freeze', uses: 'agents.freeze', with: { commands: [agent] } },
      { id: 'thaw', uses: 'agents.thaw', with: { commands: [{ name: 'retry', thaw: ['b'] }], env: { LEVEL: 'x' } } },
      { id: 'engine', uses: 'stack.engine', with: { stack: 's', start: ['engine'] } },
    ]);
    expect(batch).toMatchObject({ runner: { argv: ['python3', 'b.py'], env: ENV } });
    expect(freeze).toMatchObject({ env: ENV });
    expect(thaw).toMatchObject({ env: { ...ENV, LEVEL: 'x' } });
    expect(engine).toMatchObject({ env: ENV });
  });

  test('is not given to what runs no program of the runbook', () => {
    const steps = [
      { id: 'up', uses: 'stack.up', with: { stack: 's' } },
      { id: 'state', uses: 'git.state', with: { folder: '.' } },
      { id: 'batch', uses: 'cases.run', with: BATCH },
      { id: 'look', uses: 'stack.engine', with: { stack: 's' } },
      { id: 'freeze', uses: 'agents.freeze', with: { schedules: ['nightly'] } },
      { id: 'get', uses: 'http.check', with: { url: 'http://127.0.0.1:1' } },
    ];
    expect(JSON.stringify(givenTo(steps))).not.toContain('LEVEL');
  });

  test('lies under a runner that an input gives, whose own texts stay texts', () => {
    const inputs = { runner: { type: 'json', default: 'golive' } };
    const steps = [{ id: 'batch', uses: 'cases.run', with: { ...BATCH, runner: '${{ inputs.runner }}' } }];
    expect(givenTo(steps, { inputs })).toEqual([{ ...BATCH, runner: '${{ inputs.runner }}' }]);
    const runner = { argv: ['sh', '-c', 'echo ${{ x }}'], file: 'r.jsonl', env: { LEVEL: 'own' } };
    expect(givenTo(steps, { inputs }, { runner })).toMatchObject([
      { runner: { argv: ['sh', '-c', 'echo $${{ x }}'], env: { ...ENV, LEVEL: 'own' } } },
    ]);
  });

  test('is shown by `golive plan -v`, secrets as what they are called', () => {
    const shown = planText(planWith([command('plain')]), [], true);
    expect(shown).toContain('env: {"REGION":"eu","LEVEL":"info","TOKEN":{"env":"DEPLOY_TOKEN"}}');
  });
});
