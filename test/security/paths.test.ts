import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { spawn } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { contained } from '../../activities/reach/contain.js';
import { stepFolder } from '../../activities/step/step-evidence.js';
import { failed, passed, runStep, temporaryFolder } from '../kits/step-run.js';

let world: string;
let base: string;
beforeAll(() => {
  world = realpathSync(mkdtempSync(join(tmpdir(), 'golive-paths-')));
  base = join(world, 'project');
  mkdirSync(join(base, 'data'), { recursive: true });
  mkdirSync(join(world, 'outside'));
  mkdirSync(join(world, 'allowed'));
  mkdirSync(join(world, 'project-twin'));
  writeFileSync(join(world, 'outside', 'secret'), 'canary');
  writeFileSync(join(base, 'data', 'file'), 'mine');
  symlinkSync(join(world, 'outside'), join(base, 'out'));
  symlinkSync(join(world, 'outside', 'secret'), join(base, 'data', 'leak'));
  symlinkSync('..', join(base, 'up'));
  symlinkSync('loop', join(base, 'loop'));
  symlinkSync('/', join(base, 'root'));
  symlinkSync(join(world, 'not-there'), join(base, 'dangling'));
  symlinkSync('data', join(base, 'inner'));
});
afterAll(() => rmSync(world, { recursive: true, force: true }));

const PLAIN = [
  '../outside/secret',
  '..',
  '../',
  'data/../../outside/secret',
  './../outside',
  'data/./../../outside',
  '../project-twin/x',
  'data/../..',
  'data/../../../etc/passwd',
  '../../../../../../../../etc/passwd',
  '/etc/passwd',
  '/etc',
  '/',
  '/proc/self/environ',
  '/dev/stdin',
  '/dev/fd/3',
  '/root/.ssh/id_ed25519',
  '/tmp',
  '/tmp/x',
  '/var/run/docker.sock',
  '/home',
  '/sys/kernel',
];
const STRANGE = [
  '~',
  '~/x',
  '~root/.ssh',
  '\\\\server\\share',
  '//server/share',
  '//etc/passwd',
  'file:///etc/passwd',
  'http://x/y',
  'c:\\windows',
  'data:x',
  'a\0b',
  '\0',
  'a\nb',
  'a\rb',
  'a\tb',
  'a\u001b[31mb',
  'a\u007fb',
  'a\u0085b',
  'a\u200bb',
  'a\u202eb',
  'a\u2066b',
  'a\u2028b',
  'a\ufeffb',
  '',
];
const LINKS = [
  'out',
  'out/secret',
  'out/new/file',
  'data/leak',
  'up',
  'up/outside/secret',
  'loop',
  'loop/x',
  'root',
  'root/etc/passwd',
  'dangling',
  'dangling/x',
  'inner/../out/secret',
  'inner/leak',
  'data/../out/secret',
  './out/./secret',
  'root/proc/self/environ',
  'up/project/out/secret',
];
/** Taken as they are written: nothing decodes them, so they are names below the folder. */
const LITERAL = [
  '%2e%2e/%2e%2e/etc/passwd',
  '..%2fetc',
  '%00',
  '%2fetc%2fpasswd',
  'data/..%5c..',
  '.../x',
  '..x',
  'a..',
  '…/x',
  '$HOME/x',
  '`id`',
  '$(id)',
  '-rf',
  '*',
];

describe('paths of steps', () => {
  test.each([...PLAIN, ...STRANGE, ...LINKS].map((path) => [JSON.stringify(path), path]))(
    '%s is refused',
    (_shown, path) => {
      expect(() => contained(path, base, [base])).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    },
  );
  test.each(LITERAL)('%s is a name like any other', (path) => {
    expect(contained(path, base, [base])).toBe(join(base, path));
  });
  test('what lies in the folders of the plan is taken, links within them too', () => {
    expect(contained('data/file', base, [base])).toBe(join(base, 'data/file'));
    expect(contained('inner/file', base, [base])).toBe(join(base, 'inner/file'));
    expect(contained('new/deep/file', base, [base])).toBe(join(base, 'new/deep/file'));
    expect(contained(join(world, 'allowed', 'x'), base, [base, join(world, 'allowed')])).toBe(
      join(world, 'allowed', 'x'),
    );
    expect(contained('out/secret', base, [base, join(world, 'outside')])).toBe(join(base, 'out/secret'));
  });
  test.each([
    '..',
    '.',
    '../x',
    '/etc',
    'a/b',
    'a\\b',
    '',
    ' ',
    '-x/../y',
    '.hidden',
    'a\0',
    'a\n',
    'ü',
    'a b',
    '~',
    'a'.repeat(200),
  ])('an evidence folder cannot be named %j', (name) => {
    const step = { phase: 'p', phaseAttempt: 1, epoch: 1, step: name };
    expect(() => stepFolder(base, step)).toThrow(expect.objectContaining({ code: 'BAD_INPUT' }));
    expect(() => stepFolder(base, { ...step, step: 's', phase: name })).toThrow(
      expect.objectContaining({ code: 'BAD_INPUT' }),
    );
  });
});

