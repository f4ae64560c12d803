import type { ChildProcess } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  renameSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { meanwhile } from '../../kits/meanwhile.js';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, type StepRun, runTask, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

/** Numbers its lines, and opens its log anew when it was renamed. */
const WRITER = `
const fs = require('node:fs'); const [, , path, mode] = process.argv; let n = 0;
let fd = fs.openSync(path, 'a');
const reopen = () => { fs.closeSync(fd); fd = fs.openSync(path, 'a'); };
process.on('SIGHUP', reopen);
setInterval(() => { if (mode === 'looks') { try { if (fs.statSync(path).ino !== fs.fstatSync(fd).ino) reopen(); } catch { reopen(); } }
  for (let i = 0; i < 20; i++) { n += 1; if (mode === 'loses' && n % 500 === 0) continue; fs.writeSync(fd, 'line seq=' + n + ' ' + 'x'.repeat(80) + '\\n'); } }, 5);
`;
async function writing(folder: string, mode: string): Promise<ChildProcess> {
  const child = sleeper('writer', WRITER, join(folder, 'agent.log'), mode);
  writeFileSync(join(folder, 'agent.pid'), String(child.pid));
  await eventually(
    () => (existsSync(join(folder, 'agent.log')) ? readFileSync(join(folder, 'agent.log')).length : 0) > 60_000,
    'the log grows',
  );
  return child;
}
const SEQUENCE = 'seq=([0-9]+)';

stepKit('log.rotate', {
  // Its writer goes on meanwhile.
  programsWrite: ['agent.log'],
  good: async (folder) => {
    await writing(folder, 'looks');
    return { files: ['agent.log'], over: 50_000, sequence: SEQUENCE };
  },
  bad: () => ({ files: ['absent.log'] }),
  badCode: 'NOT_FOUND',
});

