import { open } from 'node:fs/promises';
import { Context } from '@temporalio/activity';
import type { SampleTask } from '../../model/state/contract.js';
import { ExpressionError } from '../../model/expression/expression.js';
import type { JsonObject } from '../../model/json.js';
import { dueAt, isGreen, nominalDate, type SampleRecord, SAMPLES_FILE } from '../../model/judge/window.js';
import { seenIn } from '../../model/judge/window-share.js';
import { Secrets } from './capabilities.js';
import { type ContextParts, createContext } from './context.js';
import { syncFolder } from '../../evidence/durable.js';
import { failureOf, toApplicationFailure } from '../step/failure.js';
import { startHeartbeat } from '../step/heartbeat.js';
import type { Ledger } from './ledger.js';
import { type FencedEvidence, openStepEvidence } from '../step/step-evidence.js';
import type { StepCall } from '../step/step.js';
import { StepError } from '../step/step-error.js';
import { unwritable } from '../step/unwritable.js';
import type { StepDeps } from './attempt.js';
import { parseInput, tellableError, withoutSecrets } from './perform.js';
import { withoutCredentialsIn } from '../../evidence/credentials.js';

/** More than two records. */
const TAIL_BYTES = 256 * 1024;

/** A sample only looks: it has no intent and no outcome to keep. */
const NO_LEDGER: Ledger = {
  intent: async () => undefined,
  done: async () => undefined,
  failed: async () => undefined,
  started: async () => undefined,
  ended: async () => undefined,
  close: async () => undefined,
};

/**
 * Makes the activity that takes one sample of a kind and writes its line. A slot has one line, however often it is
 * tried; a failure of the step is a red sample, only what hinders writing is an error. Gives the record without its outputs.
 */
export function sampleActivity(call: StepCall, deps: StepDeps): (task: SampleTask) => Promise<SampleRecord> {
  return async (task) => {
    const activity = Context.current();
    const heartbeat = startHeartbeat();
    const secrets = new Secrets();
    const timeout = AbortSignal.timeout(Math.min(task.timeoutMs, 2 ** 31 - 1));
    try {
      const evidence = await openStepEvidence(task, `${activity.info.base64TaskToken}.${activity.info.attempt}`);
      const records = await openRecords(evidence, task.sample.n);
      try {
        if (records.standing) return withoutOutputs(records.standing);
        const { n, due, missed } = task.sample;
        if (missed !== undefined) return withoutOutputs(await records.append(missedUpTo(task, missed)));
        // The slot came due by the server's clock; this machine's may be behind it.
        const at = new Date(Math.max(Date.now(), activity.info.currentAttemptScheduledTimestampMs)).toISOString();
        const signal = AbortSignal.any([activity.cancellationSignal, timeout]);
        const onProgress = heartbeat.progress;
        const found = await takeSample({ call, deps, task, evidence, signal, secrets, onProgress });
        activity.cancellationSignal.throwIfAborted();
        const record: SampleRecord = { n, due, at, ...markOf(task, n), ...found };
        const { file } = task.sample.plan;
        if (file !== undefined) {
          const name = file.replaceAll('{date}', record.day ?? '').replaceAll('{n}', String(n));
          const facts = { goLive: task.goLive.id, timeScale: task.goLive.timeScale, ...record };
          await evidence.write(name, `${JSON.stringify(facts, null, 2)}\n`);
        }
        return withoutOutputs(await records.append([record]));
      } finally {
        await records.close();
      }
    } catch (error) {
      if (activity.cancellationSignal.aborted) throw activity.cancellationSignal.reason;
      throw toApplicationFailure(failureOf(error, secrets.redact));
    } finally {
      heartbeat.stop();
    }
  };
}

/** What the workflow must know of a record: a week of outputs has no place in its history. */
function withoutOutputs({ outputs: _outputs, ...record }: SampleRecord): SampleRecord {
  return record;
}

/** What a record says of itself wherever it is read: its day, and that it is of a rehearsal. */
function markOf({ sample, goLive }: SampleTask, n: number): Pick<SampleRecord, 'day' | 'rehearsal'> {
  const day = nominalDate(sample.plan, sample.startedMs, n);
  return goLive.mode === 'live' ? { day } : { day, rehearsal: true };
}

