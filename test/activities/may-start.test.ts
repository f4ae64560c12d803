import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test } from '@jest/globals';
import { checkMayStart } from '../../activities/command/may-start.js';

/** `bin/tool` is listed; `link` leads to a folder elsewhere, beside which another `bin/tool` lies. */
let baseDir: string;
beforeAll(() => {
  const root = mkdtempSync(join(tmpdir(), 'golive-start-'));
  baseDir = join(root, 'book');
  for (const folder of ['book/bin', 'book/api', 'far/bin', 'far/x']) mkdirSync(join(root, folder), { recursive: true });
  for (const tool of ['book/bin/tool', 'far/bin/tool']) writeFileSync(join(root, tool), '');
  symlinkSync(join(root, 'far/x'), join(baseDir, 'link'));
});
afterAll(() => rmSync(join(baseDir, '..'), { recursive: true }));

test.each([
  ['bin/tool', '.', undefined],
  ['api/../bin/tool', '.', undefined],
  ['../bin/tool', 'api', undefined],
  ['link/../bin/tool', '.', /leads through a link to another program/],
  ['bin/other', '.', /does not stand in the runbook's list/],
  ['echo', '.', undefined],
])('%s, started in %s', (program, cwd, refused) => {
  const check = () => checkMayStart({ argv: [program], cwd }, { commands: ['bin/tool', 'echo'], baseDir });
  if (refused) expect(check).toThrow(refused);
  else expect(check).not.toThrow();
});

test('a PATH of the step says which program a bare name is: it is refused, a path is not', () => {
  const check = (program: string, commands?: string[]) => () =>
    checkMayStart({ argv: [program], env: { PATH: '/elsewhere' } }, { baseDir, ...(commands ? { commands } : {}) });
  expect(check('echo', ['echo'])).toThrow(/`env.PATH` says which program that is/);
  expect(check('bin/tool', ['bin/tool'])).not.toThrow();
  expect(check('echo')).not.toThrow();
});

test.each([
  'LD_PRELOAD',
  'NODE_OPTIONS',
  'BASH_ENV',
  'ENV',
  'PYTHONPATH',
  'PERL5OPT',
  'GIT_SSH_COMMAND',
  'GIT_CONFIG_COUNT',
  'Path',
])('%s of the step makes another program run: it is refused beside a list, whatever the program', (name) => {
  const check =
    (program: string, commands?: string[], more: object = {}) =>
    () =>
      checkMayStart({ argv: [program], env: { [name]: 'x' }, ...more }, { baseDir, ...(commands ? { commands } : {}) });
  expect(check('echo', ['echo'])).toThrow(`\`env.${name}\` says which program`);
  if (name !== 'Path') expect(check('bin/tool', ['bin/tool'])).toThrow(name);
  expect(check('echo')).not.toThrow();
  expect(check('echo', ['echo'], { ownEnv: true })).not.toThrow();
});

test.each(['LDAP_URL', 'ENVIRONMENT', 'PGHOST', 'NODE_ENV', 'PYTHONUNBUFFERED', 'GIT_DIR'])(
  '%s is refused nowhere',
  (name) => {
    const start = { argv: ['echo'], env: { [name]: 'x' } };
    expect(() => checkMayStart(start, { baseDir, commands: ['echo'] })).not.toThrow();
  },
);
