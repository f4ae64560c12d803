import { setMaxListeners } from 'node:events';
import { spawn } from 'node:child_process';
import { closeSync, mkdirSync, openSync } from 'node:fs';
import { lstat, readdir, realpath, rm, stat } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { formatDuration } from '../../model/duration.js';
import { canonicalJson } from '../../model/json.js';
import { sha256 } from '../../evidence/durable.js';
import { endGroup, noteGroup, notedGroupRuns } from '../../host/process-group.js';
import { StepError } from '../../activities/step/step-error.js';
import { readStack, type ServiceDefinition, type StackDefinition } from './definition.js';
import type { ServiceState, StackContext, StackDriver, UpOptions } from './contract.js';
import { logLines, readRecord, writeRecord } from './native-records.js';
import { STATE } from './stack-fields.js';
import { inOrder } from './order.js';
import { probe } from './probe.js';

const STOP_GRACE_MS = 10_000;
const LOOK_EVERY_MS = 100;
const EXIT_NEWS_MS = 1000;
const FREED_MS = 2000;

/** Runs a stack as processes of this machine, each in its own group, that go on when the worker dies. */
export function nativeDriver(folder: string, context: StackContext): StackDriver {
  return {
    name: 'native',
    up: (options) => up(readStack(folder), folder, options, context),
    down: (volumes) => down(folder, volumes),
    unusedVolumes: () => unusedVolumes(folder, readStack(folder)),
    ps: () => ps(readStack(folder), folder, context),
    logs: async (service, tail) => {
      if (!readStack(folder).services.has(service)) throw noService(folder, service);
      return (await logLines(folder, service)).slice(-tail);
    },
  };
}

function noService(folder: string, service: string): StepError {
  return new StepError('NOT_FOUND', `The stack in ${folder} has no service ${service}.`);
}

async function up(stack: StackDefinition, folder: string, options: UpOptions, context: StackContext) {
  const dependsOn = new Map([...stack.services].map(([name, service]) => [name, service.dependsOn]));
  const order = inOrder(dependsOn, options.services ?? [...stack.services.keys()]);
  const deadline = performance.now() + options.timeoutMs;
  const given = new AbortController();
  const signal = AbortSignal.any([context.signal, given.signal]);
  // Each look at a service listens to it until its socket is gone.
  setMaxListeners(0, signal);
  const begun = new Map<string, Promise<boolean>>();
  let ready = 0;
  for (const name of order) {
    const service = stack.services.get(name);
    if (!service) throw noService(folder, name);
    const start = async (): Promise<boolean> => {
      await Promise.all(service.dependsOn.map((dependency) => begun.get(dependency)));
      if (signal.aborted) throw new StepError('CANCELLED', `The start of ${name} was called off.`);
      const fresh = await startService(folder, service, context);
      await waitForService(folder, service, { options, deadline, signal, exit: fresh?.exit }, context);
      ready += 1;
      context.progress({ done: ready, total: order.length, text: `${name} is ${options.wait}` });
      return fresh !== undefined;
    };
    // The first failure calls the others off.
    begun.set(
      name,
      start().catch((error: unknown) => {
        given.abort();
        throw error;
      }),
    );
  }
  const results = await Promise.allSettled(begun.values());
  const failures = results.flatMap((result) => (result.status === 'rejected' ? [result.reason as Error] : []));
  const first = failures.find((error) => !(error instanceof StepError && error.code === 'CANCELLED')) ?? failures[0];
  if (first) throw first;
  const started = results.filter((result) => result.status === 'fulfilled' && result.value).length;
  return { started, states: await ps(stack, folder, context) };
}

/** How a service that this worker began has ended, once it has. */
type Exit = { code: number | null; signal: string | null } | undefined;

/** Begins a service unless it runs as configured; a service with another configuration is ended first. */
async function startService(
  folder: string,
  service: ServiceDefinition,
  context: StackContext,
): Promise<{ exit: () => Promise<Exit> } | undefined> {
  const { command, environment, name } = service;
  const configHash = sha256(canonicalJson({ command, environment, folder }));
  const known = readRecord(folder, name);
  if (known && notedGroupRuns(known)) {
    if (known.configHash === configHash) return undefined;
    await endGroup(known.pid, STOP_GRACE_MS);
  }
  await refuseForeign(service, context);
  mkdirSync(join(folder, STATE), { recursive: true });
  const logPath = join(folder, STATE, `${name}.log`);
  const logFrom = await stat(logPath).then(
    ({ size }) => size,
    () => 0,
  );
  const log = openSync(logPath, 'a');
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
    writeRecord(folder, name, { ...noteGroup(child.pid), configHash, startedAt: new Date().toISOString(), logFrom });
    child.unref();
  } finally {
    closeSync(log);
  }
  // The system shows the end a moment before Node tells of it.
  return { exit: () => Promise.race([exited, delay(EXIT_NEWS_MS, undefined)]) };
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

