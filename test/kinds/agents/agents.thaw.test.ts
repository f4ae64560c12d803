import { expect, test } from '@jest/globals';
import { stepKit } from '../../kits/step-kit.js';
import { failed, passed, runStep } from '../../kits/step-run.js';

const script = (text: string): string[] => [process.execPath, '-e', text];

stepKit('agents.thaw', {
  good: () => ({ commands: [{ name: 'retry', thaw: script("require('fs').rmSync('retry.hold',{force:true})") }] }),
  bad: () => ({ commands: [{ name: 'retry', thaw: script('process.exit(4)') }] }),
  badCode: 'COMMAND_FAILED',
});

test('it gives its variables to the commands', async () => {
  const thaw = script('process.exit(process.env.NAMED === "x" ? 0 : 4)');
  const given = (env: object) => runStep('agents.thaw', { commands: [{ name: 'a', thaw }], env: { ...env } });
  expect(passed(await given({ NAMED: 'x' })).outputs).toMatchObject({ thawed: 1 });
  expect(failed(await given({})).code).toBe('COMMAND_FAILED');
});
