import { expect, test } from '@jest/globals';
import { stringify } from 'yaml';
import { stepKinds } from '../../../../kinds/catalog.js';
import { playbookLinks } from '../../../../model/schema/check/playbook-check.js';
import { loadRunbook } from '../../../../model/schema/load.js';
import { problemsWith } from '../../../kits/problems.js';

const BASE = { schema: 1, id: 'test', title: 'Test', roles: { lead: 'Lead' } };
const gates = [
  { id: 'fast', value: 'steps.look.ms', atMost: 9 },
  { each: ['look'], gates: [{ id: 'near', value: 'it.ms', atMost: 9 }] },
];
const phases = [
  { id: 'a', owner: 'lead', steps: [{ id: 'look', uses: 'tcp.check', with: { host: '127.0.0.1', port: 9 } }], gates },
];
const inputs = { size: { type: 'integer', default: 50, min: 1, max: 400 } };
const action = { id: 'smaller', title: 'Smaller', why: 'Fewer at once' };
const entry = { id: 'slow', symptom: 'It is slow', when: ['a.fast'], actions: [action] };
const withEntry = (more: object) => ({ phases, inputs, playbook: { entries: [{ ...entry, ...more }] } });

test.each<[string, object, RegExp | undefined]>([
  ['a gate', {}, undefined],
  ['a step', { when: ['a.look'] }, undefined],
  ['a gate of each', { when: ['a.look.near'] }, undefined],
  ['no gate', { when: ['a.fats'] }, /there is no gate or step 'a.fats': Did you mean 'fast'/],
  ['no phase', { when: ['b.fast'] }, /there is no phase 'b'/],
  ['a phase alone', { when: ['a'] }, /a gate or step is named <phase>/],
  ['an output', { shows: [{ from: 'a.look.ms' }] }, undefined],
  ['no output', { shows: [{ from: 'a.look.mss' }] }, /leaves no file and gives no output 'mss': Did you mean 'ms'/],
  ['a file of another folder', { shows: [{ from: 'a.look.ms./../../../x' }] }, /stays in the folder of the step/],
  ['no step', { shows: [{ from: 'a.lok.ms' }] }, /phase 'a' has no step 'lok'/],
  ['no action', { actions: [] }, /actions/],
  ['one action twice', { actions: [action, action] }, /there is already a playbook action 'smaller'/],
  ['an input', { actions: [{ ...action, inputs: { size: 25 } }] }, undefined],
  [
    'no input',
    { actions: [{ ...action, inputs: { sise: 25 } }] },
    /the runbook 'test' has no input 'sise': Did you mean 'size'/,
  ],
  [
    'an input beyond its limits',
    { actions: [{ ...action, inputs: { size: 0 } }] },
    /input 'size' of 'test' is 0, but the least is 1/,
  ],
])('an entry with %s is checked', (_, more, problem) => {
  const problems = problemsWith(withEntry(more));
  expect(problems).toEqual(problem ? [expect.stringMatching(problem)] : []);
});

test('two entries of one id are refused', () => {
  expect(problemsWith({ phases, playbook: { entries: [entry, entry] } })).toEqual([
    expect.stringContaining("there is already a playbook entry 'slow'"),
  ]);
});

test('a prompt reads what a run has, and nothing else', () => {
  const prompt = (text: string) => ({
    phases,
    inputs,
    playbook: { entries: [entry], prompts: { daily: { title: 'Daily', text } } },
  });
  const good = '${{ run.failed }} ${{ run.excerpt }} ${{ run.next }} ${{ run.verdict }} ${{ string(inputs.size) }}';
  expect(problemsWith(prompt(`${good} \${{ string(phases.a.steps.look.ms) }}`))).toEqual([]);
  expect(problemsWith(prompt('${{ run.faild }}'))).toEqual([expect.stringMatching(/faild.*Did you mean 'failed'/)]);
  expect(problemsWith(prompt('${{ steps.look.ms }}'))).toEqual([expect.stringMatching(/no 'steps' here/)]);
});

test('an action that starts another runbook leads to one that is there and takes its inputs, or is told with its place', () => {
  const { runbook: other } = loadRunbook(
    stringify({ ...BASE, id: 'other', phases, inputs: { size: { type: 'integer', default: 9, max: 10 } } }),
    'other.yaml',
    stepKinds,
  );
  const linked = (more: object) =>
    stringify({
      ...BASE,
      ...withEntry({ actions: [{ ...action, runbook: 'other', ...more }] }),
    });
  const linksOf = (more: object) => {
    const text = linked(more);
    const { runbook } = loadRunbook(text, 'test.yaml', stepKinds);
    if (!runbook || !other) throw new Error('the runbooks themselves are right');
    return playbookLinks(text, 'test.yaml', runbook, (name) => (name === 'other' ? other : `there is none '${name}'`));
  };
  expect(linksOf({ inputs: { size: 9 } })).toEqual([]);
  const [nowhere] = linksOf({ runbook: 'otter' });
  expect(nowhere?.message).toBe("action 'smaller' leads nowhere: there is none 'otter'");
  const line = linked({ runbook: 'otter' })
    .split('\n')
    .findIndex((one) => one.includes('otter'));
  expect([nowhere?.file, nowhere?.line]).toEqual(['test.yaml', line + 1]);
  expect(linksOf({ inputs: { size: 25 } }).map(({ message }) => message)).toEqual([
    "input 'size' of 'other' is 25, but the most is 10",
  ]);
});
