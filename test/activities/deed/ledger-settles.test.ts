import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from '@jest/globals';
import { LEDGERS } from '../../../model/evidence/journal-files.js';
import { type Deed, type Doubt, type Ledger, openLedger, outcomeUnknown } from '../../../activities/deed/ledger.js';
import { openStepEvidence } from '../../../activities/step/step-evidence.js';
import type { StepResult } from '../../../model/state/contract.js';
import { beginBundle, eventsOf, passed, runTask, taskFor, temporaryFolder } from '../../kits/step-run.js';

const RESULT: StepResult = { outputs: { n: 1 }, summary: 'done', evidence: [] };
const RUN = 'run-1';
const INPUTS = 'i'.repeat(64);
const intent = (more: object = {}) => ({
  kind: 'intent',
  epoch: 1,
  attempt: 1,
  run: RUN,
  inputs: INPUTS,
  at: '2026-11-21T08:00:00.000Z',
  worker: { pid: 77, startTime: '1', boot: '' },
  argv: 'a'.repeat(64),
  ...more,
});
const outcome = (more: object = {}) => ({
  kind: 'outcome',
  epoch: 1,
  run: RUN,
  inputs: INPUTS,
  result: RESULT,
  ...more,
});
const failed = (more: object = {}) => ({
  kind: 'outcome',
  epoch: 1,
  run: RUN,
  inputs: INPUTS,
  failed: 'CHECK_FAILED',
  ...more,
});
const ended = { kind: 'process', pid: 2 ** 22 + 7, startTime: '1', boot: '', argv: 'a' };

async function opened(
  lines: readonly (object | string)[],
  deed: Partial<Deed> = {},
  before: { gone?: boolean; repeated?: boolean } = {},
): Promise<{ ledger: Ledger; path: string }> {
  const base = temporaryFolder();
  const task = taskFor({}, { goLive: { baseDir: base }, task: { epoch: deed.epoch ?? 1, ...before } });
  beginBundle(task.goLive.evidenceDir);
  // The lease of the earlier attempt: without it, what that one left is gone.
  if (!before.gone) await openStepEvidence(task, 'earlier');
  const evidence = await openStepEvidence(task, 'token');
  const path = join(evidence.directory, LEDGERS.do);
  mkdirSync(evidence.directory, { recursive: true });
  if (lines.length > 0)
    writeFileSync(path, lines.map((line) => (typeof line === 'string' ? line : `${JSON.stringify(line)}\n`)).join(''));
  const whole: Deed = { epoch: 1, attempt: 2, run: RUN, inputs: INPUTS, effect: 'once', ...deed };
  return { ledger: await openLedger(task, evidence, whole, LEDGERS.do), path };
}

const LOST = 'its worker was lost before the outcome was known';
const DONE = 'it has been done before';
const DAMAGED = 'its journal is damaged';

