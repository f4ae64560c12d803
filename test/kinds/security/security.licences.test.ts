import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

const put = (folder: string, name: string, content: unknown): void => {
  mkdirSync(dirname(join(folder, name)), { recursive: true });
  writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
};
const lock = (packages: object) => ({ lockfileVersion: 3, packages });
const one = (license?: string, more: object = {}) => ({ version: '1.0.0', integrity: 'sha512-x', license, ...more });
const run = (folder: string, input: JsonObject = {}): Promise<StepRun> =>
  runStep(
    'security.licences',
    { from: { lock: 'package-lock.json' }, allow: ['MIT', 'Apache-2.0'], ...input },
    { goLive: { baseDir: folder } },
  );
const csv = (made: StepRun): string => readFileSync(join(made.folder, 'licences.csv'), 'utf8');

stepKit('security.licences', {
  good: (folder) => {
    put(folder, 'package-lock.json', lock({ 'node_modules/a': one('MIT') }));
    return { from: { lock: 'package-lock.json' }, allow: ['MIT'] };
  },
  bad: (folder) => {
    put(folder, 'package-lock.json', lock({}));
    return { from: { lock: 'package-lock.json' }, allow: ['MIT'] };
  },
  badCode: 'EXPECTATION_FAILED',
});

test('not allowed, unknown and missing are told apart, and what is installed says what the lock file does not', async () => {
  const outside = temporaryFolder();
  const folder = join(outside, 'project');
  put(outside, 'elsewhere/package.json', { license: 'MIT' });
  put(
    folder,
    'package-lock.json',
    lock({
      'node_modules/mit': one('MIT'),
      'node_modules/choice': one('(GPL-3.0-only OR Apache-2.0)'),
      'node_modules/gpl': one('GPL-3.0-only'),
      'node_modules/own': one('SEE LICENSE IN LICENSE'),
      'node_modules/none': one(),
      'node_modules/said': one(),
      'node_modules/old': one(),
      'node_modules/olds': one(),
      'node_modules/torn': one(),
      'node_modules/tool': one('GPL-3.0-only', { dev: true }),
      'node_modules/../../elsewhere': one(),
    }),
  );
  put(folder, 'node_modules/said/package.json', { license: 'MIT' });
  put(folder, 'node_modules/old/package.json', { license: { type: 'GPL-2.0-only' } });
  put(folder, 'node_modules/olds/package.json', { licenses: [{ type: 'MIT' }, { type: 'GPL-2.0-only' }] });
  put(folder, 'node_modules/torn/package.json', '{"license":"MIT"');
  const made = await run(folder, { from: { lock: 'package-lock.json', omit: ['dev'] } });
  expect(passed(made).outputs).toEqual({
    findings: 6,
    notAllowed: 2,
    unknown: 1,
    missing: 3,
    accepted: 0,
    expired: 0,
    stale: 0,
    components: 10,
    leftOut: 1,
    workspaces: 0,
    licences: 6,
  });
  expect(csv(made)).toMatch(/^gpl,1\.0\.0,GPL-3\.0-only,not allowed,[0-9a-f]{16}$/m);
  expect(csv(made)).toMatch(/^torn,1\.0\.0,,missing,/m);
});

test('a folder of the project that is linked is judged; its workspaces are said', async () => {
  const folder = temporaryFolder();
  const packages = {
    '': { workspaces: ['packages/*'] },
    'node_modules/ours': { resolved: 'packages/ours', link: true },
    'node_modules/evil': { resolved: 'vendor/evil', link: true },
    'node_modules/fine': { resolved: 'vendor/fine', link: true },
    'packages/ours': { version: '1.0.0', license: 'UNLICENSED' },
    'vendor/evil': { version: '6.6.6', license: 'AGPL-3.0-only' },
    'vendor/fine': { version: '1.0.0' },
  };
  put(folder, 'package-lock.json', lock(packages));
  put(folder, 'vendor/fine/package.json', { license: 'MIT' });
  const made = await run(folder);
  expect(passed(made).outputs).toMatchObject({ findings: 1, notAllowed: 1, components: 2, workspaces: 1 });
  expect(csv(made)).toContain('evil,6.6.6,AGPL-3.0-only,not allowed');
  expect(passed(made).summary).toContain('1 workspace not looked at');
});

