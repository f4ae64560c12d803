import {
  chmodSync,
  chownSync,
  existsSync,
  linkSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { StepCall } from '../../../activities/step/step.js';
import type { JsonObject } from '../../../model/json.js';
import { changeFile } from '../../../kinds/shared/replace.js';
import { stepCalls } from '../../../kinds/hands.js';
import { failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

const at = (baseDir: string) => ({ goLive: { baseDir, folders: [baseDir] } });
const step = (id: string) => ({ task: { step: id } });
/** Whom a file may be given to: anybody by root, one of their own groups by others. */
const OWNER =
  process.getuid?.() === 0
    ? { uid: 1234, gid: 2345 }
    : { uid: process.getuid?.() ?? 0, gid: process.getgroups?.().at(-1) ?? 0 };

/** A step that changes one file as the test says. */
function changing(file: string, decide: (there: Buffer | undefined) => Promise<Buffer>): StepCall {
  const call = stepCalls.call('file.write', 'do');
  const hands: StepCall['handler'] = {
    do: async (_input, context) => {
      const { written, said } = await changeFile(context.path(file), context, async (there) => ({
        content: await decide(there),
      }));
      return { outputs: { written, bytes: 0, digest: '' }, summary: said };
    },
  };
  return { ...call, handler: hands };
}
const INPUT = { path: 'f', content: '' };

describe('two at once on one file', () => {
  test('eight steps of eight go-lives set a variable each: none is lost, none is said that is not so', async () => {
    const base = realpathSync(temporaryFolder());
    writeFileSync(join(base, '.env'), 'A=0\n');
    const names = Array.from({ length: 8 }, (_, index) => `V${index}`);
    const runs = await Promise.all(
      names.map((name) =>
        runStep(
          'env.ensure',
          { file: '.env', set: { [name]: 'x' } },
          {
            goLive: { baseDir: base, folders: [base], evidenceDir: join(base, `evidence-${name}`) },
            task: { step: `e-${name}` },
          },
        ),
      ),
    );
    for (const [index, run] of runs.entries()) expect(passed(run).outputs).toMatchObject({ changed: [names[index]] });
    const lines = readFileSync(join(base, '.env'), 'utf8').trim().split('\n');
    expect(lines.toSorted()).toEqual(['A=0', ...names.map((name) => `${name}=x`)]);
  });

  test('somebody who takes no turns and writes meanwhile is kept: it is begun anew from what stands there', async () => {
    const base = realpathSync(temporaryFolder());
    const file = join(base, 'f');
    writeFileSync(file, 'one\n');
    let asked = 0;
    const run = await runStep('file.write', INPUT, {
      ...at(base),
      call: changing('f', async (there) => {
        asked += 1;
        if (asked === 1) writeFileSync(file, 'two, by somebody else\n');
        return Buffer.concat([there ?? Buffer.alloc(0), Buffer.from('ours\n')]);
      }),
    });
    passed(run);
    expect(readFileSync(file, 'utf8')).toBe('two, by somebody else\nours\n');
    passed(await runTask('file.write', undoOf(run.task), { part: 'undo' }));
    expect(readFileSync(file, 'utf8')).toBe('two, by somebody else\n');
  });

  test('one that is changed again and again is left to them', async () => {
    const base = realpathSync(temporaryFolder());
    const file = join(base, 'f');
    writeFileSync(file, '0');
    let asked = 0;
    const call = changing('f', async () => {
      asked += 1;
      writeFileSync(file, 'x'.repeat(asked + 1));
      return Buffer.from('ours');
    });
    expect(failed(await runStep('file.write', INPUT, { ...at(base), call }))).toMatchObject({ code: 'CHECK_FAILED' });
    expect(readFileSync(file, 'utf8')).toMatch(/^x+$/);
  });
});

describe('what a replaced file keeps', () => {
  test.each([0o600, 0o640, 0o444, 0o755])('its mode %o', async (mode) => {
    const base = realpathSync(temporaryFolder());
    const file = join(base, 'f');
    writeFileSync(file, 'old');
    chmodSync(file, mode);
    passed(await runStep('file.write', { path: 'f', content: 'new' }, at(base)));
    expect(statSync(file).mode & 0o7777).toBe(mode);
    expect(readFileSync(file, 'utf8')).toBe('new');
  });

  test('its owner, also after the undo', async () => {
    const base = realpathSync(temporaryFolder());
    const file = join(base, 'f');
    writeFileSync(file, 'old', { mode: 0o600 });
    chownSync(file, OWNER.uid, OWNER.gid);
    const run = await runStep('file.write', { path: 'f', content: 'new' }, at(base));
    passed(run);
    expect(statSync(file)).toMatchObject(OWNER);
    passed(await runTask('file.write', undoOf(run.task), { part: 'undo' }));
    expect(statSync(file)).toMatchObject(OWNER);
    expect(readFileSync(file, 'utf8')).toBe('old');
  });

  test('what has a second name keeps the old content under it, and that is told', async () => {
    const base = realpathSync(temporaryFolder());
    writeFileSync(join(base, 'f'), 'old');
    linkSync(join(base, 'f'), join(base, 'g'));
    const { summary } = passed(await runStep('file.write', { path: 'f', content: 'new' }, at(base)));
    expect(summary).toContain('1 other name of it keeps the old content');
    expect(readFileSync(join(base, 'g'), 'utf8')).toBe('old');
  });
});

describe('links', () => {
  test('a link is not followed: it stays, and what it names', async () => {
    const base = realpathSync(temporaryFolder());
    writeFileSync(join(base, 'real'), 'old');
    symlinkSync('real', join(base, 'f'));
    for (const kind of ['file.write', 'env.ensure']) {
      const input: JsonObject = kind === 'file.write' ? { path: 'f', content: 'new' } : { file: 'f', set: { A: '1' } };
      const run = await runStep(kind, input, { ...at(base), ...step(kind.replace('.', '-')) });
      expect(failed(run).message).toContain('is a link to real, so it is not replaced');
    }
    expect(readlinkSync(join(base, 'f'))).toBe('real');
    expect(readFileSync(join(base, 'real'), 'utf8')).toBe('old');
  });

  test('a folder that is a link is told, and the undo finds the file when the link leads elsewhere by then', async () => {
    const base = realpathSync(temporaryFolder());
    for (const release of ['one', 'two']) {
      mkdirSync(join(base, release));
      writeFileSync(join(base, release, 'f'), release);
    }
    symlinkSync('one', join(base, 'current'));
    const run = await runStep('file.write', { path: 'current/f', content: 'new' }, at(base));
    expect(passed(run).summary).toContain(`(which leads to ${join(base, 'one', 'f')})`);
    rmSync(join(base, 'current'));
    symlinkSync('two', join(base, 'current'));
    passed(await runTask('file.write', undoOf(run.task), { part: 'undo' }));
    expect(['one', 'two'].map((release) => readFileSync(join(base, release, 'f'), 'utf8'))).toEqual(['one', 'two']);
  });

  test('a pipe and a folder are no files to write', async () => {
    const base = realpathSync(temporaryFolder());
    execFileSync('mkfifo', [join(base, 'pipe')]);
    mkdirSync(join(base, 'folder'));
    for (const path of ['pipe', 'folder']) {
      const run = await runStep('file.write', { path, content: 'x' }, { ...at(base), ...step(path) });
      expect(failed(run).message).toContain('is no regular file');
    }
    const copied = await runStep('file.copy', { from: 'pipe', to: 'f' }, { ...at(base), ...step('copy') });
    expect(failed(copied).message).toContain('is no regular file');
  });
});

test('nothing is written when what is to be written is refused, and no draft is left', async () => {
  const base = realpathSync(temporaryFolder());
  writeFileSync(join(base, '.env'), Buffer.from('\uFEFFA=1\r\n', 'utf16le'));
  const before = readdirSync(base);
  expect(failed(await runStep('env.ensure', { file: '.env', set: { A: '2' } }, at(base))).message).toContain(
    'is not UTF-8 text: it is UTF-16',
  );
  expect(readdirSync(base).filter((name) => !name.includes('evidence'))).toEqual(before);
  writeFileSync(join(base, '.env'), Buffer.from([0x41, 0x3d, 0xe4, 0x0a]));
  const run = await runStep('env.ensure', { file: '.env', set: { A: '2' } }, { ...at(base), ...step('latin') });
  expect(failed(run).message).toContain('byte 3 is none of it');
});

test('a file that was taken away between two attempts is made anew, and the undo knows what stood there first', async () => {
  const base = realpathSync(temporaryFolder());
  const file = join(base, 'f');
  writeFileSync(file, 'old');
  const first = await runStep('file.write', { path: 'f', content: 'new' }, at(base));
  renameSync(file, join(base, 'away'));
  passed(await runTask('file.write', first.task));
  passed(await runTask('file.write', undoOf(first.task), { part: 'undo' }));
  expect(readFileSync(file, 'utf8')).toBe('old');
  expect(existsSync(join(base, 'away'))).toBe(true);
});
