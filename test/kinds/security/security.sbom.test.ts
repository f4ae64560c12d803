import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, type StepRun, temporaryFolder } from '../../kits/step-run.js';

const VERSION = [process.execPath, '-e', 'console.log("lister 1.2.3")'];
const prints = (content: unknown, code = 0): string[] => {
  const text = typeof content === 'string' ? content : JSON.stringify(content);
  return [process.execPath, '-e', `process.stdout.write(${JSON.stringify(text)}, () => process.exit(${code}))`];
};
const integrity = `sha512-${createHash('sha512').update('x').digest('base64')}`;
const locked = (version: string, more: JsonObject = {}): JsonObject => ({ version, integrity, ...more });
const LOCK = {
  lockfileVersion: 3,
  packages: {
    '': { name: 'ours' },
    'node_modules/a': locked('1.0.0'),
    'node_modules/@s/b': locked('2.0.0'),
    'node_modules/@s/b/node_modules/a': locked('1.0.0'),
    'node_modules/other': locked('3.0.0', { name: 'real' }),
    'node_modules/tool': locked('4.0.0', { dev: true }),
  },
};
const purl = (name: string, type = 'npm'): JsonObject => {
  const at = name.lastIndexOf('@');
  const [of, version] = [name.slice(0, at), name.slice(at + 1)];
  return { name: of, version, purl: `pkg:${type}/${of.replace('@', '%40')}@${version}` };
};
const bom = (...components: JsonObject[]) => ({ bomFormat: 'CycloneDX', specVersion: '1.6', components });
const SAME = bom(purl('a@1.0.0'), purl('@s/b@2.0.0'), purl('real@3.0.0'), purl('tool@4.0.0'));

const run = (sbom: JsonObject, more: { lock?: JsonObject; files?: Record<string, unknown> } = {}): Promise<StepRun> => {
  const folder = temporaryFolder();
  const files: Record<string, unknown> = { 'package-lock.json': LOCK, ...more.files };
  for (const [name, content] of Object.entries(files))
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
  const input = { sbom, lock: more.lock ?? { npm: 'package-lock.json' } };
  return runStep('security.sbom', input, { goLive: { baseDir: folder } });
};
const printed = (content: unknown, code?: number): JsonObject => ({ argv: prints(content, code), version: VERSION });
const differencesOf = (made: StepRun): string[] =>
  readFileSync(join(made.folder, 'differences.csv'), 'utf8').trim().split('\n').slice(1);

stepKit('security.sbom', {
  good: (folder) => {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(LOCK));
    const script = `require('fs').writeFileSync('sbom.json', ${JSON.stringify(JSON.stringify(SAME))})`;
    const sbom = { argv: [process.execPath, '-e', script], version: VERSION, file: 'sbom.json' };
    return { sbom, lock: { npm: 'package-lock.json' } };
  },
  bad: (folder) => {
    writeFileSync(join(folder, 'package-lock.json'), JSON.stringify(LOCK));
    return { sbom: printed(bom()), lock: { npm: 'package-lock.json' } };
  },
  badCode: 'EXPECTATION_FAILED',
  programsWrite: ['sbom.json'],
});

describe('compared with the lock file', () => {
  test('the same components', async () => {
    const made = await run(printed(SAME));
    expect(passed(made).outputs).toEqual({
      components: 4,
      locked: 4,
      missing: 0,
      extra: 0,
      aliased: 0,
      unpinned: 0,
      local: 0,
      leftOut: 0,
      version: 'lister 1.2.3',
      credentials: 0,
    });
    expect(differencesOf(made)).toEqual([]);
  });

  test('another version, another registry, one without a version, one that is not there; an alias is the same', async () => {
    const components = [purl('a@1.0.1'), purl('@s/b@2.0.0', 'pypi'), purl('other@3.0.0'), { name: 'loose' }];
    const made = await run(printed(bom(...components)));
    expect(passed(made).outputs).toMatchObject({ components: 4, locked: 4, missing: 3, extra: 3, aliased: 1 });
    expect(differencesOf(made)).toEqual([
      "'@s/b@2.0.0,missing",
      'a@1.0.0,missing',
      'tool@4.0.0,missing',
      "'@s/b@2.0.0,extra",
      'a@1.0.1,extra',
      'loose,extra',
    ]);
  });

  test('what both leave out; what is not pinned', async () => {
    const lock = { ...LOCK, packages: { ...LOCK.packages, 'node_modules/git': { version: '5.0.0' } } };
    const made = await run(
      { read: 'given.json' },
      {
        lock: { npm: 'package-lock.json', omit: ['dev'] },
        files: {
          'package-lock.json': lock,
          'given.json': bom(purl('a@1.0.0'), purl('@s/b@2.0.0'), purl('real@3.0.0'), purl('git@5.0.0')),
        },
      },
    );
    const { outputs } = passed(made);
    expect(outputs).toMatchObject({ components: 4, locked: 4, missing: 0, extra: 0, unpinned: 1, leftOut: 1 });
    expect(outputs).not.toHaveProperty('version');
    expect(differencesOf(made)).toEqual(['git@5.0.0,unpinned']);
  });

  test('workspaces may be listed; what lies in another folder of the project must be', async () => {
    const packages = {
      ...LOCK.packages,
      '': { name: 'ours', workspaces: ['packages/*'] },
      'node_modules/ours-a': { resolved: 'packages/ours-a', link: true },
      'node_modules/evil': { resolved: 'vendor/evil', link: true },
      'packages/ours-a': {},
      'vendor/evil': { version: '6.6.6' },
    };
    const files = { 'package-lock.json': { ...LOCK, packages } };
    const made = await run(printed(SAME), { files });
    expect(passed(made).outputs).toMatchObject({ locked: 5, missing: 1, extra: 0, unpinned: 0, local: 2 });
    expect(passed(made).summary).toContain('2 of the project itself');
    expect(differencesOf(made)).toEqual([
      'evil@6.6.6,missing',
      'evil in vendor/evil,of the project',
      'ours-a in packages/ours-a,of the project',
    ]);
    const all = bom(purl('evil@6.6.6'), { name: 'ours-a' }, ...SAME.components);
    expect(passed(await run(printed(all), { files })).outputs).toMatchObject({ missing: 0, extra: 0 });
  });

  test('requirements.txt', async () => {
    const made = await run(printed(bom(purl('Flask_Login@0.6.3', 'pypi'), purl('x@1', 'pypi'))), {
      lock: { requirements: 'requirements.txt' },
      files: { 'requirements.txt': `flask-login==0.6.3 --hash=sha256:${'a'.repeat(64)}\nurllib3>=1\n` },
    });
    expect(passed(made).outputs).toMatchObject({ components: 2, locked: 1, missing: 0, extra: 1, unpinned: 1 });
  });

  test('an auditor compares again', async () => {
    const made = await run(printed(SAME));
    const input = { sbom: printed(SAME), lock: { npm: 'package-lock.json' } };
    const read = (name: string) => readFileSync(join(made.folder, name));
    expect(await recomputeOutputs('security.sbom', input, read)).toEqual(passed(made).outputs);
    const edited = (name: string) =>
      name === 'sbom.json' ? Buffer.from(JSON.stringify(bom(purl('a@1.0.0')))) : read(name);
    expect(await recomputeOutputs('security.sbom', input, edited)).toMatchObject({ missing: 3 });
  });
});

