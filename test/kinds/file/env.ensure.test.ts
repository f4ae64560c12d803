import { existsSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { setVariables } from '../../../kinds/file/env.ensure.js';
import { stepKit } from '../../kits/step-kit.js';
import { passed, runStep, temporaryFolder } from '../../kits/step-run.js';

stepKit('env.ensure', {
  good: (folder) => {
    writeFileSync(join(folder, '.env.example'), '# service\nUSE_STUBS=true\nAPI_TOKEN=\n');
    return { file: '.env', from: '.env.example', set: { USE_STUBS: 'false' } };
  },
  bad: () => ({ file: '.env', from: '.env.example', set: {} }),
  badCode: 'NOT_FOUND',
  clean: (folder) => expect(existsSync(join(folder, '.env'))).toBe(false),
});

test('no value of an environment file reaches the bundle', async () => {
  const base = temporaryFolder();
  writeFileSync(join(base, '.env'), 'API_TOKEN=canary-5f2c\nMODE=slow\n');
  const run = await runStep(
    'env.ensure',
    { file: '.env', set: { MODE: 'canary-mode-77' } },
    { goLive: { baseDir: base } },
  );
  const { outputs } = passed(run);
  expect(outputs).toMatchObject({ created: false, changed: ['MODE'], values: { API_TOKEN: 'set' } });
  const left = readdirSync(run.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => readFileSync(join(entry.parentPath, entry.name), 'utf8'))
    .join('\n');
  expect(left + JSON.stringify(outputs)).not.toMatch(/canary-5f2c|canary-mode-77/);
});

test.each([
  ['replaces in place, comments and order kept', '# a\nA=1\n#B=0\nB=2\n', { B: '3' }, '# a\nA=1\n#B=0\nB=3\n', ['B']],
  ['adds what is missing at the end', 'A=1\n', { C: 'x y' }, 'A=1\nC="x y"\n', ['C']],
  ['leaves what is equal, quoted or not', 'A="1"\n', { A: '1' }, 'A="1"\n', []],
  ['escapes what a shell would read', '', { A: '$(rm)"`' }, 'A="\\$(rm)\\"\\`"\n', ['A']],
])('setVariables %s', (_name, before, set, text, changed) => {
  expect(setVariables(before, set as Record<string, string>)).toEqual({ text, changed });
});
