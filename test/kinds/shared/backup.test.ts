import { chmodSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, test } from '@jest/globals';
import { backupFolder } from '../../../activities/step/step-evidence.js';
import type { JsonObject } from '../../../model/json.js';
import { failed, passed, runStep, type RunOverrides, runTask, type StepRun } from '../../kits/step-run.js';
import { temporaryFolder, undoOf } from '../../kits/step-run.js';

/** A project of its own, and steps that write its file `app.conf`. */
function project(before?: string) {
  const base = temporaryFolder();
  const path = join(base, 'app.conf');
  if (before !== undefined) writeFileSync(path, before);
  const goLive = { baseDir: base, evidenceDir: join(base, 'evidence', 'shop', 'c1') };
  const step = (kind: string, input: JsonObject, task: RunOverrides['task'] = {}, runId = 'run-1') =>
    runStep(kind, input, { goLive, task, runId });
  return {
    base,
    path,
    now: () => readFileSync(path, 'utf8'),
    step,
    write: (content: string, task: RunOverrides['task'] = {}, runId?: string) =>
      step('file.write', { path: 'app.conf', content }, task, runId),
    undo: (kind: string, { task, result }: StepRun) => {
      const undo = undoOf(task, result?.outputs);
      return runTask(kind, { ...undo, step: `undo-${task.step}-${task.epoch}` }, { part: 'undo' });
    },
    besides: () => readdirSync(base).filter((name) => name !== 'evidence'),
    backups: ({ task }: StepRun) => {
      const folder = backupFolder(goLive.evidenceDir, task);
      return { folder, names: readdirSync(folder).filter((name) => name !== '.gitignore') };
    },
  };
}

test('a file that several steps wrote, twice alike, comes back as it was before each, newest first, also undone twice', async () => {
  const { write, undo, now, besides } = project('off');
  const contents = ['on', 'off', 'on', 'on and a banner', 'off', 'on'];
  const runs: StepRun[] = [];
  for (const [index, content] of contents.entries()) runs.push(await write(content, { step: `s${index}` }));
  for (const [index, run] of [...runs.entries()].toReversed()) {
    passed(await undo('file.write', run));
    passed(await undo('file.write', run));
    expect(now()).toBe(index === 0 ? 'off' : contents[index - 1]);
  }
  // An undo that comes again when earlier ones were taken back has nothing to do any more.
  expect(passed(await undo('file.write', runs[3] ?? (await write('x')))).summary).toContain(
    'already taken back: restored',
  );
  expect(now()).toBe('off');
  expect(besides()).toEqual(['app.conf']);
});

test('each attempt and each epoch of a step keeps what stood there before itself', async () => {
  const { write, undo, now } = project('0');
  const runs = [
    await write('1', { epoch: 1 }),
    await write('0', { epoch: 2 }),
    await write('2', { phaseAttempt: 2 }),
  ] as const;
  for (const [run, before] of [[runs[2], '0'] as const, [runs[1], '1'] as const, [runs[0], '0'] as const]) {
    passed(await undo('file.write', run));
    expect(now()).toBe(before);
  }
});

test('what killed attempts of one deed kept stays; a deed done anew after its undo keeps what stands then', async () => {
  const { write, undo, now, path } = project('0');
  const first = await write('1');
  expect(passed(await write('1', {}, 'run-2')).outputs).toMatchObject({ written: true });
  passed(await undo('file.write', first));
  expect(now()).toBe('0');
  writeFileSync(path, 'by hand');
  const again = await write('1', {}, 'run-3');
  passed(await undo('file.write', again));
  expect(now()).toBe('by hand');
});

test('what a later attempt of the deed wrote is no stranger’s', async () => {
  const { base, step, undo, now } = project('old');
  const copy = (runId: string) => step('file.copy', { from: 'source', to: 'app.conf' }, {}, runId);
  writeFileSync(join(base, 'source'), 'new');
  passed(await copy('run-1'));
  writeFileSync(join(base, 'source'), 'newer');
  const run = await copy('run-2');
  expect(passed(await undo('file.copy', run)).evidence).toEqual([]);
  expect(now()).toBe('old');
});

test.each([
  ['file.write', { path: 'app.conf', content: 'new' }],
  ['file.copy', { from: 'source', to: 'app.conf' }],
  ['file.restore', { from: 'source', to: 'app.conf' }],
  ['badge.update', { file: 'app.conf', label: 'agent', message: 'ok' }],
])(
  '%s leaves nothing beside a file; what somebody else wrote since is kept and said, then gives way',
  async (kind, input) => {
    const before = 'old <!-- golive-badge:start --><!-- golive-badge:end -->';
    const { base, step, undo, now, path, besides } = project(before);
    writeFileSync(join(base, 'source'), 'new');
    const run = await step(kind, input);
    passed(run);
    expect(besides().toSorted()).toEqual(['app.conf', 'source']);
    writeFileSync(path, 'of somebody else');
    const undone = await undo(kind, run);
    const { summary, evidence } = passed(undone);
    expect(now()).toBe(before);
    expect(summary).toContain('what somebody else wrote there since is kept as');
    expect(evidence.map(({ name }) => name)).toEqual(['found']);
    expect(readFileSync(join(undone.folder, 'found'), 'utf8')).toBe('of somebody else');
    expect(besides().toSorted()).toEqual(['app.conf', 'source']);
  },
);