describe('an SBOM', () => {
  const bom = (components: object[]) => ({ bomFormat: 'CycloneDX', specVersion: '1.5', components });
  const part = (name: string, licenses?: object[]) => ({ name, version: '1', purl: `pkg:npm/${name}@1`, licenses });
  const from = { sbom: 'sbom.json' };

  test('each of its components is judged, one without a version as well', async () => {
    const folder = temporaryFolder();
    const both = [{ license: { id: 'MIT' } }, { license: { id: 'GPL-2.0-only' } }];
    put(folder, 'sbom.json', bom([part('a', [{ license: { id: 'MIT' } }]), part('b', both), part('c'), { name: 'd' }]));
    expect(passed(await run(folder, { from })).outputs).toMatchObject({
      findings: 3,
      notAllowed: 1,
      missing: 2,
      components: 4,
    });
  });

  test.each<[string, unknown, string]>([
    ['nothing in it', bom([]), 'lists no component'],
    ['half of it', JSON.stringify(bom([part('a')])).slice(0, -9), 'cannot be used'],
  ])('%s counts as not run', async (_, content, words) => {
    const folder = temporaryFolder();
    put(folder, 'sbom.json', content);
    const failure = failed(await run(folder, { from }));
    expect([failure.code, failure.message]).toEqual(['EXPECTATION_FAILED', expect.stringContaining(words)]);
  });

  test('one that is not there', async () => {
    expect(failed(await run(temporaryFolder(), { from })).code).toBe('NOT_FOUND');
  });
});

test('a reviewed finding holds for other versions, and not for another licence; an auditor judges again', async () => {
  const folder = temporaryFolder();
  const write = (version: string, license: string): void =>
    put(folder, 'package-lock.json', lock({ 'node_modules/gpl': one(license, { version }) }));
  write('1.0.0', 'GPL-3.0-only');
  const id = /([0-9a-f]{16})$/m.exec(csv(await run(folder)))?.[1] ?? '';
  const entry = { id, reason: 'Used to build, and not delivered.', by: 'Sam' };
  const withEntry = async (more: object = {}) => {
    put(folder, 'known.json', [{ ...entry, ...more }]);
    const input = { from: { lock: 'package-lock.json' }, allow: ['MIT'], baseline: 'known.json' };
    const made = await run(folder, input);
    const { outputs } = passed(made);
    const read = (name: string) => readFileSync(join(made.folder, name));
    expect(await recomputeOutputs('security.licences', input, read)).toEqual(outputs);
    expect(
      await recomputeOutputs('security.licences', { ...input, allow: ['GPL-3.0-only', 'AGPL-3.0-only'] }, read),
    ).not.toEqual(outputs);
    return outputs;
  };
  write('2.0.0', 'GPL-3.0-only');
  expect(await withEntry()).toMatchObject({ findings: 0, notAllowed: 0, accepted: 1, expired: 0, stale: 0 });
  expect(await withEntry({ until: '2020-01-01' })).toMatchObject({ findings: 1, expired: 1, accepted: 0 });
  write('2.0.0', 'AGPL-3.0-only');
  expect(await withEntry()).toMatchObject({ findings: 1, accepted: 0, stale: 1 });
});

test('a licence that is no SPDX id cannot be allowed', async () => {
  const folder = temporaryFolder();
  put(folder, 'package-lock.json', lock({ 'node_modules/a': one('MIT') }));
  expect(failed(await run(folder, { allow: ['mit'] })).message).toContain('one licence by its SPDX id');
});
