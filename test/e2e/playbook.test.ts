import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { Project } from '../kits/cli.js';

const RUNBOOK = `
schema: 1
id: batch
title: Batch
roles: { lead: Lead }
inputs:
  size: { type: integer, default: 50 }
  said: { type: string, default: checked }
phases:
  - id: check
    owner: lead
    steps:
      - id: rules
        uses: command.run
        effect: idempotent
        with: { argv: [node, -e, "console.log('\${{ inputs.said }} \${{ string(int(inputs.size)) }}'); process.exit(\${{ inputs.size > 25 ? 1 : 0 }})"], expectExit: [0, 1], pin: false }
    gates:
      - { id: rules, title: Rules that fail, value: steps.rules.exitCode, equals: 0 }
playbook:
  entries:
    - id: rules
      symptom: Contract validation fails
      when: [check.rules]
      shows: [{ from: check.rules.output.log }]
      actions:
        - { id: smaller, title: Retry with 25, why: Fewer at once, inputs: { size: 25 } }
  prompts:
    daily: { title: Daily, text: "\${{ run.verdict }}: \${{ run.next }}" }
`;

let project: Project;
beforeAll(async () => {
  project = await Project.open();
  mkdirSync(join(project.folder, 'runbooks'));
  writeFileSync(join(project.folder, 'golive.yaml'), '{}\n');
  writeFileSync(join(project.folder, 'runbooks/batch.yaml'), RUNBOOK);
  await project.must('up', '--detach');
}, 180_000);
afterAll(() => project.close(), 60_000);

test('from a red gate to its entry, its evidence, a prompt, and the go-live that mends it', async () => {
  const start = ['start', 'batch', '--target', 'web', '--change', 'c1', '--input', 'said=looked', '--wait'];
  const red = await project.run(...start);
  expect(red.code).toBe(3);
  expect(`${red.stdout}${red.stderr}`).toContain('playbook: rules, `golive playbook show rules`');
  const bundle = join(project.folder, 'evidence/web/c1');
  expect(readFileSync(join(bundle, 'data/report.html'), 'utf8')).toContain('golive playbook show rules');

  const key = /--key (SHA256:\S+)/.exec(`${red.stdout}${red.stderr}`)?.[1] ?? '';
  const shown = await project.run('playbook', 'show', 'rules', '--key', key);
  expect(shown.stdout).toContain('Verified: whole, and sealed by a key that you trust.');
  expect(shown.stdout).toContain('✗ check.rules: Rules that fail 1, needs = 0.');
  expect(shown.stdout).toContain('│ looked 50');
  const prompt = await project.run('playbook', 'prompt', 'daily', '--runbook', 'batch');
  expect(prompt.stdout).toBe('NO-GO: golive playbook run rules smaller: Retry with 25\n');

  const unasked = await project.run('playbook', 'run', 'rules', 'smaller');
  expect(unasked.code).toBe(4);
  const mended = await project.json<{ verdict: string; bundle: string }>(
    'playbook',
    'run',
    'rules',
    'smaller',
    '--change',
    'c2',
    '--yes',
    '--wait',
    '--json',
  );
  expect(mended).toMatchObject({
    code: 0,
    value: { verdict: 'go', bundle: expect.stringMatching(/evidence\/web\/c2$/) },
  });
  const log = readFileSync(join(mended.value.bundle, 'data/phases/check.1/rules/output.log'), 'utf8');
  expect(log).toContain('looked 25');
  expect((await project.run('verify', bundle, '--key', key)).code).toBe(0);
  expect((await project.run('playbook', 'show', 'rules')).stdout).toContain('web/c2');
}, 120_000);
