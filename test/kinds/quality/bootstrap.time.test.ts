import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { z } from 'zod';
import type { StepCall } from '../../../activities/step/step.js';
import { StepError } from '../../../activities/step/step-error.js';
import { stepCalls } from '../../../kinds/hands.js';
import { recomputeOutputs } from '../../../kinds/recompute.js';
import type { JsonObject } from '../../../model/json.js';
import { freePort } from '../../../lab/kit/ports.js';
import { git, smallRepository } from '../../kits/small-repository.js';
import { stepKit } from '../../kits/step-kit.js';
import {
  eventually,
  failed,
  passed,
  processesWith,
  runStep,
  type StepRun,
  runTask,
  temporaryFolder,
} from '../../kits/step-run.js';

const node = (code: string): string[] => [process.execPath, '-e', code];
const shell = (code: string): string[] => ['sh', '-c', code];
const install = { name: 'install', argv: shell('test -f notes.md && touch ready') };
const BY_FILE = { argv: ['test', '-f', 'ready'] };
const forever = (mark: string): string => `setInterval(()=>{},1000)//${mark}`;

const made = (repo: string, input: JsonObject) =>
  runStep(
    'bootstrap.time',
    { folder: 'repo', ready: BY_FILE, every: 20, ...input },
    { goLive: { baseDir: join(repo, '..') } },
  );
