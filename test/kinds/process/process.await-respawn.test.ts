import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('process.await-respawn', {
  good: (folder) => {
    const command = `respawned-${folder}`;
    writeFileSync(join(folder, 'it.pid'), String(sleeper(command).pid));
    return { pidFile: 'it.pid', command, not: process.pid, since: new Date().toISOString() };
  },
  bad: () => ({ pidFile: 'absent.pid', not: process.pid, since: new Date().toISOString(), within: '50ms' }),
  badCode: 'CHECK_FAILED',
  slow: () => ({
    input: { pidFile: 'absent.pid', not: process.pid, since: new Date().toISOString(), within: '1h' },
    under: async () => undefined,
  }),
});

describe('process.await-respawn', () => {
  /** Starts its command again whenever it ends, after a pause. */
  const SUPERVISOR = `
    const { spawn } = require('node:child_process'); const fs = require('node:fs');
    const [, , pause, pidFile, name] = process.argv;
    const start = () => { const c = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)', name], { stdio: 'ignore' });
      fs.writeFileSync(pidFile + '.new', String(c.pid)); fs.renameSync(pidFile + '.new', pidFile);
      c.on('exit', () => setTimeout(start, Number(pause))); };
    start();`;
  const supervised = async (pause: number) => {
    const base = temporaryFolder();
    const name = `respawn-${pause}-${base}`;
    const pidFile = join(base, 'it.pid');
    sleeper('supervisor', SUPERVISOR, String(pause), pidFile, name);
    await eventually(() => existsSync(pidFile), 'it runs');
    const named = { pidFile: 'it.pid', command: name };
    const found = passed(await runStep('process.find', named, at(base))).outputs as { pid: number; startedAt: string };
    const kill = passed(
      await runStep(
        'process.kill',
        { pid: found.pid, startedAt: found.startedAt },
        { ...at(base), task: { step: 'kill' } },
      ),
    ).outputs as {
      at: string;
    };
    const input = { ...named, not: found.pid, since: kill.at };
    return { base, found, input };
  };
  test('a killed process is followed by another, and how long that took is told', async () => {
    const begun = Date.now();
    const { base, found, input } = await supervised(300);
    const { pid, respawnMs } = passed(await runStep('process.await-respawn', input, at(base))).outputs as Record<
      string,
      number
    >;
    expect(pid).not.toBe(found.pid);
    expect(respawnMs).toBeGreaterThanOrEqual(280);
    expect(respawnMs).toBeLessThan(Date.now() - begun + 100);
  });
  test('one of the same name that ran before the kill is no successor', async () => {
    const base = temporaryFolder();
    const name = `sibling-${base}`;
    const sibling = sleeper(name);
    await eventually(() => existsSync(`/proc/${sibling.pid}`), 'it runs');
    const since = new Date(Date.now() + 5000).toISOString();
    const run = await runStep(
      'process.await-respawn',
      { command: name, not: process.pid, since, within: '300ms' },
      at(base),
    );
    expect(failed(run).code).toBe('CHECK_FAILED');
  });
  test('one that does not come back fails', async () => {
    const { base, input } = await supervised(60_000);
    const run = await runStep('process.await-respawn', { ...input, within: '300ms' }, at(base));
    expect(failed(run)).toMatchObject({ code: 'CHECK_FAILED', message: expect.stringContaining('300ms after') });
  });
});
