import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import type { StepTask } from '../../../model/state/contract.js';
import { eventsOf, failed, passed, runStep, runTask, type StepRun, temporaryFolder } from '../../kits/step-run.js';

const node = process.execPath;

/** A deed whose worker was lost in the middle: its ledger holds the intent and no more. */
async function lost(probe: StepTask['probe'], folder = temporaryFolder()): Promise<{ run: StepRun; count: string }> {
  const count = join(folder, 'count');
  const argv = [node, '-e', `require('fs').appendFileSync(${JSON.stringify(count)}, 'x')`];
  const task = { effect: 'once' as const, probe };
  const first = await runStep('command.run', { argv }, { goLive: { baseDir: folder }, task });
  passed(first);
  const ledger = join(first.folder, 'ledger.jsonl');
  writeFileSync(ledger, `${readFileSync(ledger, 'utf8').split('\n')[0]}\n`);
  return { run: await runTask('command.run', first.task, { attempt: 2 }), count };
}
const looks = (exit: number, more: Partial<NonNullable<StepTask['probe']>> = {}): StepTask['probe'] => ({
  uses: 'command.run',
  with: { argv: [node, '-e', `process.exit(${exit})`], expectExit: [0, 1, 2] },
  done: 'it.exitCode == 0',
  notDone: 'it.exitCode == 1',
  ...more,
});

describe('a once step whose worker was lost', () => {
  test('is done when its probe says so, without being done again', async () => {
    const { run, count } = await lost(looks(0));
    expect(passed(run)).toMatchObject({ outputs: {}, summary: expect.stringContaining('the probe says so') });
    expect(readFileSync(count, 'utf8')).toBe('x');
    const events = eventsOf(run.task.goLive.evidenceDir);
    expect(events.at(-2)).toMatchObject({ type: 'step.probed', answer: 'done' });
    expect(events.at(-1)).toMatchObject({ type: 'step.done', recovered: true, probed: true });
    // And the answer is kept: the next attempt does not look again.
    passed(await runTask('command.run', run.task, { attempt: 3 }));
    expect(readFileSync(count, 'utf8')).toBe('x');
  });

  test('keeps what its deed printed: the probe has files of its own', async () => {
    const { run } = await lost(looks(0, { with: { argv: [node, '-e', 'console.log("a look")'] } }));
    expect(passed(run).evidence.map(({ name }) => name)).toEqual(['probe/output.log']);
    expect(readFileSync(join(run.folder, 'output.log'), 'utf8')).toBe('');
    expect(readFileSync(join(run.folder, 'probe', 'output.log'), 'utf8')).toContain('a look');
  });

  test('is done now when its probe says that it was not', async () => {
    const { run, count } = await lost(looks(1));
    passed(run);
    expect(readFileSync(count, 'utf8')).toBe('xx');
  });

  test.each<[string, StepTask['probe'], RegExp]>([
    ['there is no probe', undefined, /must not be repeated.*its worker was lost.*Known: begun 20.*argvSha256/],
    ['its probe says neither', looks(2), /neither done nor not done/],
    ['its probe says both', looks(0, { notDone: 'true' }), /both done and not done/],
    ['its probe fails', looks(3), /Its probe failed: .* ended with code 3/],
    ['its probe cannot be computed', looks(0, { done: 'it.nothing == 1' }), /Its probe failed/],
  ])('asks a person when %s', async (_, probe, says) => {
    const { run, count } = await lost(probe);
    const failure = failed(run);
    expect(failure).toMatchObject({ code: 'OUTCOME_UNKNOWN', hint: expect.stringContaining('golive done') });
    expect(failure.message).toMatch(says);
    expect(readFileSync(count, 'utf8')).toBe('x');
  });
});

describe('a once step whose command was killed', () => {
  const killed = (probe?: StepTask['probe']) =>
    runStep(
      'command.run',
      { argv: [node, '-e', 'process.kill(process.pid, "SIGKILL")'] },
      { task: { effect: 'once', probe } },
    );
  test('is in doubt', async () => {
    expect(failed(await killed())).toMatchObject({ code: 'OUTCOME_UNKNOWN', facts: { signal: 'SIGKILL' } });
  });
  test('is done when its probe says so, and else failed like any command', async () => {
    expect(passed(await killed(looks(0))).outputs).toEqual({});
    expect(failed(await killed(looks(1))).code).toBe('COMMAND_FAILED');
  });
});

test('an undo made of a command is done again after a crash, whatever the kind says of itself', async () => {
  const folder = temporaryFolder();
  const count = join(folder, 'count');
  const argv = [node, '-e', `require('fs').appendFileSync(${JSON.stringify(count)}, 'x')`];
  const undoes = { phase: '1-kit', phaseAttempt: 1, step: 'deed', epoch: 1 };
  const first = await runStep('command.run', { argv }, { goLive: { baseDir: folder }, task: { undoes } });
  const ledger = join(first.folder, 'ledger.jsonl');
  expect(existsSync(ledger)).toBe(true);
  writeFileSync(ledger, `${readFileSync(ledger, 'utf8').split('\n')[0]}\n`);
  passed(await runTask('command.run', first.task, { attempt: 2 }));
  expect(readFileSync(count, 'utf8')).toBe('xx');
});

test('an undo that fails is tried again whatever it is made of, but for an input that is wrong', async () => {
  const undoes = { phase: '1-kit', phaseAttempt: 1, step: 'deed', epoch: 1 };
  const undo = (argv: string[]) => runStep('command.run', { argv }, { task: { undoes } });
  expect(await undo([node, '-e', 'process.exit(3)'])).toMatchObject({ retryable: true });
  expect(await undo([])).toMatchObject({ retryable: false, failure: { code: 'BAD_INPUT' } });
  expect(await runStep('command.run', { argv: [node, '-e', 'process.exit(3)'] })).toMatchObject({ retryable: false });
});
