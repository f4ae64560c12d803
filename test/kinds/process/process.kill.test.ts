import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { processOf } from '../../../kinds/process/running.js';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('process.kill', {
  good: (folder) => {
    const { pid = 0 } = sleeper(`killed-${folder}`);
    return { pid, startedAt: processOf(pid)?.startedAt ?? '' };
  },
  bad: () => ({ pid: sleeper('not-this-one').pid ?? 0, startedAt: '2020-01-01T00:00:00Z' }),
  badCode: 'EXPECTATION_FAILED',
});

describe('process.kill', () => {
  test('what is another process by now, golive’s own worker, and init are never killed', async () => {
    const base = temporaryFolder();
    const other = sleeper('not-me');
    const kill = (pid: number, startedAt: string, step: string) =>
      runStep('process.kill', { pid, startedAt }, { ...at(base), task: { step } });
    expect(failed(await kill(other.pid ?? 0, '2020-01-01T00:00:00Z', 'a')).message).toContain(
      'it is another one by now',
    );
    expect(failed(await kill(other.pid ?? 0, 'noon', 'b')).message).toContain('nothing was killed');
    expect(failed(await kill(1, new Date().toISOString(), 'c')).code).toBe('BAD_INPUT');
    writeFileSync(join(base, 'own.pid'), String(process.ppid));
    const own = passed(
      await runStep('process.find', { pidFile: 'own.pid' }, { ...at(base), task: { step: 'find' } }),
    ).outputs;
    expect(failed(await kill(process.ppid, String(own.startedAt), 'd')).message).toContain('own worker');
    expect(other.exitCode).toBeNull();
  });
});