test('what somebody else wrote with a credential in it is kept beside the bundle, not in it', async () => {
  const { write, undo, path } = project();
  const run = await write('new');
  const token = ['ghp_', 'AbCdEfGhIjKlMnOpQrStUvWxYz0123456789'].join('');
  writeFileSync(path, `TOKEN=${token}\n`);
  const undone = await undo('file.write', run);
  expect(passed(undone).summary).toContain('and not in the bundle');
  expect(existsSync(join(undone.folder, 'found'))).toBe(false);
});

test('where nothing stood before, what somebody else wrote since is kept, and nothing stands there again', async () => {
  const { write, undo, path, besides } = project();
  const run = await write('new');
  writeFileSync(path, 'of somebody else');
  const undone = await undo('file.write', run);
  expect(passed(undone).summary).toContain('kept as');
  expect(readFileSync(join(undone.folder, 'found'), 'utf8')).toBe('of somebody else');
  expect(besides()).toEqual([]);
});

test('a folder comes back with its modes, and the files that somebody else wrote in it are kept with their names', async () => {
  const { base, step, undo } = project();
  const [from, to] = [join(base, 'source'), join(base, 'there')];
  for (const folder of [from, to, join(to, 'below')]) mkdirSync(folder);
  writeFileSync(join(from, 'a'), 'alpha');
  writeFileSync(join(to, 'below', 'key'), 'old', { mode: 0o600 });
  chmodSync(join(to, 'below'), 0o750);
  const run = await step('file.restore', { from: 'source', to: 'there' });
  passed(run);
  expect(readdirSync(to)).toEqual(['a']);
  writeFileSync(join(to, 'a note'), 'of somebody else');
  const undone = await undo('file.restore', run);
  expect(passed(undone).evidence.map(({ name }) => name)).toEqual(['found/1', 'found/2', 'found.txt']);
  expect(readFileSync(join(undone.folder, 'found.txt'), 'utf8')).toMatch(/ {2}1 {2}a\n[0-9a-f]{64} {2}2 {2}a note\n/);
  expect(readdirSync(to)).toEqual(['below']);
  expect(readFileSync(join(to, 'below', 'key'), 'utf8')).toBe('old');
  expect(statSync(join(to, 'below')).mode & 0o777).toBe(0o750);
  expect(statSync(join(to, 'below', 'key')).mode & 0o777).toBe(0o600);
});

test.each([
  ['of an environment file', 'env.ensure', { file: 'app.conf', set: { MODE: 'new' } }, 0o644],
  ['of a file that only its owner may read', 'file.write', { path: 'app.conf', content: 'new' }, 0o600],
])(
  'what somebody else wrote %s is kept for its owner alone, outside of the bundle',
  async (_what, kind, input, mode) => {
    const { step, undo, now, path, backups } = project('MODE=old\n');
    chmodSync(path, mode);
    const run = await step(kind, input);
    passed(run);
    const { folder, names } = backups(run);
    for (const one of [folder, dirname(folder), dirname(dirname(folder))])
      expect(statSync(one).mode & 0o777).toBe(0o700);
    expect(names).toHaveLength(1);
    // No environment file that all readers take alike: it cannot be told what of it is the step's.
    writeFileSync(path, 'TOKEN=canary-7710\rX=1\n');
    const undone = await undo(kind, run);
    expect(passed(undone).summary).toContain('and not in the bundle, for it may hold secrets');
    expect(now()).toBe('MODE=old\n');
    expect(statSync(path).mode & 0o777).toBe(mode);
    const left = backups(run).names.filter((name) => name.startsWith('found-'));
    expect(left.map((name) => readFileSync(join(folder, name), 'utf8'))).toEqual(['TOKEN=canary-7710\rX=1\n']);
    for (const { path: ref } of undone.result?.evidence ?? []) expect(ref).not.toContain('found');
  },
);

test('what was kept is gone once it was brought back', async () => {
  const { write, undo, backups } = project('old');
  const run = await write('new');
  passed(run);
  passed(await undo('file.write', run));
  expect(backups(run).names).toEqual([expect.stringMatching(/\.taken-back$/)]);
});

test('a backup that is gone or was altered is a failed undo, and so is a memory that is gone', async () => {
  const { write, undo, now, backups, path } = project('old');
  const run = await write('new');
  const { folder, names } = backups(run);
  const backup = join(folder, names[0] ?? '');
  writeFileSync(backup, 'altered');
  expect(failed(await undo('file.write', run))).toMatchObject({ code: 'EXPECTATION_FAILED' });
  rmSync(backup);
  const gone = failed(await undo('file.write', run));
  expect(gone.code).toBe('NOT_FOUND');
  expect(gone.message).toContain(`What stood at ${path} before the step is gone`);
  rmSync(run.folder, { recursive: true });
  expect(failed(await undo('file.write', run)).message).toContain('left for its undo is gone');
  expect(now()).toBe('new');
});

test('a call of an undo list that writes by itself needs nothing of what the step left', async () => {
  const { path, step, now } = project('old');
  const run = await step('command.run', { argv: ['true'] }, { effect: 'idempotent' });
  passed(run);
  rmSync(run.folder, { recursive: true });
  const { undoes, ...call } = undoOf(run.task);
  if (!undoes) throw new Error('it undoes nothing');
  const undo = { ...call, input: { path, content: 'by hand' }, undoes: { ...undoes, deedDone: true } };
  passed(await runTask('file.write', undo));
  expect(now()).toBe('by hand');
});
