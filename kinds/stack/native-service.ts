import { spawn } from 'node:child_process';
import { closeSync, mkdirSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { canonicalJson } from '../../model/json.js';
import { tookText } from '../../model/duration.js';
import { sha256 } from '../../evidence/durable.js';
import { errnoOf } from '../../host/errno.js';
import { openToAppendSync } from '../../host/regular-file.js';
import { endGroup, noteGroup, notedGroupRuns } from '../../host/process-group.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';
import type { StackContext, UpOptions } from './contract.js';
import type { ServiceDefinition } from './definition.js';
import { rememberEarlier, logLines, readRecord, type ServiceRecord, writeRecord } from './native-records.js';
import { probe } from './probe.js';
import { STATE } from './stack-fields.js';

const STOP_GRACE_MS = 10_000;
const LOOK_EVERY_MS = 100;
const EXIT_NEWS_MS = 1000;
const FREED_MS = 2000;

/** How a service that this worker began has ended, once it has. */
export type Exit = { code: number | null; signal: string | null } | undefined;

export interface Begun {
  exit: () => Promise<Exit>;
}

function configHashOf(folder: string, { command, environment }: ServiceDefinition): string {
  return sha256(canonicalJson({ command, environment, folder }));
}

/** Ends the process group of a service. */
export async function stopService({ pid }: ServiceRecord): Promise<void> {
  await endGroup(pid, STOP_GRACE_MS);
}

/** Begins a service unless it runs as configured; a service with another configuration is ended first. */
export async function startService(
  folder: string,
  service: ServiceDefinition,
  context: StackContext,
): Promise<Begun | undefined> {
  const { name } = service;
  const known = readRecord(folder, name);
  const runs = known !== undefined && notedGroupRuns(known);
  if (runs && known.configHash === configHashOf(folder, service)) return undefined;
  await rememberEarlier(name, runs ? known : null, context);
  if (runs) await stopService(known);
  return beginService(folder, service, context.backups, context);
}

/**
 * Begins a service that does not run.
 *
 * @param by backup folder of the step whose undo takes it back
 */
export async function beginService(
  folder: string,
  service: ServiceDefinition,
  by: string | undefined,
  context: StackContext,
): Promise<Begun> {
  await refuseForeign(service, context);
  const { name, command, environment } = service;
  mkdirSync(join(folder, STATE), { recursive: true });
  const logPath = join(folder, STATE, `${name}.log`);
  const logFrom = await stat(logPath).then(
    ({ size }) => size,
    () => 0,
  );
  const log = openLog(logPath);
  const [program = '', ...args] = command;
  const env = { ...context.env(), ...environment };
  let exited: Promise<Exit>;
  try {
    const child = spawn(program, args, { cwd: folder, env, detached: true, stdio: ['ignore', log, log] });
    const failure = new Promise<Error>((done) => child.once('error', done));
    exited = new Promise((done) => child.once('exit', (code, signal) => done({ code, signal })));
    if (child.pid === undefined) {
      const cause = await failure;
      throw new StepError('TOOL_MISSING', `Service ${name} could not be started: ${program}: ${cause.message}.`, {
        cause,
      });
    }
    // Noted before anything else happens, so that a killed worker's successor knows of it.
    const [configHash, startedAt] = [configHashOf(folder, service), new Date().toISOString()];
    const whose = by === undefined ? {} : { by };
    writeRecord(folder, name, {
      ...noteGroup(child.pid),
      configHash,
      startedAt,
      logFrom,
      definition: service,
      ...whose,
    });
    child.unref();
  } finally {
    closeSync(log);
  }
  // The system shows the end a moment before Node tells of it.
  return { exit: () => Promise.race([exited, delay(EXIT_NEWS_MS, undefined)]) };
}

function openLog(path: string): number {
  try {
    return openToAppendSync(path);
  } catch (cause) {
    const why = errnoOf(cause) ?? 'error';
    throw new StepError('EXPECTATION_FAILED', `The log of the service cannot be written to: ${path} (${why}).`, {
      cause,
    });
  }
}

/** What answers for a service that does not run would make it look ready: its dependants would talk to a stranger. */
async function refuseForeign({ name, ready }: ServiceDefinition, context: StackContext): Promise<void> {
  if (!ready || 'command' in ready) return;
  // A process that has just ended may keep its port for a moment: its last thread outlives its first.
  for (const begun = performance.now(); performance.now() - begun < FREED_MS; await context.sleep(LOOK_EVERY_MS))
    if ((await probe(ready, context, context.signal)) !== undefined) return;
  const place = 'tcp' in ready ? `${ready.tcp.host}:${ready.tcp.port}` : ready.http.url;
  throw new StepError('STACK_FAILED', `Service ${name} was not started: another process answers at ${place}.`, {
    facts: { service: name },
    hint: 'End that process (`ss -ltnp` names it), or give the service another port; then retry.',
  });
}

export interface Waiting {
  options: Pick<UpOptions, 'wait'>;
  deadline: number;
  signal: AbortSignal;
  exit: (() => Promise<Exit>) | undefined;
}

export async function waitForService(
  folder: string,
  service: ServiceDefinition,
  waiting: Waiting,
  context: StackContext,
) {
  const { options, deadline, signal, exit } = waiting;
  const until = Math.min(deadline, performance.now() + service.startTimeout);
  const begun = performance.now();
  for (;;) {
    if (signal.aborted) throw new StepError('CANCELLED', `Waiting for ${service.name} was called off.`);
    const record = readRecord(folder, service.name);
    if (!record || !notedGroupRuns(record)) {
      throw await failedService(folder, service.name, describeExit(await exit?.()));
    }
    if (options.wait === 'started') return;
    const missing = await probe(service.ready, context, signal);
    if (missing === undefined) {
      // Something else may hold the port while the service itself is about to end.
      if (notedGroupRuns(record)) return;
      continue;
    }
    for (const name of service.dependsOn) {
      const other = readRecord(folder, name);
      if (!other || !notedGroupRuns(other))
        throw await failedService(folder, name, `has ended while ${service.name}, which depends on it, was started`);
    }
    if (performance.now() > until) {
      const waited = tookText(performance.now() - begun);
      throw await failedService(folder, service.name, `was not ready after ${waited} (${missing})`);
    }
    await context.sleep(LOOK_EVERY_MS);
  }
}

export function describeExit(exit: Exit, when = 'before it was ready'): string {
  if (!exit) return `ended ${when}`;
  return exit.code === null ? `was ended by ${exit.signal}` : `ended with code ${exit.code} ${when}`;
}

export async function failedService(folder: string, name: string, what: string): Promise<StepError> {
  const { clause, said } = lastWords((await logLines(folder, name, 20).catch(() => ({ lines: [] }))).lines.join('\n'));
  return new StepError('STACK_FAILED', `Service ${name} ${what}${clause}`, {
    said,
    facts: { service: name },
    hint: `Read ${join(STATE, `${name}.log`)} in the stack folder, mend the cause, then retry.`,
  });
}
