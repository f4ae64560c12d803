import { afterAll, beforeAll, describe, expect, test } from '@jest/globals';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { TestWorkflowEnvironment } from '@temporalio/testing';
import { stepKit } from '../../kits/step-kit.js';
import { eventually, failed, passed, runStep, runTask, temporaryFolder, undoOf } from '../../kits/step-run.js';

const node = process.execPath;
const script = (text: string): string[] => [node, '-e', text];
const agent = (name: string) => ({
  name,
  freeze: script(`require('fs').writeFileSync('${name}.hold','')`),
  thaw: script(`require('fs').rmSync('${name}.hold',{force:true})`),
  status: script(`process.exit(require('fs').existsSync('${name}.hold') ? 1 : 0)`),
});

stepKit('agents.freeze', {
  good: () => ({ commands: [agent('retry')] }),
  programsWrite: ['retry.hold'],
  bad: () => ({ commands: [{ ...agent('retry'), freeze: script('console.error("locked"); process.exit(4)') }] }),
  badCode: 'COMMAND_FAILED',
  slow: (folder) => ({
    input: {
      commands: [
        { ...agent('retry'), freeze: script("require('fs').writeFileSync('begun','');setInterval(()=>{},1000)") },
      ],
    },
    under: () => eventually(() => existsSync(join(folder, 'begun')), 'the freeze begins'),
  }),
  clean: (folder) => expect(existsSync(join(folder, 'retry.hold'))).toBe(false),
});

describe('agents.freeze', () => {
  test('gives its variables and secrets to freeze, status and thaw', async () => {
    const baseDir = temporaryFolder();
    const note = (to: string) =>
      script(`require('fs').appendFileSync('told', '${to} '+process.env.NAMED+process.env.WORD+' ')`);
    const command = {
      name: 'a',
      freeze: note('freeze'),
      thaw: note('thaw'),
      status: script('process.exit(process.env.NAMED ? 0 : 9)'),
    };
    const input = { commands: [{ ...command, status: undefined }], env: { NAMED: 'x', WORD: { env: 'CANARY' } } };
    const run = await runStep('agents.freeze', JSON.parse(JSON.stringify(input)), {
      goLive: { baseDir },
      env: { ...process.env, CANARY: 'canary-word' },
    });
    passed(run);
    passed(
      await runTask('agents.freeze', undoOf(run.task), {
        part: 'undo',
        env: { ...process.env, CANARY: 'canary-word' },
      }),
    );
    expect(readFileSync(join(baseDir, 'told'), 'utf8')).toBe('freeze xcanary-word thaw xcanary-word ');
    const runs = await runStep(
      'agents.freeze',
      { commands: [command], env: { NAMED: 'x', WORD: 'y' } },
      { goLive: { baseDir } },
    );
    expect(failed(runs).message).toBe('Still running after their freeze: a.');
  });

  test('with `judge: false` an agent that runs on is counted for a gate, and let go on again as any other', async () => {
    const baseDir = temporaryFolder();
    const deaf = { ...agent('deaf'), status: script('process.exit(0)') };
    const input = { commands: [agent('retry'), deaf], judge: false };
    const run = await runStep('agents.freeze', input, { goLive: { baseDir } });
    const { outputs, summary } = passed(run);
    expect(outputs).toMatchObject({ frozen: 1, running: 1, unseen: 0, ran: 2 });
    expect(summary).toContain('Still running after their freeze: deaf.');
    passed(await runTask('agents.freeze', undoOf(run.task), { part: 'undo' }));
    expect(existsSync(join(baseDir, 'deaf.hold'))).toBe(false);
  });

  test('its undo lets go on only what it halted itself, also when a second attempt found it halted', async () => {
    const baseDir = temporaryFolder();
    writeFileSync(join(baseDir, 'held.hold'), 'by someone else');
    const input = { commands: [agent('retry'), agent('held')] };
    const run = await runStep('agents.freeze', input, { goLive: { baseDir } });
    expect(passed(run).outputs).toEqual({ frozen: 2, schedules: 0, unseen: 0, ran: 1, running: 0 });
    passed(await runTask('agents.freeze', { ...run.task, epoch: 2 }));
    const undone = passed(await runTask('agents.freeze', undoOf(run.task), { part: 'undo' }));
    expect(undone.summary).toBe('1 agent and 0 schedules go on');
    expect(existsSync(join(baseDir, 'retry.hold'))).toBe(false);
    expect(readFileSync(join(baseDir, 'held.hold'), 'utf8')).toBe('by someone else');
  });

  test('an agent that still runs after its freeze is told by name', async () => {
    const deaf = { ...agent('deaf'), freeze: script('') };
    expect(failed(await runStep('agents.freeze', { commands: [deaf] })).message).toContain('deaf');
  });

  test.each<[string, string[], string]>([
    ['is killed', script('process.kill(process.pid, "SIGKILL")'), 'was ended by SIGKILL'],
    ['is no program of a shell', ['sh', '-c', 'no-such-program-here'], 'ended with code 127'],
    ['may not be run', ['sh', '-c', 'exit 126'], 'ended with code 126'],
    ['is used wrongly', ['sh', '-c', 'exit 2'], 'ended with code 2'],
    ['ends as one that a signal ended', ['sh', '-c', 'exit 137'], 'ended with code 137'],
  ])('a status command that %s says nothing: nothing is called halted', async (_, status, message) => {
    const baseDir = temporaryFolder();
    const input = { commands: [{ ...agent('retry'), status }] };
    const failure = failed(await runStep('agents.freeze', input, { goLive: { baseDir } }));
    expect(failure.code).toBe('COMMAND_FAILED');
    expect(failure.message).toContain('The status of agent retry is not known');
    expect(failure.message).toContain(message);
    expect(existsSync(join(baseDir, 'retry.hold'))).toBe(false);
  });
  test('a status command that is no program fails', async () => {
    failed(await runStep('agents.freeze', { commands: [{ ...agent('retry'), status: ['no-such-program-here'] }] }));
  });
  test('one that breaks after the freeze fails, and the undo lets go on', async () => {
    const baseDir = temporaryFolder();
    const status = script("process.exit(require('fs').existsSync('retry.hold') ? 2 : 0)");
    const run = await runStep('agents.freeze', { commands: [{ ...agent('retry'), status }] }, { goLive: { baseDir } });
    expect(failed(run).code).toBe('COMMAND_FAILED');
    passed(await runTask('agents.freeze', undoOf(run.task), { part: 'undo' }));
    expect(existsSync(join(baseDir, 'retry.hold'))).toBe(false);
  });
  test.each([1, 3])('code %i is halted', async (code) => {
    const status = script(`process.exit(${code})`);
    expect(passed(await runStep('agents.freeze', { commands: [{ ...agent('retry'), status }] })).outputs).toEqual({
      frozen: 1,
      schedules: 0,
      unseen: 0,
      ran: 0,
      running: 0,
    });
  });

  test('a server that does not answer is told with its address', async () => {
    process.env.TEMPORAL_ADDRESS = '127.0.0.1:1';
    const failure = failed(await runStep('agents.freeze', { schedules: ['nightly'] }));
    delete process.env.TEMPORAL_ADDRESS;
    expect(failure.code).toBe('CONNECTION_FAILED');
    expect(failure.message).toContain('127.0.0.1:1');
  });
});

