import { chmodSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from '@jest/globals';
import { backupFolder } from '../../../activities/step/step-evidence.js';
import { changesOf, type Running } from '../../../kinds/stack/compose-undo.js';
import { isJsonObject, parseJson } from '../../../model/json.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

test.each([
  ['what began since is stopped', {}, { api: ['1'] }, { api: ['1'] }, { stop: ['api'] }],
  ['what ran before is left alone', { api: ['1'] }, { api: ['1'] }, { api: ['1'] }, {}],
  ['what was replaced is brought back', { api: ['1'] }, { api: ['2'] }, { api: ['2'] }, { bringBack: ['api'] }],
  ['what was to be replaced and is gone, too', { api: ['1'] }, undefined, {}, { bringBack: ['api'] }],
  ['what somebody else began since is left', {}, {}, { api: ['1'] }, { left: ['api'] }],
  ['what somebody else replaced since is left', { api: ['1'] }, { api: ['2'] }, { api: ['3'] }, { left: ['api'] }],
  ['the order of containers says nothing', { api: ['1', '2'] }, undefined, { api: ['2', '1'] }, {}],
])('%s', (_name, running: Running, after: Running | undefined, now: Running, changes) => {
  expect(changesOf({ running, definition: null, ...(after ? { after } : {}) }, now)).toEqual({
    stop: [],
    bringBack: [],
    left: [],
    ...changes,
  });
});

/** A program named docker that keeps its containers in a file: a name, an id and a definition in each line. */
const DOCKER = `#!/usr/bin/env node
const fs = require('node:fs');
const args = process.argv.slice(2);
const base = __dirname;
fs.appendFileSync(base + '/calls', args.join(' ') + '\\n');
const file = args[args.indexOf('-f') + 1];
const verb = args.slice(args.indexOf('--project-directory') + 2);
const state = () => JSON.parse(fs.readFileSync(base + '/containers', 'utf8'));
if (args[0] !== 'compose' || args[1] === 'version') process.exit(0);
const definition = fs.readFileSync(file, 'utf8').trim();
if (verb[0] === 'config') console.log(verb[1] ? 'api\\ndb' : definition);
if (verb[0] === 'ps') for (const [Service, { ID }] of Object.entries(state())) console.log(JSON.stringify({ ID, Service, State: 'running' }));
if (verb[0] === 'up') {
  const all = state();
  const names = ['api', 'db'].filter((name) => verb.includes(name));
  for (const name of names.length ? names : ['api', 'db'])
    if (all[name]?.definition !== definition) all[name] = { ID: String(Math.random()), definition };
  fs.writeFileSync(base + '/containers', JSON.stringify(all));
}
if (verb[0] === 'rm') {
  const all = state();
  for (const name of verb.slice(3)) delete all[name];
  fs.writeFileSync(base + '/containers', JSON.stringify(all));
}
`;

function containers() {
  const base = temporaryFolder();
  const bin = join(base, 'bin');
  const folder = join(base, 'stack');
  for (const one of [bin, folder]) mkdirSync(one);
  writeFileSync(join(bin, 'docker'), DOCKER);
  chmodSync(join(bin, 'docker'), 0o755);
  writeFileSync(join(bin, 'containers'), '{}');
  const env = { ...process.env, PATH: `${bin}:${process.env.PATH}` };
  return {
    folder,
    define: (text: string) => writeFileSync(join(folder, 'compose.yaml'), text),
    run: (change: string, services?: string[]) => {
      const input = { stack: 'stack', driver: 'compose', ...(services ? { services } : {}) };
      return runStep('stack.up', input, { env, goLive: { baseDir: base, evidenceDir: join(base, 'e', change) } });
    },
    undo: (run: Awaited<ReturnType<typeof runStep>>) =>
      runTask('stack.up', undoOf(run.task, run.result?.outputs), { part: 'undo', env }),
    now: () => {
      const all = parseJson(readFileSync(join(bin, 'containers'), 'utf8'));
      const entries = Object.entries(isJsonObject(all) ? all : {});
      return Object.fromEntries(entries.map(([name, one]) => [name, isJsonObject(one) ? one.definition : one]));
    },
  };
}

test('containers that the step began are removed, those that it replaced come back by their earlier definition', async () => {
  const { define, run, undo, now, folder } = containers();
  define('one');
  passed(await run('c1', ['db']));
  expect(statSync(join(folder, '.stack', 'compose.yaml')).mode & 0o777).toBe(0o600);
  define('two');
  const second = await run('c2');
  passed(second);
  expect(now()).toEqual({ api: 'two', db: 'two' });
  for (const summary of [/^1 service stopped that the step had started, 1 brought back/, /^already taken back/]) {
    expect(passed(await undo(second)).summary).toMatch(summary);
    expect(now()).toEqual({ db: 'one' });
  }
});

test('containers whose earlier definition nobody kept are left as they are, and the undo fails', async () => {
  const { define, run, undo, now, folder } = containers();
  define('one');
  passed(await run('c1', ['db']));
  rmSync(join(folder, '.stack'), { recursive: true });
  define('two');
  const second = await run('c2', ['db']);
  expect(failed(await undo(second)).message).toBe('It is not known how db was started before the step.');
  expect(now()).toEqual({ db: 'two' });
});

test('without what was kept the undo of a deed that was done fails, and removes nothing', async () => {
  const { define, run, undo, now } = containers();
  define('one');
  const first = await run('c1');
  passed(first);
  const before = now();
  const backups = backupFolder(first.task.goLive.evidenceDir, first.task);
  const [own = ''] = readdirSync(backups);
  rmSync(join(backups, own, 'stack.json'));
  expect(failed(await undo(first)).message).toContain('before the step is gone');
  rmSync(backups, { recursive: true });
  expect(failed(await undo(first)).message).toContain('before the step is gone');
  // Cut off, it is not known to be done; its memory says that there were backups.
  const journal = join(first.folder, 'ledger.jsonl');
  writeFileSync(journal, readFileSync(journal, 'utf8').replace(/\n[^]*/, '\n'));
  expect(failed(await undo({ ...first, result: undefined })).message).toContain('before the step is gone');
  expect(now()).toEqual(before);
});
