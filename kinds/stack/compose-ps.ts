import { z } from 'zod';
import { StepError } from '../../activities/step/step-error.js';
import type { Running } from './compose-undo.js';
import type { ServiceState } from './contract.js';

const SERVICE = 'com.docker.compose.service';
const ONE_OFF = 'com.docker.compose.oneoff';

/**
 * What `docker compose ps --format json` tells of a container, as far as it is used: Compose v2, and podman, which says
 * the service in a label, the name in a list and the health in the status.
 */
const listed = z.object({
  ID: z.string().optional(),
  Id: z.string().optional(),
  Name: z.string().optional(),
  Names: z.union([z.string(), z.array(z.string())]).optional(),
  Service: z.string().optional(),
  State: z.string(),
  Status: z.string().nullish(),
  Health: z.string().nullish(),
  ExitCode: z.number().optional(),
  Labels: z.union([z.string(), z.record(z.string(), z.string())]).nullish(),
});

/** One container of a stack. */
export interface Container {
  id: string;
  name: string;
  service: string;
  state: string;
  /** Empty for one without a health check. */
  health: string;
  exitCode: number | undefined;
  /** Made by `compose run` for one command: it is not the service. */
  oneOff: boolean;
}

/** What the definition of a stack says of a service. */
export interface ServicePlan {
  /** Containers that there are to be; undefined when it is not said. */
  replicas: number | undefined;
  /** `must`: another service waits until it has ended with 0. `may`: it is not started again, and serves nobody. */
  ends: 'must' | 'may' | 'never';
}

/**
 * The containers that `ps` printed: one JSON object a line, or one array as before Compose v2.21 and in podman.
 *
 * @throws StepError STACK_FAILED for anything else
 */
export function containersIn(text: string): Container[] {
  try {
    const trimmed = text.trim();
    if (trimmed.startsWith('[')) return z.array(listed).parse(JSON.parse(trimmed)).map(containerOf);
    const lines = trimmed.split('\n').filter((line) => line.trim() !== '');
    return lines.map((line) => containerOf(listed.parse(JSON.parse(line))));
  } catch (cause) {
    throw new StepError('STACK_FAILED', 'docker compose ps printed something that is not its JSON.', { cause });
  }
}

function containerOf(one: z.infer<typeof listed>): Container {
  const labels = labelsOf(one.Labels);
  const service = one.Service ?? labels[SERVICE];
  if (service === undefined) throw new Error('a container of no service');
  const name = one.Name ?? [one.Names].flat()[0] ?? '';
  return {
    id: one.ID ?? one.Id ?? '',
    name,
    service,
    state: one.State.toLowerCase(),
    health: one.Health ?? /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(one.Status ?? '')?.[1] ?? '',
    exitCode: one.ExitCode,
    // Before v2.21 labels are not told; the name that Compose makes up is.
    oneOff: labels[ONE_OFF]?.toLowerCase() === 'true' || /[-_]run[-_][0-9a-f]{12}$/.test(name),
  };
}

function labelsOf(labels: string | Record<string, string> | null | undefined): Record<string, string> {
  if (typeof labels !== 'string') return labels ?? {};
  const pairs = labels.split(',').map((pair) => pair.split('=', 2));
  return Object.fromEntries(pairs.map(([name = '', value = '']) => [name, value]));
}

/** Ids of the containers that run, by service. */
export function runningIn(text: string): Running {
  const running: Running = {};
  for (const { service, state, id, oneOff } of containersIn(text)) {
    if (state === 'running' && !oneOff) running[service] = [...(running[service] ?? []), id];
  }
  return running;
}

/** How a service is: all its containers are it, and those of `compose run` are not. */
export function stateOfService(name: string, all: readonly Container[], plan: ServicePlan | undefined): ServiceState {
  const own = all.filter(({ service, oneOff }) => service === name && !oneOff);
  const { replicas, ends = 'never' } = plan ?? {};
  if (own.length === 0) {
    const unwanted = replicas === 0;
    return {
      name,
      running: false,
      healthy: unwanted,
      done: unwanted,
      detail: unwanted ? 'none wanted' : 'not created',
    };
  }
  const looked = own.map((one) => ({ ...lookAt(one, ends), name: one.name }));
  const short = replicas !== undefined && own.length < replicas;
  const bad = looked.filter(({ problem }) => problem !== undefined);
  const done = looked.every((one) => one.done);
  const running = own.every(({ state }) => state === 'running') && !short;
  const problems = [
    ...(short ? [`${own.length} of ${replicas} containers are there`] : []),
    ...(looked.length === 1 ? bad.map(({ problem }) => problem) : inWords(bad, looked.length)),
  ];
  const fine = done ? 'ended with code 0, as it is to' : own[0]?.health || own[0]?.state || '';
  return { name, running, healthy: problems.length === 0, done, detail: problems.join('; ') || fine };
}

function inWords(bad: readonly { name: string; problem: string | undefined }[], of: number): string[] {
  if (bad.length === 0) return [];
  return [`${bad.length} of ${of} containers: ${bad.map(({ name, problem }) => `${name} ${problem}`).join(', ')}`];
}

function lookAt({ state, health, exitCode }: Container, ends: ServicePlan['ends']) {
  if (state === 'running') {
    const ready = health === '' || health === 'healthy';
    if (ready && ends === 'must') return { done: false, problem: 'still runs, and is to end with code 0' };
    return { done: false, problem: ready ? undefined : health };
  }
  const done = state === 'exited' && exitCode === 0 && ends !== 'never';
  return { done, problem: done ? undefined : `${health || state} with code ${exitCode ?? 'unknown'}` };
}

const definition = z.object({
  services: z.record(
    z.string(),
    z.object({
      restart: z.string().nullish(),
      scale: z.number().nullish(),
      deploy: z.object({ replicas: z.number().nullish() }).nullish(),
      depends_on: z
        .union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string().optional() }).nullable())])
        .nullish(),
      ports: z.array(z.unknown()).nullish(),
      healthcheck: z.unknown().optional(),
    }),
  ),
});

/**
 * What `docker compose config --format json` says of the services; undefined where it says nothing that can be read, as
 * with podman.
 */
export function plansIn(text: string): ReadonlyMap<string, ServicePlan> | undefined {
  let parsed: ReturnType<typeof definition.safeParse>;
  try {
    parsed = definition.safeParse(JSON.parse(text));
  } catch {
    return undefined;
  }
  if (!parsed.success) return undefined;
  const { services } = parsed.data;
  const awaited = new Set(
    Object.values(services).flatMap(({ depends_on: on }) =>
      Object.entries(Array.isArray(on) ? {} : (on ?? {}))
        .filter(([, how]) => how?.condition === 'service_completed_successfully')
        .map(([name]) => name),
    ),
  );
  return new Map(
    Object.entries(services).map(([name, one]) => {
      const serves = (one.ports ?? []).length > 0 || (one.healthcheck ?? null) !== null;
      const ends = awaited.has(name) ? 'must' : one.restart === 'no' && !serves ? 'may' : 'never';
      return [name, { replicas: one.deploy?.replicas ?? one.scale ?? undefined, ends }];
    }),
  );
}