describe('what is not run is never the same', () => {
  test.each<[string, JsonObject, Record<string, unknown>, string, string]>([
    ['no tool', { ...printed(SAME), argv: ['no-such-lister'] }, {}, 'TOOL_MISSING', 'no-such-lister'],
    ['no version', { ...printed(SAME), version: prints('', 1) }, {}, 'TOOL_MISSING', 'does not say a version'],
    ['a tool that ends badly', printed(SAME, 1), {}, 'COMMAND_FAILED', 'The SBOM counts as not run'],
    ['nothing printed', printed(''), {}, 'EXPECTATION_FAILED', 'The SBOM cannot be used'],
    ['an SBOM of nothing', printed(bom()), {}, 'EXPECTATION_FAILED', 'The SBOM lists no component'],
    ['SPDX', printed({ spdxVersion: 'SPDX-2.3' }), {}, 'EXPECTATION_FAILED', 'is no CycloneDX'],
    [
      'no file that is written',
      { ...printed(SAME), file: 'given.json' },
      { 'given.json': SAME },
      'EXPECTATION_FAILED',
      'cannot be read',
    ],
    ['no file that is read', { read: 'none.json' }, {}, 'NOT_FOUND', 'The SBOM cannot be read'],
    [
      'a lock file of nothing',
      printed(SAME),
      { 'package-lock.json': { lockfileVersion: 3, packages: {} } },
      'EXPECTATION_FAILED',
      'The lock file package-lock.json lists no component',
    ],
  ])('%s', async (_, sbom, files, code, words) => {
    const failure = failed(await run(sbom, { files }));
    expect([failure.code, failure.message]).toEqual([code, expect.stringContaining(words)]);
  });
});

test('a real tool: npm lists what its lock file locks', async () => {
  const root = process.cwd();
  const sbom = {
    argv: ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only', '--offline'],
    version: ['npm', '--version'],
    cwd: root,
  };
  const goLive = { baseDir: temporaryFolder() };
  const made = await runStep('security.sbom', { sbom, lock: { npm: join(root, 'package-lock.json') } }, { goLive });
  const { outputs } = passed(made);
  expect(outputs).toMatchObject({ missing: 0, extra: 0 });
  expect(outputs.locked).toBeGreaterThan(300);
});

test('a real tool: what npm makes of a workspace and of a linked folder is the same in both', async () => {
  const folder = temporaryFolder();
  const manifests = {
    '.': { name: 'root', version: '1.0.0', workspaces: ['packages/*'], dependencies: { evil: 'file:vendor/evil' } },
    'packages/a': { name: '@ours/a', version: '1.0.0' },
    'vendor/evil': { name: 'evil', version: '6.6.6', license: 'AGPL-3.0-only' },
  };
  for (const [path, manifest] of Object.entries(manifests)) {
    mkdirSync(join(folder, path), { recursive: true });
    writeFileSync(join(folder, path, 'package.json'), JSON.stringify(manifest));
  }
  execFileSync('npm', ['install', '--package-lock-only', '--offline', '--no-audit', '--no-fund'], { cwd: folder });
  const sbom = { argv: ['npm', 'sbom', '--sbom-format', 'cyclonedx', '--package-lock-only'], version: ['npm', '-v'] };
  const input = { sbom, lock: { npm: 'package-lock.json' } };
  const made = await runStep('security.sbom', input, { goLive: { baseDir: folder } });
  expect(passed(made).outputs).toMatchObject({ locked: 1, missing: 0, extra: 0, unpinned: 0, local: 2 });
});
