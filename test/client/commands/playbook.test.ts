import { createHash } from 'node:crypto';
import {
  appendFileSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { afterAll, beforeAll, beforeEach, expect, test } from '@jest/globals';
import { z } from 'zod';
import * as playbook from '../../../client/commands/playbook.js';
import * as validate from '../../../client/commands/validate.js';
import { makePlan, openRunbook } from '../../../client/runbook/load.js';
import { judgeGate } from '../../../model/judge/gate.js';
import { initialState } from '../../../model/state/initial-state.js';
import { asId } from '../../../model/plan/address.js';
import type { StepRecord } from '../../../model/state/state.js';
import { runVerb } from '../../kits/verb.js';

const RUNBOOK = `
schema: 1
id: shop
title: Shop
roles: { lead: Lead }
inputs:
  size: { type: integer, default: 50, min: 1, max: 400 }
phases:
  - id: check
    owner: lead
    approval: { role: lead }
    steps:
      - { id: rules, uses: command.run, effect: once, with: { argv: [node, rules.js] } }
    gates:
      - { id: rules, title: Rules that fail, value: steps.rules.exitCode, equals: 0 }
playbook:
  entries:
    - id: rules
      symptom: Contract validation fails
      when: [check.rules]
      shows: [{ from: check.rules.output.log, lines: 2 }, { from: check.rules.durationMs }, { from: check.rules.stdoutTail }]
      actions:
        - { id: smaller, title: Retry with 25, why: Fewer at once, inputs: { size: 25 } }
  prompts:
    daily:
      title: Daily
      text: "\${{ string(int(inputs.size)) }} files, \${{ run.verdict }}\\n\${{ run.failed }}\\n\${{ run.excerpt }}\\nNext: \${{ run.next }}\\nEnded \${{ run.ended }}"
`;
const TOKEN = `ghp_${'a1B2c3D4e5F6g7H8i9J0'.repeat(2).slice(0, 36)}`;
const LOG = `one\ntwo \u001b[31mred\ntoken ${TOKEN}\n`;

const home = process.cwd();
let folder: string;
beforeAll(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'golive-playbook-')));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});
beforeEach(() => {
  rmSync(join(folder, 'evidence'), { recursive: true, force: true });
  write('golive.yaml', '{}\n');
  write('runbooks/shop.yaml', RUNBOOK);
});

function write(path: string, text: string): void {
  mkdirSync(dirname(join(folder, path)), { recursive: true });
  writeFileSync(join(folder, path), text);
}

/** Lays down the evidence of a go-live in which the gate failed, with a manifest of what lies there. */
async function lay(change: string, startedAt: string, exitCode = 1): Promise<string> {
  const opened = await openRunbook('runbooks/shop.yaml');
  const plan = await makePlan(opened, { target: 'web', change, mode: 'rehearse', timeScale: 1, inputs: {} });
  const start = initialState(plan, 'd', 'w', 'Op', startedAt);
  const outputs = { exitCode, durationMs: 812, values: {}, credentials: 0 };
  const step: StepRecord = {
    id: asId('rules'),
    title: 'Rules',
    uses: 'command.run',
    status: 'done',
    epoch: 1,
    outputs,
  };
  const gates = (plan.phases[0]?.gates ?? []).map((one) => judgeGate(one, { steps: { rules: outputs } }));
  const phases = start.phases.map((one) => ({ ...one, status: 'failed' as const, steps: [step], gates }));
  const state = { ...start, phases, verdict: 'no-go' as const, sentence: 'NO-GO.' };
  const bundle = `evidence/web/${change}`;
  write(`${bundle}/data/plan.json`, JSON.stringify({ plan, digest: 'd', startedBy: 'Op' }));
  write(`${bundle}/data/state.json`, JSON.stringify(state));
  write(`${bundle}/data/phases/check.1/rules/output.log`, 'of an earlier attempt');
  write(`${bundle}/data/phases/check.10/rules/output.log`, LOG);
  write(`${bundle}/bagit.txt`, '');
  return bundle;
}

