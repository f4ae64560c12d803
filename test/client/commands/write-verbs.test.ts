import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { mkdtempSync, readFileSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import * as explain from '../../../client/commands/explain.js';
import * as fresh from '../../../client/commands/new.js';
import * as plan from '../../../client/commands/plan.js';
import * as schema from '../../../client/commands/schema.js';
import * as validate from '../../../client/commands/validate.js';
import { makePlan, openRunbook } from '../../../client/runbook/load.js';
import { stepKinds } from '../../../kinds/catalog.js';
import { runVerb } from '../../kits/verb.js';

const home = process.cwd();
const day3 = join(home, 'runbooks/lcopilot-day3.yaml');
const broken = join(home, 'test/runbooks-broken/three-at-once.yaml');
let folder: string;
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'golive-verbs-'));
  process.chdir(folder);
});
afterAll(() => {
  process.chdir(home);
  rmSync(folder, { recursive: true, force: true });
});

describe('new', () => {
  test('writes a runbook that validates and plans, with the schema beside it', async () => {
    const said = await runVerb(fresh, 'new', 'shop-release');
    expect(said).toMatchObject({ code: 0, stdout: 'runbooks/shop-release.yaml\n' });
    expect(readdirSync(join(folder, 'runbooks')).toSorted()).toEqual(['runbook.schema.json', 'shop-release.yaml']);
    expect(await runVerb(validate, 'validate', 'shop-release')).toMatchObject({
      code: 0,
      stdout: 'shop-release: valid, 2 phases\n',
    });
    const shown = await runVerb(plan, 'plan', 'shop-release');
    expect(shown).toMatchObject({ code: 0, stderr: '' });
    expect(shown.stdout).toContain('undo: its own undo, on the way back');
  });
  test('overwrites nothing', async () => {
    const path = join(folder, 'runbooks/shop-release.yaml');
    writeFileSync(path, 'mine');
    const said = await runVerb(fresh, 'new', 'shop-release');
    expect(said.code).toBe(2);
    expect(said.error?.message).toContain('nothing was written');
    expect(readFileSync(path, 'utf8')).toBe('mine');
    rmSync(path);
  });
  test.each(['Shop', '../x', 'a b', ''])("refuses the id '%s'", async (id) => {
    expect((await runVerb(fresh, 'new', id)).error?.options.hint).toContain('Lower case');
    expect(readdirSync(folder)).toEqual(['runbooks']);
  });
});

describe('validate', () => {
  test('shows every problem with place, frame and hint, and exits 2', async () => {
    const said = await runVerb(validate, 'validate', day3, broken);
    expect(said.code).toBe(2);
    expect(said.stdout).toContain(`${day3}: valid, 9 phases`);
    expect(said.stdout).toContain(`${broken}:16:5  unknown key 'plannd'`);
    expect(said.stdout).toContain('> 16 |     plannd: 5m');
    expect(said.stdout).toContain("hint: Did you mean 'planned'?");
    expect(said.stderr).toBe('3 problems in 1 of 2 files.\n');
  });
  test('--json', async () => {
    const said = await runVerb(validate, 'validate', '--json', broken);
    expect(said.code).toBe(2);
    expect(JSON.parse(said.stdout)).toMatchObject({
      ok: false,
      files: [{ ok: false, problems: [{ line: 16, column: 5 }, { line: 30 }, { line: 33 }] }],
    });
  });
  test('tells a question that the people of golive.yaml could not answer live, whoever starts it', async () => {
    const text = 'people:\n  Bo: { roles: [lead] }\napprovals: { level: declared }\n';
    writeFileSync(join(folder, 'golive.yaml'), text);
    writeFileSync(
      join(folder, 'two.yaml'),
      [
        'schema: 1',
        'id: two',
        'title: Two',
        'roles: { lead: Lead }',
        'phases:',
        '  - { id: one, approval: { role: lead } }',
        '  - { id: both, approval: { needs: [{ role: lead, count: 2 }] } }',
        '',
      ].join('\n'),
    );
    const said = await runVerb(validate, 'validate', './two.yaml');
    rmSync(join(folder, 'golive.yaml'));
    rmSync(join(folder, 'two.yaml'));
    expect(said).toMatchObject({ code: 0 });
    expect(said.stdout).toContain("'both' needs 2 × lead, each another person; there is only Bo.");
    expect(said.stdout).not.toContain("'one' needs");
  });
  test('an unknown runbook names the nearest', async () => {
    const said = await runVerb(validate, 'validate', 'lcopilot-day');
    expect(said).toMatchObject({ code: 2 });
    expect(said.error?.options.hint).toContain("Did you mean 'lcopilot-day3'?");
  });
});

