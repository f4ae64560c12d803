import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { settingsInspected } from '../../../kinds/stack/settings.js';
import { endStack, smallStack } from '../../kits/small-stack.js';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep, temporaryFolder } from '../../kits/step-run.js';

const input = { stack: 'stack', driver: 'native', service: 'api' };

async function upIn(folder: string): Promise<void> {
  await smallStack(folder, { COLOUR: 'green' });
  passed(
    await runStep(
      'stack.up',
      { stack: 'stack', driver: 'native' },
      { goLive: { baseDir: folder, evidenceDir: join(temporaryFolder(), 'up') } },
    ),
  );
}

stepKit('stack.settings', {
  good: async (folder) => {
    await endStack(folder);
    await upIn(folder);
    return { ...input, env: { COLOUR: 'green', ABSENT: '' } };
  },
  bad: async (folder) => {
    await smallStack(folder);
    return input;
  },
  badCode: 'CHECK_FAILED',
  after: endStack,
});

describe('stack.settings', () => {
  test('what the running process was given counts, whatever the file says by now; values stay untold', async () => {
    const baseDir = temporaryFolder();
    await upIn(baseDir);
    try {
      writeFileSync(join(baseDir, 'stack', '.env'), 'COLOUR=red\n');
      const look = (more: object) => runStep('stack.settings', { ...input, ...more }, { goLive: { baseDir } });
      passed(await look({ env: { COLOUR: 'green' } }));
      const failure = failed(await look({ env: { COLOUR: 'red' }, mounts: ['volumes/none'] }));
      expect(failure.message).toBe(
        'Service api has not the wanted value of COLOUR, and has nothing mounted at volumes/none.',
      );
      expect(JSON.stringify(failure)).not.toContain('green');
      const store = { ...input, service: 'store', mounts: ['volumes/store'] };
      expect(passed(await runStep('stack.settings', store, { goLive: { baseDir } })).outputs).toMatchObject({
        mounts: 1,
      });
    } finally {
      await endStack(baseDir);
    }
  });

  test('what docker inspect says', () => {
    const text = '[{"Config":{"Env":["A=b=c","=x","D"]},"Mounts":[{"Destination":"/data"}]},{"Config":{"Env":null}}]';
    expect(settingsInspected(text)).toEqual([
      { environment: { A: 'b=c' }, mounts: ['/data'] },
      { environment: {}, mounts: [] },
    ]);
    expect(() => settingsInspected('nothing')).toThrow('not its JSON');
  });
});