describe('agents.freeze with Temporal schedules', () => {
  let env: TestWorkflowEnvironment;
  beforeAll(async () => {
    const cached = join(homedir(), '.cache', 'golive', 'bin', 'temporal');
    const path = process.env.TEMPORAL_CLI ?? cached;
    env = await TestWorkflowEnvironment.createLocal(
      existsSync(path) ? { server: { executable: { type: 'existing-path', path } } } : {},
    );
    process.env.TEMPORAL_ADDRESS = env.address;
    for (const [scheduleId, paused] of [
      ['nightly', false],
      ['held', true],
    ] as const) {
      await env.client.schedule.create({
        scheduleId,
        spec: { intervals: [{ every: '1d' }] },
        action: { type: 'startWorkflow', workflowType: 'none', taskQueue: 'none' },
        state: { paused, note: 'as it was' },
      });
    }
  }, 60_000);
  afterAll(async () => {
    delete process.env.TEMPORAL_ADDRESS;
    await env?.teardown();
  });
  const paused = async (id: string): Promise<boolean> =>
    (await env.client.schedule.getHandle(id).describe()).state.paused;

  test('schedules are paused with a note; the undo lets go on only the one that was going; thaw both', async () => {
    const run = await runStep('agents.freeze', { schedules: ['nightly', 'held'] });
    expect(passed(run).outputs).toEqual({ frozen: 0, schedules: 2, unseen: 0, ran: 0, running: 0 });
    expect(await paused('nightly')).toBe(true);
    const { note } = (await env.client.schedule.getHandle('nightly').describe()).state;
    expect(note).toBe('halted for go-live shop/change-1');
    for (let time = 0; time < 2; time += 1) {
      passed(await runTask('agents.freeze', undoOf(run.task), { part: 'undo' }));
      expect(await paused('nightly')).toBe(false);
      expect(await paused('held')).toBe(true);
    }
    expect(passed(await runStep('agents.thaw', { schedules: ['held'] })).outputs).toEqual({ thawed: 0, schedules: 1 });
    expect(await paused('held')).toBe(false);
  }, 30_000);

  test('a schedule that is not there is told by name', async () => {
    const failure = failed(await runStep('agents.freeze', { schedules: ['no-such'] }));
    expect(failure).toMatchObject({ code: 'NOT_FOUND' });
    expect(failure.message).toContain('no-such');
  });
});