describe('log.rotate', () => {
  test('seven are kept, the oldest goes, the writer goes on, and no line is lost', async () => {
    const base = temporaryFolder();
    for (let number = 1; number <= 7; number += 1) writeFileSync(join(base, `agent.log.${number}`), `old ${number}`);
    writeFileSync(join(base, 'agent.log.backup'), 'mine');
    await writing(base, 'hup');
    const input = { files: ['agent.log'], over: 50_000, keep: 7, reopen: { pidFile: 'agent.pid' }, sequence: SEQUENCE };
    const run = await runStep('log.rotate', input, at(base));
    expect(passed(run).outputs).toMatchObject({ rotated: 1, kept: 7, removed: 1, writing: 1, lost: 0, doubled: 0 });
    expect(readFileSync(join(base, 'agent.log.2'), 'utf8')).toBe('old 1');
    expect(readFileSync(join(base, 'agent.log.7'), 'utf8')).toBe('old 6');
    expect(readdirSync(base).filter((name) => name.startsWith('agent.log')).length).toBe(9);
    expect(readFileSync(join(base, 'agent.log.backup'), 'utf8')).toBe('mine');
  });
  test('a writer that does not open its log anew is told', async () => {
    const base = temporaryFolder();
    await writing(base, 'deaf');
    const run = await runStep('log.rotate', { files: ['agent.log'], over: 50_000, settle: '300ms' }, at(base));
    expect(passed(run).outputs).toMatchObject({ rotated: 1, writing: 0 });
  });
  test('lines that are missing are counted', async () => {
    const base = temporaryFolder();
    await writing(base, 'loses');
    const input = { files: ['agent.log'], over: 50_000, settle: '100ms', sequence: SEQUENCE };
    const { lost } = passed(await runStep('log.rotate', input, at(base))).outputs as Record<string, number>;
    expect(lost).toBeGreaterThan(0);
  });
  test('an attempt that ended after the log was moved is gone on with: it is not moved again', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'agent.log.1'), 'old 1');
    await writing(base, 'hup');
    const input = { files: ['agent.log'], over: 50_000, reopen: { pidFile: 'agent.pid' }, sequence: SEQUENCE };
    // Its writer is asked before the log is moved, and again before it is told.
    const call = meanwhile('log.rotate', () => renameSync(join(base, 'agent.pid'), join(base, 'pid')));
    const first = await runStep('log.rotate', input, { ...at(base), call });
    expect(failed(first).message).toContain('nobody is told to open the log anew');
    expect(existsSync(join(base, 'agent.log'))).toBe(false);
    renameSync(join(base, 'pid'), join(base, 'agent.pid'));
    const { outputs } = passed(await runTask('log.rotate', first.task));
    expect(outputs).toMatchObject({ rotated: 1, kept: 2, writing: 1, lost: 0, doubled: 0 });
    expect(readFileSync(join(base, 'agent.log.2'), 'utf8')).toBe('old 1');
  });
  test('a small log stays', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'small.log'), 'x');
    expect(passed(await runStep('log.rotate', { files: ['small.log'] }, at(base))).outputs).toMatchObject({
      rotated: 0,
    });
    expect(readdirSync(base).filter((name) => name.startsWith('small'))).toEqual(['small.log']);
  });
  test('a sequence that no line has is no proof', async () => {
    const base = temporaryFolder();
    await writing(base, 'looks');
    const run = await runStep('log.rotate', { files: ['agent.log'], over: 50_000, sequence: 'nr=([0-9]+)' }, at(base));
    expect(failed(run).code).toBe('EXPECTATION_FAILED');
  });

  test.each([
    [
      'a pid file older than its process',
      'is older than the process',
      (base: string) => utimesSync(join(base, 'agent.pid'), 1000, 1000),
    ],
    [
      'a pid file without an id',
      'does not begin with the id',
      (base: string) => writeFileSync(join(base, 'agent.pid'), 'soon\n'),
    ],
    ['an empty pid file', 'does not begin with the id', (base: string) => writeFileSync(join(base, 'agent.pid'), '')],
    ['no pid file', 'is not there', (base: string) => rmSync(join(base, 'agent.pid'))],
    [
      'this worker',
      'names this worker itself',
      (base: string) => writeFileSync(join(base, 'agent.pid'), `${process.pid}\n`),
    ],
    ['the id of nobody', 'which does not run', (base: string) => writeFileSync(join(base, 'agent.pid'), '4194303\n')],
  ])('%s is not believed: nothing is renamed, nobody is signalled', async (_what, why, spoil) => {
    const base = temporaryFolder();
    const writer = await writing(base, 'hup');
    spoil(base);
    const input = { files: ['agent.log'], over: 50_000, reopen: { pidFile: 'agent.pid' } };
    expect(failed(await runStep('log.rotate', input, at(base))).message).toContain(why);
    expect(existsSync(join(base, 'agent.log.1'))).toBe(false);
    expect(writer.exitCode).toBe(null);
  });
  test('a process that the signal would end, or of another command, is no writer', async () => {
    const base = temporaryFolder();
    const writer = await writing(base, 'hup');
    for (const [reopen, why] of [
      [{ pidFile: 'agent.pid', signal: 'SIGUSR2' }, 'does not handle SIGUSR2 and would be ended by it'],
      [{ pidFile: 'agent.pid', command: 'postgres' }, 'has no "postgres" in its command line'],
    ] as const) {
      const run = await runStep(
        'log.rotate',
        { files: ['agent.log'], over: 50_000, reopen },
        { ...at(base), task: { step: why.slice(0, 3) } },
      );
      expect(failed(run).message).toContain(why);
    }
    expect(existsSync(join(base, 'agent.log.1'))).toBe(false);
    expect(writer.exitCode).toBe(null);
  });
  test('a pid file as Postgres writes it is read by its first line', async () => {
    const base = temporaryFolder();
    const writer = await writing(base, 'hup');
    writeFileSync(
      join(base, 'agent.pid'),
      `${writer.pid}\n/var/lib/data\n1764150000\n5432\n/run\nlocalhost\n 1 2\nready   \n`,
    );
    const input = { files: ['agent.log'], over: 50_000, reopen: { pidFile: 'agent.pid', command: 'writer' } };
    expect(passed(await runStep('log.rotate', input, at(base))).outputs).toMatchObject({ rotated: 1, writing: 1 });
  });
  test('a log that is a link: what it names is rotated, once, and the link stays', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'real'));
    writeFileSync(join(base, 'real', 'app.log'), 'line\n'.repeat(100));
    symlinkSync('real/app.log', join(base, 'current.log'));
    symlinkSync('real', join(base, 'folder'));
    const input = { files: ['current.log', 'real/app.log', 'folder/app.log'], over: 100, settle: '100ms' };
    const { outputs, summary } = passed(await runStep('log.rotate', input, at(base)));
    expect(outputs).toMatchObject({ rotated: 1, kept: 1 });
    expect(summary).toContain(join('real', 'app.log.1'));
    expect(readlinkSync(join(base, 'current.log'))).toBe('real/app.log');
    expect(readdirSync(join(base, 'real'))).toEqual(['app.log', 'app.log.1']);
    expect(readFileSync(join(base, 'current.log'), 'utf8')).toBe('');
  });
  test('eight at once on one log: no old log is lost, and one of them moves it', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'a.log'), 'line\n'.repeat(100));
    for (const number of [1, 2, 3]) writeFileSync(join(base, `a.log.${number}`), `old ${number}`);
    const runs = await Promise.all(
      Array.from({ length: 8 }, (_, index) =>
        runStep(
          'log.rotate',
          { files: ['a.log'], over: 100, settle: '50ms' },
          { ...at(base), task: { step: `r${index}` } },
        ),
      ),
    );
    expect(runs.filter(({ result }) => result)).toHaveLength(1);
    for (const run of runs) if (!run.result) expect(failed(run).code).toBe('NOT_FOUND');
    expect([1, 2, 3, 4].map((number) => readFileSync(join(base, `a.log.${number}`), 'utf8').slice(0, 5))).toEqual([
      'line\n',
      'old 1',
      'old 2',
      'old 3',
    ]);
  });
  test('a folder or a pipe is no log, and a sequence that is no pattern is found before anything is renamed', async () => {
    const base = temporaryFolder();
    mkdirSync(join(base, 'dir.log'));
    expect(failed(await runStep('log.rotate', { files: ['dir.log'], over: 1 }, at(base))).message).toContain(
      'no regular file',
    );
    writeFileSync(join(base, 'a.log'), 'line\n');
    const run = await runStep(
      'log.rotate',
      { files: ['a.log'], over: 1, sequence: '(' },
      { ...at(base), task: { step: 'two' } },
    );
    expect(failed(run).code).toBe('BAD_INPUT');
    expect(readdirSync(base).filter((name) => name.startsWith('a.log'))).toEqual(['a.log']);
  });

  const rotated = (base: string, more: object = {}): Promise<StepRun> =>
    runStep('log.rotate', { files: ['a.log'], over: 1, settle: '10ms', ...more }, at(base));

  test('only an unbroken chain of numbers is of the rotation; what stands behind it stays', async () => {
    const base = temporaryFolder();
    const others = ['a.log.20261126', 'a.log.4711', 'a.log.9007199254740993', 'a.log.5', 'a.log.01'];
    for (const name of ['a.log', 'a.log.1', 'a.log.2', ...others]) writeFileSync(join(base, name), name);
    expect(passed(await rotated(base, { keep: 2 })).outputs).toMatchObject({ rotated: 1, kept: 2, removed: 1 });
    const names = readdirSync(base).filter((name) => name.startsWith('a.log'));
    expect(names.toSorted()).toEqual(['a.log.1', 'a.log.2', ...others].toSorted());
    expect(others.map((name) => readFileSync(join(base, name), 'utf8'))).toEqual(others);
    expect(readFileSync(join(base, 'a.log.2'), 'utf8')).toBe('a.log.1');
  });
  test('a folder in the chain of one log is found before any is renamed', async () => {
    const base = temporaryFolder();
    for (const name of ['a.log', 'b.log', 'b.log.1']) writeFileSync(join(base, name), name);
    mkdirSync(join(base, 'b.log.2'));
    const failure = failed(await rotated(base, { files: ['a.log', 'b.log'] }));
    expect(failure).toMatchObject({ code: 'BAD_INPUT' });
    expect(failure.message).toContain('b.log.2 is no file');
    const names = readdirSync(base).filter((name) => name.includes('.log'));
    expect(names).toEqual(['a.log', 'b.log', 'b.log.1', 'b.log.2']);
  });
  test.each<[string, string, object]>([
    ['stamps beyond 2^53', '9007199254740992\n9007199254740993\n9007199254740995\n', { lost: 1, doubled: 0 }],
    ['one of them twice', '9007199254740993\n9007199254740993\n', { lost: 0, doubled: 1 }],
    ['what is no number', '1\n \n0x10\n1e3\n+2\n2\n', { lost: 0, doubled: 0 }],
    ['less than nothing', '-1\n0\n1\n', { lost: 0, doubled: 0 }],
  ])('a sequence with %s', async (_, text, outputs) => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'a.log'), text);
    expect(passed(await rotated(base, { sequence: '^(.*)$' })).outputs).toMatchObject(outputs);
  });
  test('numbers that lie too far apart are none that run', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'a.log'), '1\n99999999999999999999\n');
    expect(failed(await rotated(base, { sequence: '^(.*)$' })).code).toBe('EXPECTATION_FAILED');
  });
});