function missedUpTo(task: SampleTask, last: number): SampleRecord[] {
  const { sample, goLive } = task;
  const { n, plan, startedMs } = sample;
  return Array.from({ length: last - n + 1 }, (_, index) => ({
    n: n + index,
    due: new Date(dueAt(plan, startedMs, n + index, goLive.timeScale)).toISOString(),
    ...markOf(task, n + index),
    outcome: 'missed' as const,
    why: 'Nobody was there to take it in time.',
  }));
}

interface Taking extends Pick<ContextParts, 'evidence' | 'signal' | 'secrets' | 'onProgress'> {
  call: StepCall;
  deps: StepDeps;
  task: SampleTask;
}

async function takeSample({
  call,
  deps: { logger, env, evidenceKey },
  ...taking
}: Taking): Promise<Omit<SampleRecord, 'n' | 'due' | 'at'>> {
  const { task, secrets } = taking;
  const deadline = performance.now() + task.timeoutMs;
  const parts = { ...taking, part: 'do' as const, attempt: 1, deadline, ledger: NO_LEDGER, logger, env, evidenceKey };
  try {
    const input = parseInput(call.kind.input, task.input, call.name);
    const { outputs } = await call.handler.do(input, createContext(parts));
    // Judged on what is kept: an auditor judges the records once more.
    const plain = withoutSecrets(call.kind, call.kind.outputs.parse(outputs) as JsonObject, secrets);
    const { value: declared } = await withoutCredentialsIn(plain);
    return judged(task.sample, declared);
  } catch (error) {
    if (error instanceof ExpressionError) return { outcome: 'red', why: `It cannot be judged: ${error.message}` };
    const { code, message } = failureOf(await tellableError(error), secrets.redact);
    // Without evidence nothing is known; the slot is tried again until it is too late.
    if (code === 'EVIDENCE_UNWRITABLE' || code === 'INTERNAL') throw error;
    return { outcome: 'red', why: `${code}: ${message}`.slice(0, 1000) };
  }
}

/** What a look found: red is also one whose figures are not known, and what it counted counts, green or red. */
function judged({ plan, totals }: SampleTask['sample'], outputs: JsonObject): Omit<SampleRecord, 'n' | 'due' | 'at'> {
  const { why: unknown, ...seen } = plan.share ? seenIn(plan.share, outputs, totals) : {};
  const why = unknown ?? (isGreen(plan, outputs) ? undefined : `${plan.green} does not hold`);
  return { outcome: why === undefined ? 'green' : 'red', ...(why === undefined ? {} : { why }), ...seen, outputs };
}

interface Records {
  /** The record of the slot, when an earlier attempt has written it. */
  standing?: SampleRecord;
  /** Writes lines durably; gives the last. */
  append(records: readonly SampleRecord[]): Promise<SampleRecord>;
  close(): Promise<void>;
}

/** Opens the window's records; a last line that a killed writer left torn is cut off. */
async function openRecords(evidence: FencedEvidence, n: number): Promise<Records> {
  const path = await evidence.place(SAMPLES_FILE);
  const file = await open(path, 'a+', 0o644).catch((error: unknown) => {
    throw unwritable('append to', path, error);
  });
  try {
    const { size } = await file.stat();
    if (size === 0) await syncFolder(evidence.directory);
    const from = Math.max(0, size - TAIL_BYTES);
    const tail = Buffer.alloc(size - from);
    await file.read(tail, 0, tail.length, from);
    const whole = tail.lastIndexOf(0x0a) + 1;
    if (whole < tail.length) await file.truncate(from + whole);
    const lines = tail.subarray(0, whole).toString('utf8').split('\n').slice(0, -1);
    const last = lines.at(-1);
    const newest = last === undefined ? undefined : (JSON.parse(last) as SampleRecord);
    if (newest && newest.n < n - 1) {
      throw new StepError('BAD_INPUT', `${path} ends with slot ${newest.n}, and slot ${n} comes next.`);
    }
    return {
      ...(newest && newest.n >= n ? { standing: newest } : {}),
      append: async (records) => {
        try {
          await evidence.mayWrite();
          await file.appendFile(records.map((record) => `${JSON.stringify(record)}\n`).join(''));
          await file.datasync();
        } catch (error) {
          throw unwritable('append to', path, error);
        }
        const written = records.at(-1);
        if (!written) throw new StepError('INTERNAL', 'There was no record to write.');
        return written;
      },
      close: () => file.close(),
    };
  } catch (error) {
    await file.close();
    throw error;
  }
}