describe('kinds that touch files', () => {
  const goLive = () => ({ baseDir: base, folders: [base] });
  test.each([
    ['file.write', { path: 'out/owned', content: 'x' }],
    ['file.write', { path: '../outside/owned', content: 'x' }],
    ['file.copy', { from: 'data/file', to: 'out/owned' }],
    ['file.copy', { from: 'out/secret', to: 'data/stolen' }],
    ['file.snapshot', { from: 'out', to: 'data/stolen' }],
    ['file.snapshot', { from: 'data', to: '../outside/owned' }],
    ['file.restore', { from: 'data', to: 'out' }],
    ['env.ensure', { file: 'out/owned', set: { A: 'b' } }],
    ['env.ensure', { file: 'data/env', from: 'data/leak', set: { A: 'b' } }],
    ['metrics.read', { file: 'data/leak', format: 'json', values: { a: { path: '$.a' } } }],
    ['manifest.check', { file: 'data/leak' }],
    ['log.scan', { files: ['data/leak'], needed: ['canary'] }],
    ['cases.run', { manifest: 'data/leak', url: 'http://127.0.0.1:1/' }],
    ['stack.up', { stack: 'out' }],
    ['command.run', { argv: ['pwd'], cwd: 'out' }],
  ])('%s refuses %j, and nothing is done', async (kind, input) => {
    const run = await runStep(kind, input, { goLive: goLive(), task: { effect: 'idempotent' } });
    expect(failed(run)).toMatchObject({ code: 'BAD_INPUT' });
    expect(existsSync(join(world, 'outside', 'owned'))).toBe(false);
    expect(existsSync(join(base, 'data', 'stolen'))).toBe(false);
    expect(JSON.stringify(run.failure)).not.toContain('canary');
  });
});

const ROUNDS = process.env.GOLIVE_ALL ? 1000 : 30;

test('a folder that is swapped for a link while files are written: nothing lands outside', async () => {
  const place = realpathSync(temporaryFolder());
  const [inside, outside, spare] = [join(place, 'project', 'data'), join(place, 'outside'), join(place, 'spare')];
  mkdirSync(inside, { recursive: true });
  mkdirSync(outside);
  symlinkSync(outside, spare);
  const script = `const fs = require('fs'); const [a, b, c] = process.argv.slice(1);
    const pause = () => { const until = performance.now() + 2; while (performance.now() < until); };
    for (;;) { try { fs.renameSync(a, c); fs.renameSync(b, a); pause(); fs.renameSync(a, b); fs.renameSync(c, a); pause(); } catch {} }`;
  const swapper = spawn(process.execPath, ['-e', script, inside, spare, `${inside}.away`], { stdio: 'ignore' });
  const goLive = { baseDir: join(place, 'project'), folders: [join(place, 'project')] };
  let written = 0;
  try {
    for (let round = 0; round < ROUNDS; round += 1) {
      const run = await runStep(
        'file.write',
        { path: `data/f${round}`, content: 'x' },
        { goLive, task: { step: `s${round}` } },
      );
      if (run.result) written += 1;
    }
  } finally {
    swapper.kill('SIGKILL');
    await new Promise((done) => swapper.once('exit', done));
  }
  const { readdirSync } = await import('node:fs');
  console.log(
    `${ROUNDS} rounds against a swapping link: ${written} written inside, ${readdirSync(outside).length} outside`,
  );
  expect(readdirSync(outside)).toEqual([]);
  expect(readFileSync(join(world, 'outside', 'secret'), 'utf8')).toBe('canary');
}, 300_000);

test('one file may be all that a plan allows: it is written, its neighbours are not', async () => {
  const only = join(world, 'allowed', 'one.conf');
  const goLive = { baseDir: base, folders: [base, only] };
  passed(await runStep('file.write', { path: only, content: 'x' }, { goLive }));
  expect(readFileSync(only, 'utf8')).toBe('x');
  const other = join(world, 'allowed', 'two.conf');
  const run = await runStep('file.write', { path: other, content: 'x' }, { goLive, task: { step: 'other' } });
  expect(failed(run).code).toBe('BAD_INPUT');
  expect(existsSync(other)).toBe(false);
});

test('the kinds work where they may', async () => {
  const run = await runStep(
    'file.write',
    { path: 'data/fresh', content: 'x' },
    { goLive: { baseDir: base, folders: [base] } },
  );
  expect(passed(run).summary).toContain('fresh');
});