/** Closes it: check sums of all that lies there now. */
async function seal(bundle: string): Promise<void> {
  const { readFile } = await import('node:fs/promises');
  const files = readdirSync(join(folder, bundle, 'data'), { recursive: true, withFileTypes: true }).filter((one) =>
    one.isFile(),
  );
  const lines: string[] = [];
  for (const file of files) {
    const path = join(file.parentPath, file.name);
    const sha = createHash('sha256')
      .update(await readFile(path))
      .digest('hex');
    lines.push(`${sha}  ${path.slice(join(folder, bundle).length + 1)}\n`);
  }
  write(`${bundle}/manifest-sha256.txt`, lines.join(''));
  write(`${bundle}/tagmanifest-sha256.txt`, '');
}

const run = (...args: string[]) => runVerb(playbook, 'playbook', ...args);

test('lists symptoms and prompts, without a verb too, and finds them by words', async () => {
  const listed = await run('--runbook', 'runbooks/shop.yaml');
  expect(listed.stdout).toMatch(/rules +Contract validation fails +smaller +shop[\s\S]*daily +Daily +shop/);
  const found = await run('search', 'CONTRÁCT', '--json', '--runbook', 'runbooks/shop.yaml');
  expect(JSON.parse(found.stdout)).toMatchObject({ entries: [{ entry: 'rules', runbook: 'shop' }] });
  const nothing = await run('search', 'kubernetes', '--runbook', 'runbooks/shop.yaml');
  expect([nothing.code, nothing.stdout, nothing.stderr]).toEqual([
    3,
    '',
    expect.stringContaining('lists all 1 symptoms'),
  ]);
});

test('all runbooks of the project and of golive are looked through; a broken one is told and keeps nobody up', async () => {
  write('runbooks/broken.yaml', 'playbook:\n');
  const { stdout, stderr } = await run('list', '--json');
  const runbooks = z.object({ entries: z.array(z.object({ runbook: z.string() })) }).parse(JSON.parse(stdout));
  expect(new Set(runbooks.entries.map(({ runbook }) => runbook))).toEqual(expect.objectContaining(new Set(['shop'])));
  expect(runbooks.entries.map(({ runbook }) => runbook)).toEqual(expect.arrayContaining(['shop', 'promotion-daily']));
  expect(stderr).toContain('Left out: runbooks/broken.yaml');
  rmSync(join(folder, 'runbooks/broken.yaml'));
});

test('an entry shows what failed in the newest run, the excerpt without credentials, and what its actions would do', async () => {
  expect((await run('show', 'rules')).stdout).toContain('none yet');
  await seal(await lay('old', '2026-11-25T09:00:00.000Z', 0));
  await seal(await lay('new', '2026-11-26T09:00:00.000Z'));
  const { code, stdout } = await run('show', 'shop/rules');
  expect(code).toBe(0);
  expect(stdout).toContain('web/new, 2026-11-26T09:00:00.000Z: NO-GO');
  expect(stdout).toContain('Not verified: as its own manifest lists it');
  expect(stdout).toContain('✗ check.rules: Rules that fail 1, needs = 0.');
  expect(stdout).toContain('check.rules.output.log (the last 2 of 3 lines)\n  │ two red\n  │ token [credential]');
  expect(stdout).toContain('check.rules.durationMs\n  │ 812');
  expect(stdout).toContain('check.rules.stdoutTail: the run left nothing of it.');
  expect(stdout).toContain('starts shop size=25');
  expect(stdout).toContain('1 once (check.rules); asks Lead');
  expect(stdout).not.toContain(TOKEN);
  const before = await run('show', 'rules', '--from', 'evidence/web/old', '--json');
  expect(JSON.parse(before.stdout)).toMatchObject({
    last: { goLive: 'web/old', failed: [] },
    actions: [{ command: 'golive playbook run rules smaller --from evidence/web/old' }],
  });
});

test('what was altered is not read out, what is open is said to be, and another runbook’s evidence is refused', async () => {
  const bundle = await lay('c1', '2026-11-26T09:00:00.000Z');
  expect((await run('show', 'rules')).stdout).toContain('Not verified: its bundle is still open');
  await seal(bundle);
  appendFileSync(join(folder, bundle, 'data/phases/check.10/rules/output.log'), 'more');
  const altered = await run('show', 'rules');
  expect([altered.code, altered.stdout]).toEqual([10, expect.stringContaining('ALTERED: 1 file not as its manifest')]);
  expect(altered.stdout).not.toContain('two red');
  expect((await run('prompt', 'daily', '--runbook', 'runbooks/shop.yaml')).code).toBe(10);
  expect((await run('run', 'rules', 'smaller')).error?.message).toContain('was altered');
  const other = await run('show', 'contracts', '--from', bundle);
  expect(other.error?.message).toBe("That is no evidence of 'promotion-daily', but of 'shop'.");
});