describe('plan', () => {
  test('an id of a runbook that comes with golive; missing inputs are listed', async () => {
    const said = await runVerb(plan, 'plan', 'lcopilot-day3', '--input', 'minInterval=4s');
    expect(said.code).toBe(0);
    for (const part of [
      'minInterval = 4s',
      '--input stackDir=…',
      'T+1:20:00',
      'rollback R1, then again from stop-reset',
      '● approval before by CTO',
    ]) {
      expect(said.stdout).toContain(part);
    }
  });
  test('--json is a plan', async () => {
    const said = await runVerb(plan, 'plan', 'lcopilot-day3', '--json');
    expect(JSON.parse(said.stdout)).toMatchObject({
      planVersion: 1,
      runbook: { id: 'lcopilot-day3' },
      phases: expect.any(Array),
    });
  });
  test('--mermaid is a flowchart', async () => {
    expect((await runVerb(plan, 'plan', day3, '--mermaid')).stdout).toMatch(/^flowchart TD\n/);
  });
  test.each([
    [['--mode', 'live', '--input', 'minInterval=2s'], 'a live run needs at least 2.5s'],
    [['--mode', 'live', '--input', 'retries429=4'], 'a live run needs at least 6'],
    [['--input', 'minIntervall=2s'], "Did you mean 'minInterval'?"],
  ])('%j is refused', async (options, words) => {
    const said = await runVerb(plan, 'plan', 'lcopilot-day3', ...options);
    expect(said.code).toBe(2);
    expect(said.error?.message).toContain(words);
  });
  test('a broken runbook is shown with its problems', async () => {
    const said = await runVerb(plan, 'plan', broken);
    expect(said.code).toBe(2);
    expect(said.error?.message).toContain("33:28  there is no step kind 'wiat'");
  });
});

describe('explain', () => {
  test.each(Object.keys(stepKinds))('%s', async (kind) => {
    const { stdout, code } = await runVerb(explain, 'explain', kind);
    expect(code).toBe(0);
    for (const name of Object.keys(stepKinds[kind as keyof typeof stepKinds].input.shape))
      expect(stdout).toContain(`  ${name} `);
    expect(stdout).toContain('example');
    const { stdout: json } = await runVerb(explain, 'explain', kind, '--json');
    expect(JSON.parse(json)).toMatchObject({ name: kind });
  });
  test('list names all', async () => {
    const { stdout } = await runVerb(explain, 'explain', 'list');
    expect(stdout.trim().split('\n')).toHaveLength(Object.keys(stepKinds).length);
  });
  test('an unknown kind names the nearest', async () => {
    const said = await runVerb(explain, 'explain', 'http.chek');
    expect(said.code).toBe(2);
    expect(said.error?.options.hint).toContain("Did you mean 'http.check'?");
  });
});

test('schema writes the file that editors read', async () => {
  const said = await runVerb(schema, 'schema', '--dir', 'elsewhere');
  expect(said.stdout).toBe('elsewhere/runbook.schema.json\n');
  expect(JSON.parse(readFileSync(join(folder, 'elsewhere/runbook.schema.json'), 'utf8'))).toHaveProperty('definitions');
});

describe('golive.yaml', () => {
  const choices = { change: 'c1', mode: 'live' as const, timeScale: 1, inputs: {} };
  test('gives people, variables of the target and the evidence folder to a live plan', async () => {
    await runVerb(fresh, 'new', 'other');
    writeFileSync(
      'golive.yaml',
      'people: { Ada: { roles: [lead] } }\ntargets: { prod: { variables: { region: eu } } }\nevidence: bundles\napprovals: { level: declared }\n',
    );
    const opened = await openRunbook('other');
    const made = await makePlan(opened, { ...choices, target: 'prod' });
    expect(made).toMatchObject({
      people: { Ada: ['lead'] },
      target: { id: 'prod', variables: { region: 'eu' } },
      evidence: { directory: join(process.cwd(), 'bundles/prod/c1') },
    });
    expect(made.signing).toEqual({ level: 'declared', signers: '', principals: {} });
    expect(made.baseDir).toBe(join(process.cwd(), 'runbooks'));
    expect((await makePlan(opened, { ...choices, target: 'lab', mode: 'rehearse' })).people).toBeUndefined();
    await expect(makePlan(opened, { ...choices, target: 'prd' })).rejects.toThrow("names no target 'prd'");
  });
  test('a live plan needs signers unless the project takes declared names; a shared principal is one person', async () => {
    writeFileSync('golive.yaml', 'people: { Ada: { roles: [lead], principal: a@x } }\n');
    const opened = await openRunbook('other');
    await expect(makePlan(opened, { ...choices, target: 'prod' })).rejects.toThrow('no file of allowed signers');
    writeFileSync('allowed_signers', `a@x namespaces="golive-approval@v1" ssh-ed25519 ${'A'.repeat(68)}\n`);
    const { signing } = await makePlan(opened, { ...choices, target: 'prod' });
    expect(signing).toMatchObject({ level: 'signed', principals: { Ada: 'a@x' } });
    writeFileSync('allowed_signers', 'a@x ssh-ed25519 AAAA\n');
    await expect(makePlan(opened, { ...choices, target: 'prod' })).rejects.toThrow(/allowed_signers:1/);
    rmSync('allowed_signers');
    writeFileSync(
      'golive.yaml',
      'people: { A: { roles: [lead], principal: a@x }, B: { roles: [lead], principal: a@x } }\n',
    );
    await expect(makePlan(opened, { ...choices, target: 'prod' })).rejects.toThrow("same principal 'a@x'");
  });
  test('is refused with its place when it is broken', async () => {
    writeFileSync('golive.yaml', 'poeple: {}\n');
    const opened = await openRunbook('other');
    await expect(makePlan(opened, { ...choices, target: 'prod' })).rejects.toThrow(
      /golive\.yaml:1:1 {2}unknown key 'poeple'/,
    );
    rmSync('golive.yaml');
  });
});
