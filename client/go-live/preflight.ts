import { randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import type { Client, WorkflowHandle } from '@temporalio/client';
import { counted } from '../../model/text/counted.js';
import type { JsonObject } from '../../model/json.js';
import type { Mode, Plan } from '../../model/plan/plan.js';
import { type Finding, inOrder, type Preflight, refusing } from '../../model/preflight/finding.js';
import { TASK_QUEUE } from '../../model/state/contract.js';
import { refuseBareCredentials } from './bare-credentials.js';
import { CliError, messageOf } from '../errors.js';
import { preflightTable } from '../render/preflight.js';
import { styleFor } from '../render/style.js';
import { makePlan, type OpenedRunbook, openRunbook } from '../runbook/load.js';
import { placesOf } from '../runbook/places.js';
import { connect, type OpenConnection } from '../server/connection.js';
import { version } from '../server/paths.js';
import { isPolled } from '../server/polled.js';
import { print, talk } from '../terminal/tell.js';

/** Longest that the worker may take for its looks. */
const LOOK_MS = 150_000;
/** How long a worker may take to begin with them. */
const TAKEN_MS = 10_000;
/** Started, and its first task scheduled: more comes with a worker. */
const UNTAKEN_EVENTS = 2;
/** A need is missing: as for bad input. */
const EXIT_MISSING = 2;

export interface PreflightOptions {
  target: string;
  change: string;
  input: JsonObject;
  mode: Mode;
  by?: string | undefined;
  evidence?: string | undefined;
  json?: boolean | undefined;
}

/**
 * Looks for all that a go-live needs and shows it.
 *
 * @throws CliError (exit 2) for bad input
 */
export async function showPreflight(file: string, options: PreflightOptions): Promise<void> {
  const { target, change, mode, input: inputs, evidence, by, json } = options;
  const opened = await openRunbook(file);
  const plan = await makePlan(opened, { target, change, mode, timeScale: 1, inputs, evidence });
  await refuseBareCredentials(plan);
  const connection = await connect();
  try {
    const findings = await lookAround(connection, plan, by);
    const refused = refusing(mode, findings);
    const placeOf = placesOf(opened);
    if (json) {
      print({ ok: refused.length === 0, findings: findings.map((one) => ({ ...one, place: placeOf(one.where) })) });
    } else {
      process.stdout.write(preflightTable(findings, placeOf, styleFor(process.stdout, process.env)));
      talk(refused.length === 0 ? 'All that it needs is there.' : `Missing: ${counted(refused.length, 'thing')}.`);
    }
    if (refused.length > 0) process.exitCode = EXIT_MISSING;
  } finally {
    await connection.close();
  }
}

/**
 * Looks before a start. In live mode nothing may be missing; a rehearsal is told what is, and refused when it would fail
 * for certain.
 *
 * @throws CliError (exit 2) with the table of what is missing
 */
export async function refuseMissing(
  connection: OpenConnection,
  plan: Plan,
  opened: Pick<OpenedRunbook, 'file' | 'text'>,
  startedBy: string,
): Promise<void> {
  const findings = await lookAround(connection, plan, startedBy);
  const refused = refusing(plan.mode, findings);
  const worse = findings.filter(({ standing }) => standing !== 'there');
  if (worse.length > 0) {
    process.stderr.write(preflightTable(worse, placesOf(opened), styleFor(process.stderr, process.env)));
  }
  if (refused.length === 0) return;
  throw new CliError(
    `Nothing was begun: ${counted(refused.length, 'thing')} that it needs ${refused.length === 1 ? 'is' : 'are'} missing.`,
    {
      exitCode: EXIT_MISSING,
      where: opened.file,
      hint: `Mend them; golive preflight ${opened.file} --target ${plan.target.id} looks again.`,
    },
  );
}

/** What client and worker find, in the order of the table. */
async function lookAround(connection: OpenConnection, plan: Plan, startedBy?: string): Promise<Finding[]> {
  const { client } = connection;
  const server: Finding = {
    area: 'server',
    what: 'Temporal',
    where: 'connection',
    standing: 'there',
    found: 'It answers.',
  };
  const polled = await isPolled(client);
  if (!polled) return [server, noWorker('No worker polls it.')];
  const found = await askWorker(client, plan, startedBy);
  return inOrder([server, ...found]);
}

function noWorker(found: string): Finding {
  return {
    area: 'worker',
    what: `task queue ${TASK_QUEUE}`,
    where: 'connection',
    standing: 'missing',
    found,
    next: 'Start one of this version: golive up.',
  };
}

async function askWorker(client: Client, plan: Plan, startedBy: string | undefined): Promise<Finding[]> {
  const handle = await client.workflow.start<(start: unknown) => Promise<Preflight>>('preflight', {
    workflowId: `${plan.target.id}/preflight-${randomUUID().slice(0, 8)}`,
    taskQueue: TASK_QUEUE,
    args: [{ plan, ...(startedBy === undefined ? {} : { startedBy }) }],
    workflowExecutionTimeout: LOOK_MS,
    workflowTaskTimeout: '5s',
    staticSummary: `Preflight of ${plan.runbook.title}`,
  });
  const answered = new AbortController();
  // What fails in it shows in the result, or does not matter any more.
  endUntaken(handle, answered.signal).catch(() => undefined);
  try {
    const { version: workers, findings } = await handle.result();
    return [versionFinding(workers), ...findings];
  } catch (error) {
    const cause = error instanceof Error ? error.cause : undefined;
    return [noWorker(`No worker looked: ${messageOf(cause ?? error)}`)];
  } finally {
    answered.abort();
  }
}

/** Ends the workflow when nobody takes it up: a server lists a killed worker for minutes, and would wait for it. */
async function endUntaken(
  handle: Pick<WorkflowHandle, 'describe' | 'terminate'>,
  answered: AbortSignal,
): Promise<void> {
  await delay(TAKEN_MS, undefined, { signal: answered });
  const { historyLength } = await handle.describe();
  if (historyLength <= UNTAKEN_EVENTS) await handle.terminate(`none took it up within ${TAKEN_MS / 1000} s.`);
}

function versionFinding(workers: string): Finding {
  const own = version();
  const base = { area: 'worker' as const, what: `task queue ${TASK_QUEUE}`, where: 'connection' };
  if (workers === own) return { ...base, standing: 'there', found: `A worker of golive ${workers} polls it.` };
  return {
    ...base,
    standing: 'missing',
    found: `The worker is of golive ${workers}, this program of ${own}.`,
    next: 'Run both of one version.',
  };
}