interface Waiting {
  options: UpOptions;
  deadline: number;
  signal: AbortSignal;
  exit: (() => Promise<Exit>) | undefined;
}

async function waitForService(folder: string, service: ServiceDefinition, waiting: Waiting, context: StackContext) {
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
      const waited = formatDuration(performance.now() - begun);
      throw await failedService(folder, service.name, `was not ready after ${waited} (${missing})`);
    }
    await context.sleep(LOOK_EVERY_MS);
  }
}

function describeExit(exit: Exit): string {
  if (!exit) return 'ended before it was ready';
  return exit.code === null ? `was ended by ${exit.signal}` : `ended with code ${exit.code} before it was ready`;
}

async function failedService(folder: string, name: string, what: string): Promise<StepError> {
  const last = (await logLines(folder, name)).slice(-5).join('\n').slice(-700);
  return new StepError('STACK_FAILED', `Service ${name} ${what}${last ? `; it last said: ${last}` : ''}`, {
    facts: { service: name },
    hint: `Read ${join(STATE, `${name}.log`)} in the stack folder, mend the cause, then retry.`,
  });
}

async function ps(stack: StackDefinition, folder: string, context: StackContext): Promise<ServiceState[]> {
  const stateOf = async ({ name, ready }: ServiceDefinition): Promise<ServiceState> => {
    const record = readRecord(folder, name);
    const running = record !== undefined && notedGroupRuns(record);
    if (!running) return { name, running, healthy: false, detail: record ? 'has ended' : 'was never started' };
    const missing = await probe(ready, context, context.signal);
    return { name, running, healthy: missing === undefined, detail: missing ?? 'ready' };
  };
  return Promise.all([...stack.services.values()].map(stateOf));
}

async function down(folder: string, volumes: boolean): Promise<{ stopped: number; volumesRemoved: number }> {
  // Also what a former stack.yaml had started.
  const files = await readdir(join(folder, STATE)).catch(() => []);
  const recorded = files.filter((name) => name.endsWith('.json')).map((name) => name.slice(0, -'.json'.length));
  const { services } = readStack(folder);
  const order = inOrder(new Map([...services].map(([name, one]) => [name, one.dependsOn])), [...services.keys()]);
  const gone = recorded.filter((name) => !services.has(name));
  let stopped = 0;
  for (const name of [...gone, ...order.toReversed()]) {
    const record = readRecord(folder, name);
    if (!record) continue;
    if (notedGroupRuns(record)) {
      await endGroup(record.pid, STOP_GRACE_MS);
      stopped += 1;
    }
    await rm(join(folder, STATE, `${name}.json`), { force: true });
  }
  let volumesRemoved = 0;
  if (volumes) {
    for (const volume of new Set([...services.values()].flatMap((service) => service.volumes))) {
      if (await removeVolume(folder, volume)) volumesRemoved += 1;
    }
  }
  return { stopped, volumesRemoved };
}

/** Folders that lie where the stack keeps its volumes, and that no service declares. */
async function unusedVolumes(folder: string, { services }: StackDefinition): Promise<string[]> {
  const declared = new Set([...services.values()].flatMap((one) => one.volumes.map((path) => resolve(folder, path))));
  const parents = new Set([...declared].map((path) => dirname(path)).filter((parent) => parent !== resolve(folder)));
  const found: string[] = [];
  for (const parent of parents) {
    const entries = await readdir(parent, { withFileTypes: true }).catch(() => []);
    for (const entry of entries) {
      const path = join(parent, entry.name);
      const above = [...declared].some((volume) => volume === path || volume.startsWith(path + sep));
      if (entry.isDirectory() && !above) found.push(relative(folder, path));
    }
  }
  return found.toSorted();
}

/** Removes a folder that really lies below the stack's folder: no `..`, no link on the way out. */
async function removeVolume(folder: string, volume: string): Promise<boolean> {
  const path = resolve(folder, volume);
  const outside = (from: string, to: string): boolean => {
    const way = relative(from, to);
    return way === '' || way === '..' || way.startsWith(`..${sep}`) || resolve(way) === way;
  };
  const refused = new StepError(
    'BAD_INPUT',
    `The volume ${volume} does not lie below the stack folder ${folder}; nothing of it was removed.`,
  );
  if (outside(folder, path)) throw refused;
  const info = await lstat(path).catch(() => undefined);
  if (!info) return false;
  const root = await realpath(folder);
  const parent = await realpath(dirname(path));
  if (info.isSymbolicLink() || (parent !== root && outside(root, parent))) throw refused;
  await rm(path, { recursive: true });
  return true;
}