test('a file that a link leads out of the bundle to is not read out', async () => {
  const bundle = await lay('c1', '2026-11-26T09:00:00.000Z');
  const path = join(folder, bundle, 'data/phases/check.10/rules/output.log');
  rmSync(path);
  write('outside.log', 'of somebody else');
  symlinkSync(join(folder, 'outside.log'), path);
  const { stdout } = await run('show', 'rules');
  expect(stdout).toContain('check.rules.output.log: it cannot be read: it lies outside of the bundle');
  expect(stdout).not.toContain('of somebody else');
});

test('a prompt is filled from the last run, and tells what it could not be filled with', async () => {
  await seal(await lay('c1', '2026-11-26T09:00:00.000Z'));
  const { stdout, stderr } = await run('prompt', 'daily', '--runbook', 'runbooks/shop.yaml');
  expect(stdout).toMatch(/^50 files, NO-GO\n- check.rules: Rules that fail 1, needs = 0.\n/);
  expect(stdout).toContain('Next: golive playbook run rules smaller: Retry with 25\nEnded [not known: run.ended]');
  expect(stdout).not.toContain(TOKEN);
  expect(stderr).toContain("Not filled: run.ended (there is no value 'ended')");
});

test('two playbooks with one name, an entry, an action or a prompt that is not there: said with what to do', async () => {
  write('runbooks/shop2.yaml', RUNBOOK.replace('id: shop', 'id: shop2'));
  expect((await run('show', 'rules')).error?.options.hint).toBe('Say which: shop/rules, shop2/rules.');
  rmSync(join(folder, 'runbooks/shop2.yaml'));
  expect((await run('show', 'rulse')).error?.options.hint).toContain("Did you mean 'rules'?");
  expect((await run('run', 'rules', 'smallr')).error?.options.hint).toContain("Did you mean 'smaller'?");
  expect((await run('prompt', 'dayly')).error?.options.hint).toContain("Did you mean 'daily'?");
  expect((await run('run', 'rules', 'smaller')).error?.options.hint).toContain('--target');
});

test('an action shows its effects before anything is started, and starts nothing unasked', async () => {
  await seal(await lay('c1', '2026-11-26T09:00:00.000Z'));
  const { error, stderr, code } = await run('run', 'rules', 'smaller');
  expect([code, error?.message]).toEqual([4, expect.stringContaining('Nothing was started.')]);
  expect(stderr).toContain('Inputs are those of web/c1');
  expect(stderr).toMatch(/size.*25/);
  expect(stderr).toContain('command.run');
});

test('validate refuses an action that leads to no runbook, with its place, and an input that it has not', async () => {
  const led = (more: string) => RUNBOOK.replace('inputs: { size: 25 }', more);
  write('runbooks/shop.yaml', led('runbook: shop-burst'));
  const nowhere = await runVerb(validate, 'validate', 'runbooks/shop.yaml');
  expect(nowhere.code).toBe(2);
  expect(nowhere.stdout).toMatch(
    /runbooks\/shop\.yaml:\d+:\d+ {2}action 'smaller' leads nowhere: There is no runbook 'shop-burst'/,
  );
  write('runbooks/shop-burst.yaml', RUNBOOK.replace('id: shop', 'id: shop-burst'));
  expect((await runVerb(validate, 'validate', 'runbooks/shop.yaml')).code).toBe(0);
  write('runbooks/shop.yaml', led('runbook: shop-burst.yaml, inputs: { sizes: 3 }'));
  expect((await runVerb(validate, 'validate', 'runbooks/shop.yaml')).stdout).toContain(
    "'shop-burst' has no input 'sizes'",
  );
  rmSync(join(folder, 'runbooks/shop-burst.yaml'));
});
