import { setMaxListeners } from 'node:events';
import { lstat, readdir, realpath, rm } from 'node:fs/promises';
import { dirname, join, relative, resolve, sep } from 'node:path';
import { notedGroupRuns } from '../../host/process-group.js';
import { StepError } from '../../activities/step/step-error.js';
import { readStack, readStackToStart, type ServiceDefinition, type StackDefinition } from './definition.js';
import type { ServiceState, StackContext, StackDriver, UpOptions } from './contract.js';
import { logLines, logPlace, readRecord, recordedServices } from './native-records.js';
import {
  type Begun,
  describeExit,
  type Exit,
  failedService,
  startService,
  stopService,
  waitForService,
} from './native-service.js';
import { undoUpOfProcesses } from './native-undo.js';
import { settingsOfProcess } from './settings.js';
import { STATE } from './stack-fields.js';
import { inOrder } from './order.js';
import { probe } from './probe.js';

/** Runs a stack as processes of this machine, each in its own group, that go on when the worker dies. */
export function nativeDriver(folder: string, context: StackContext): StackDriver {
  return {
    name: 'native',
    said: '',
    up: (options) => up(readStackToStart(folder), folder, options, context),
    undoUp: (timeoutMs) => undoUpOfProcesses(folder, timeoutMs, context),
    down: (volumes) => down(folder, volumes),
    unusedVolumes: () => unusedVolumes(folder, readStack(folder)),
    ps: () => ps(readStack(folder), folder, context),
    logs: async (service, tail) => {
      if (!readStack(folder).services.has(service)) throw noService(folder, service);
      return logLines(folder, service, tail);
    },
    settings: async (name) => {
      const service = readStack(folder).services.get(name);
      if (!service) throw noService(folder, name);
      return settingsOfProcess(folder, service);
    },
    wholeLog: (service) => {
      if (!readStack(folder).services.has(service)) throw noService(folder, service);
      return logPlace(folder, service);
    },
  };
}

function noService(folder: string, service: string): StepError {
  return new StepError('NOT_FOUND', `The stack in ${folder} has no service ${service}.`);
}

async function up(stack: StackDefinition, folder: string, options: UpOptions, context: StackContext) {
  const dependsOn = new Map([...stack.services].map(([name, service]) => [name, service.dependsOn]));
  const order = inOrder(dependsOn, options.services ?? [...stack.services.keys()]);
  // What cannot be read may tell of a process that runs: nothing is begun beside it.
  for (const name of order) readRecord(folder, name);
  const deadline = performance.now() + options.timeoutMs;
  const given = new AbortController();
  const signal = AbortSignal.any([context.signal, given.signal]);
  // Each look at a service listens to it until its socket is gone.
  setMaxListeners(0, signal);
  const begun = new Map<string, Promise<Begun | undefined>>();
  let ready = 0;
  for (const name of order) {
    const service = stack.services.get(name);
    if (!service) throw noService(folder, name);
    const start = async (): Promise<Begun | undefined> => {
      await Promise.all(service.dependsOn.map((dependency) => begun.get(dependency)));
      if (signal.aborted) throw new StepError('CANCELLED', `The start of ${name} was called off.`);
      const fresh = await startService(folder, service, context);
      await waitForService(folder, service, { options, deadline, signal, exit: fresh?.exit }, context);
      ready += 1;
      context.progress({ done: ready, total: order.length, text: `${name} is ${options.wait}` });
      return fresh;
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
  const fresh = new Map(order.map((name, at) => [name, freshIn(results[at])] as const));
  // A service that nothing probes may end right after it was begun: it stands when it has run for a moment.
  const unseen = (name: string): boolean => options.wait === 'started' || !stack.services.get(name)?.ready;
  const ends = await Promise.all(
    order.map(async (name) => [name, unseen(name) ? await fresh.get(name)?.exit() : undefined] as const),
  );
  const states = await ps(stack, folder, context);
  await checkAllStand(folder, states, options.wait, new Map(ends));
  return { started: [...fresh.values()].filter(Boolean).length, states };
}

function freshIn(result: PromiseSettledResult<Begun | undefined> | undefined): Begun | undefined {
  return result?.status === 'fulfilled' ? result.value : undefined;
}

/** Whoever was ready when he was looked at may be so no more when the last one is. */
async function checkAllStand(
  folder: string,
  states: readonly ServiceState[],
  wait: UpOptions['wait'],
  ends: ReadonlyMap<string, Exit>,
): Promise<void> {
  for (const { name, running, healthy, detail } of states) {
    if (!ends.has(name) || (wait === 'healthy' ? healthy : running)) continue;
    const end = ends.get(name);
    throw await failedService(
      folder,
      name,
      end ? describeExit(end, 'after it was started') : `does not stand any more (${detail})`,
    );
  }
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
  const recorded = await recordedServices(folder);
  const { services } = readStack(folder);
  const order = inOrder(new Map([...services].map(([name, one]) => [name, one.dependsOn])), [...services.keys()]);
  const gone = recorded.filter((name) => !services.has(name));
  // All are read before one is stopped: of what cannot be read nobody knows what runs.
  const records = [...gone, ...order.toReversed()].map((name) => [name, readRecord(folder, name)] as const);
  let stopped = 0;
  for (const [name, record] of records) {
    if (!record) continue;
    if (notedGroupRuns(record)) {
      await stopService(record);
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
