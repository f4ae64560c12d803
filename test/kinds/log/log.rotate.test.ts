import type { ChildProcess } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, runTask, temporaryFolder } from '../../kits/step-run.js';

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
    renameSync(join(base, 'agent.pid'), join(base, 'pid'));
    const input = { files: ['agent.log'], over: 50_000, reopen: { pidFile: 'agent.pid' }, sequence: SEQUENCE };
    const first = await runStep('log.rotate', input, at(base));
    expect(failed(first).message).toContain('nobody opens the log anew');
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
});