const fresh = () => smallRepository(temporaryFolder());
/** Where the copy of a run was. */
function copyOf({ folder }: StepRun): string {
  const [path] = /[^"]*golive-bootstrap-[0-9a-f-]+/.exec(readFileSync(join(folder, 'remember.json'), 'utf8')) ?? [];
  return path ?? 'unknown';
}

stepKit('bootstrap.time', {
  good: (folder) => {
    smallRepository(folder);
    return { folder: 'repo', steps: [install], ready: BY_FILE };
  },
  bad: (folder) => {
    smallRepository(folder);
    return {
      folder: 'repo',
      steps: [{ name: 'install', argv: shell('echo no such package >&2; exit 3') }],
      ready: BY_FILE,
    };
  },
  badCode: 'COMMAND_FAILED',
  slow: (folder) => {
    smallRepository(folder);
    const code = `require('child_process').spawn(process.execPath,['-e',${JSON.stringify(forever(folder))}],{detached:true}); ${forever(folder)}`;
    return {
      input: { folder: 'repo', steps: [{ name: 'wait', argv: node(code) }], ready: BY_FILE },
      under: () => eventually(() => processesWith(folder).length >= 2, 'both processes run'),
    };
  },
  clean: (folder) => expect(processesWith(folder)).toEqual([]),
});

test('a server, from the checkout until it answers; afterwards nothing is left', async () => {
  const repo = fresh();
  const port = await freePort();
  const code = `require('http').createServer((q,s)=>s.end('ok')).listen(${port},'127.0.0.1')//${repo}`;
  const input = {
    steps: [install, { name: 'serve', argv: node(code), background: true }],
    ready: { url: `http://127.0.0.1:${port}/` },
  };
  const run = await made(repo, input);
  const { outputs } = passed(run);
  expect(outputs).toMatchObject({
    commit: git(repo, 'rev-parse', 'HEAD'),
    clean: true,
    changed: 0,
    ended: 1,
    steps: { install: expect.any(Number), serve: expect.any(Number) },
  });
  const times = z.object({ bootstrapMs: z.int(), readyMs: z.int(), steps: z.record(z.string(), z.int()) });
  const { bootstrapMs, readyMs, steps } = times.parse(outputs);
  expect(bootstrapMs).toBeGreaterThanOrEqual((steps.install ?? 0) + (steps.serve ?? 0) - 2);
  expect(bootstrapMs).toBeGreaterThanOrEqual(readyMs);
  expect(outputs).not.toHaveProperty('folder');
  expect(processesWith(repo)).toEqual([]);
  expect(existsSync(copyOf(run))).toBe(false);
  const kept = (name: string) => readFileSync(join(run.folder, name));
  expect(await recomputeOutputs('bootstrap.time', run.task.input, kept)).toEqual(outputs);
  const better = () =>
    Buffer.from(
      kept('bootstrap.json')
        .toString('utf8')
        .replace(/"ready":[\d.]+/, '"ready":0'),
    );
  await expect(recomputeOutputs('bootstrap.time', run.task.input, better)).rejects.toThrow('go back');
});

test('what was changed or added since the commit is told, and not copied', async () => {
  const repo = fresh();
  writeFileSync(join(repo, 'notes.md'), 'mended by hand\n');
  writeFileSync(join(repo, 'added.md'), 'x\n');
  const run = await made(repo, {
    steps: [{ name: 'look', argv: shell('! grep mended notes.md && ! test -e added.md && touch ready') }],
  });
  expect(passed(run).outputs).toMatchObject({ clean: false, changed: 2 });
  expect(passed(run).summary).toContain('is not as committed (2 files differ)');
});

test('another commit, and a copy that is kept and cannot write into what it came from', async () => {
  const repo = fresh();
  const first = git(repo, 'rev-parse', 'HEAD~1');
  const steps = [{ name: 'look', argv: shell('! test -e other.md && test -z "$(git remote)" && touch ready') }];
  const run = await made(repo, { steps, commit: 'HEAD~1', keep: true });
  const { outputs } = passed(run);
  expect(outputs).toMatchObject({ commit: first, clean: false, changed: 0 });
  const folder = String(outputs.folder);
  expect(existsSync(join(folder, 'tree', 'ready'))).toBe(true);
  rmSync(folder, { recursive: true });
});

test('what an attempt left whose worker died is removed by the next one', async () => {
  const repo = fresh();
  const left = join(tmpdir(), `golive-bootstrap-${randomUUID()}`);
  const call = stepCalls.call('bootstrap.time', 'do');
  const died: StepCall['handler'] = {
    do: async (_, context) => {
      await context.remember({ folder: left, mark: 'of-nobody' });
      mkdirSync(left);
      throw new StepError('CHECK_FAILED', 'The worker is gone.');
    },
  };
  const input = { folder: 'repo', ready: BY_FILE, steps: [install] };
  const around = { goLive: { baseDir: join(repo, '..') } };
  const first = await runStep('bootstrap.time', input, { ...around, call: { ...call, handler: died } });
  expect(first.failure?.code).toBe('CHECK_FAILED');
  passed(await runTask('bootstrap.time', first.task, { ...around, attempt: 2 }));
  expect(existsSync(left)).toBe(false);
});

test('a process that left its group and its parent is ended as well', async () => {
  const repo = fresh();
  const code = `require('child_process').spawn(process.execPath,['-e',${JSON.stringify(`process.on('SIGTERM',()=>{}); ${forever(repo)}`)}],{detached:true,stdio:'ignore'}).unref(); require('fs').writeFileSync('ready','')`;
  const run = await made(repo, { steps: [{ name: 'daemon', argv: node(code) }] });
  expect(passed(run).outputs).toMatchObject({ ended: 1 });
  expect(processesWith(repo)).toEqual([]);
});

describe('what was not timed has no time', () => {
  test('something that is ready before the first step', async () => {
    const failure = failed(await made(fresh(), { steps: [install], ready: { argv: ['test', '-f', 'notes.md'] } }));
    expect(failure.code).toBe('EXPECTATION_FAILED');
    expect(failure.message).toContain('something else runs there');
  });

  test.each<[string, JsonObject, string, string]>([
    [
      'a background step that ends',
      { steps: [{ name: 'serve', argv: shell('exit 0'), background: true }] },
      'COMMAND_FAILED',
      'serve ended with code 0 before all was ready',
    ],
    [
      'a program that is missing',
      { steps: [{ name: 'x', argv: ['no-such-program'] }] },
      'TOOL_MISSING',
      'no-such-program',
    ],
    [
      'one in the background',
      { steps: [{ name: 'x', argv: ['no-such-program'], background: true }] },
      'TOOL_MISSING',
      'no-such-program',
    ],
    ['never ready', { steps: [{ name: 'x', argv: ['true'] }], within: 300 }, 'TIMED_OUT', 'test ended with 1'],
    [
      'a step that never ends',
      { steps: [{ name: 'x', argv: node(forever('')) }], within: 300 },
      'TIMED_OUT',
      'did not end within',
    ],
    ['a commit that is not there', { steps: [install], commit: 'v9' }, 'NOT_FOUND', 'has no commit v9'],
    ['no repository', { steps: [install], folder: '.' }, 'NOT_FOUND', 'no git repository'],
    ['two steps of one name', { steps: [install, install] }, 'BAD_INPUT', 'name of its own'],
    ['a folder outside of the copy', { steps: [{ ...install, cwd: '../..' }] }, 'BAD_INPUT', 'a folder of the copy'],
  ])('%s', async (_, input, code, words) => {
    const run = await made(fresh(), input);
    const failure = failed(run);
    expect(failure.code).toBe(code);
    expect(failure.message).toContain(words);
    if (existsSync(join(run.folder, 'remember.json'))) expect(existsSync(copyOf(run))).toBe(false);
  });
});