describe('what an earlier attempt left decides what the next may do', () => {
  test.each<[string, (object | string)[], Partial<Deed>, { outcome?: boolean; doubt?: string }]>([
    ['nothing: it may be done', [], {}, {}],
    ['an intent: it may have been done', [intent()], {}, { doubt: LOST }],
    ['an intent of something that may be repeated', [intent()], { effect: 'idempotent' }, {}],
    ['an intent of something that changes nothing', [intent()], { effect: 'none' }, {}],
    ['its outcome: that is the answer', [intent(), outcome()], {}, { outcome: true }],
    ['its outcome, of what may be repeated', [intent(), outcome()], { effect: 'idempotent' }, { outcome: true }],
    ['its failure: it may be done', [intent(), failed()], {}, {}],
    ['its failure, and a new intent', [intent(), failed(), intent({ attempt: 2 })], {}, { doubt: LOST }],
    ['its outcome, and a later intent', [intent(), outcome(), intent({ attempt: 2 })], {}, { doubt: LOST }],
    ['the outcome of another workflow run', [intent({ run: 'other' }), outcome({ run: 'other' })], {}, { doubt: DONE }],
    ['the same, where it may be repeated', [outcome({ run: 'other' })], { effect: 'idempotent' }, {}],
    ['the outcome of another input', [intent(), outcome({ inputs: 'x' })], {}, { doubt: DONE }],
    ['the intent of another epoch', [intent()], { epoch: 2 }, {}],
    ['the outcome of another epoch', [intent(), outcome()], { epoch: 2 }, {}],
    ['a process and no intent', [ended], {}, {}],
    ['an intent and its process', [intent(), ended], {}, { doubt: LOST }],
    ['a process after the outcome', [intent(), outcome(), ended], {}, { outcome: true }],
    ['a line that golive did not write', ['null\n'], {}, { doubt: DAMAGED }],
    ['the same behind a failure', [intent(), failed(), '{}\n'], {}, { doubt: DAMAGED }],
    ['an intent with the epoch as text', [intent({ epoch: '1' })], {}, { doubt: DAMAGED }],
    ['the same, where it may be repeated', ['null\n'], { effect: 'idempotent' }, {}],
    ['zero bytes without a line end', ['\0\0\0'], {}, {}],
    ['an intent that was torn off', [JSON.stringify(intent()).slice(0, 40)], {}, {}],
    ['an outcome that was torn off', [intent(), JSON.stringify(outcome()).slice(0, 40)], {}, { doubt: LOST }],
  ])('%s', async (_, lines, deed, wanted) => {
    const { ledger } = await opened(lines, deed);
    expect(ledger.outcome).toEqual(wanted.outcome ? RESULT : undefined);
    expect(ledger.doubt?.reason).toBe(wanted.doubt);
    await ledger.close();
  });

  test.each<[string, string]>([
    ['without its journal', ''],
    ['with zero bytes in its place', '\0\0\0'],
  ])('a deed that had begun by the log is in doubt %s', async (_, text) => {
    const task = taskFor({ argv: ['true'] }, { task: { effect: 'once' } });
    passed(await runTask('command.run', task));
    const evidence = await openStepEvidence(task, 'next');
    writeFileSync(join(evidence.directory, LEDGERS.do), text);
    const deed: Deed = { epoch: 1, attempt: 1, run: RUN, inputs: INPUTS, effect: 'once' };
    expect((await openLedger(task, evidence, deed, LEDGERS.do)).doubt?.reason).toContain('journal is not there');
    expect(eventsOf(task.goLive.evidenceDir).map(({ type }) => type)).toContain('step.started');
  });

  test('a journal that is gone leaves a deed that must not be repeated in doubt', async () => {
    const says = async (deed: Partial<Deed>, repeated: boolean) =>
      (await opened([], deed, { gone: true, repeated })).ledger.doubt?.reason;
    const gone = 'its worker was lost, and its journal is not there any more';
    expect(await says({ attempt: 2 }, false)).toBe(gone);
    expect(await says({ attempt: 1 }, true)).toBe(gone);
    expect(await says({ attempt: 1 }, false)).toBeUndefined();
    expect(await says({ attempt: 2, effect: 'idempotent' }, true)).toBeUndefined();
  });

  test('a doubt names what is known, and nothing that is not', async () => {
    const { ledger } = await opened([intent(), ended]);
    expect(ledger.doubt?.facts).toEqual({
      begun: '2026-11-21T08:00:00.000Z',
      attempt: 1,
      epoch: 1,
      workerPid: 77,
      argvSha256: 'a'.repeat(64),
      commandPid: ended.pid,
    });
    const older = await opened([{ kind: 'intent', epoch: 1, attempt: 1, run: RUN, inputs: INPUTS }]);
    expect(older.ledger.doubt?.facts).toEqual({ attempt: 1, epoch: 1 });
    const elsewhere = await opened([outcome({ run: 'other' })]);
    expect(elsewhere.ledger.doubt?.facts).toEqual({});
  });

  test('its sentence says why, what was found, and what is known', () => {
    const task = taskFor({}, { task: { step: 'migrate' } });
    const doubt: Doubt = { reason: LOST, facts: { attempt: 1, epoch: 2 } };
    expect(outcomeUnknown(task, doubt, 'The probe says nothing.')).toMatchObject({
      code: 'OUTCOME_UNKNOWN',
      message: `Step migrate must not be repeated: it had begun, and ${LOST}. The probe says nothing. Known: attempt 1, epoch 2.`,
    });
    expect(outcomeUnknown(task, { reason: DONE, facts: {} }).message).toBe(
      `Step migrate must not be repeated: it had begun, and ${DONE}.`,
    );
  });
});

describe('what a deed writes down', () => {
  const kinds = (path: string): string[] =>
    readFileSync(path, 'utf8')
      .trimEnd()
      .split('\n')
      .map((line) => (JSON.parse(line) as { kind: string }).kind);

  test('its intent before, its outcome after, with whose it is', async () => {
    const { ledger, path } = await opened([], { argv: 'b'.repeat(64) });
    await ledger.intent();
    expect(kinds(path)).toEqual(['intent']);
    const [line] = readFileSync(path, 'utf8').split('\n');
    expect(JSON.parse(line ?? '')).toMatchObject({
      epoch: 1,
      attempt: 2,
      run: RUN,
      inputs: INPUTS,
      argv: 'b'.repeat(64),
      worker: { pid: process.pid },
    });
    await ledger.started({ pid: 5, startTime: '1', boot: '' }, 'digest');
    await ledger.ended(5);
    await ledger.done(RESULT);
    await ledger.close();
    expect(kinds(path)).toEqual(['intent', 'process', 'ended', 'outcome']);
  });

  test('a failure is an outcome, with its code', async () => {
    const { ledger, path } = await opened([]);
    await ledger.intent();
    await ledger.failed('CHECK_FAILED');
    await ledger.close();
    expect(kinds(path)).toEqual(['intent', 'outcome']);
    expect(readFileSync(path, 'utf8')).toContain('"failed":"CHECK_FAILED"');
  });

  test('what changes nothing keeps neither', async () => {
    const { ledger, path } = await opened([], { effect: 'none' });
    await ledger.intent();
    await ledger.done(RESULT);
    await ledger.failed('CHECK_FAILED');
    await ledger.close();
    expect(() => readFileSync(path)).toThrow('ENOENT');
  });
});
