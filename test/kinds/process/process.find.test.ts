import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { sleeper } from '../../kits/sleeper.js';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const at = (base: string) => ({ goLive: { baseDir: base } });

stepKit('process.find', {
  good: (folder) => {
    const name = `find-${folder}`;
    writeFileSync(join(folder, 'it.pid'), `${sleeper(name).pid}\n`);
    return { pidFile: 'it.pid', command: name };
  },
  bad: () => ({ pidFile: 'absent.pid' }),
  badCode: 'CHECK_FAILED',
});

describe('process.find', () => {
  test('a pid that is another process by now is not found', async () => {
    const base = temporaryFolder();
    writeFileSync(join(base, 'it.pid'), String(sleeper('somebody-else').pid));
    expect(failed(await runStep('process.find', { pidFile: 'it.pid', command: 'agent.js' }, at(base))).code).toBe(
      'CHECK_FAILED',
    );
  });
  test('it is found by the whole of its command line, and what is shown of it says that it is cut', async () => {
    const base = temporaryFolder();
    sleeper('long-line', 'setInterval(() => {}, 1000)', 'ä'.repeat(1500), `the-end-of-${base}`);
    const run = await runStep('process.find', { command: `the-end-of-${base}` }, at(base));
    expect(passed(run).outputs).toMatchObject({ command: expect.stringMatching(/^.{999}…$/u) });
  });
  test('of two, none is taken', async () => {
    const [one, two] = [sleeper('twins-7'), sleeper('twins-7')];
    await eventually(() => existsSync(`/proc/${two.pid}`), 'both run');
    const run = await runStep('process.find', { command: 'twins-7' }, at(temporaryFolder()));
    expect(failed(run).message).toContain('2 processes');
    for (const child of [one, two]) child.kill('SIGKILL');
  });
  test('its start time is right to some hundredths of a second', async () => {
    const begun = Date.now();
    const base = temporaryFolder();
    writeFileSync(join(base, 'it.pid'), String(sleeper('timed-1').pid));
    const called = Date.now();
    const { startedAt } = passed(await runStep('process.find', { pidFile: 'it.pid' }, at(base))).outputs as {
      startedAt: string;
    };
    expect(Date.parse(startedAt)).toBeGreaterThan(begun - 100);
    expect(Date.parse(startedAt)).toBeLessThan(called + 100);
  });
});
