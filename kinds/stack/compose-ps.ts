import { z } from 'zod';
import { StepError } from '../../activities/step/step-error.js';
import { jsonIn } from '../shared/json.js';
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
  dependsOn?: readonly string[];
  /** What the definition says cannot be read, so that nobody knows how many containers there are to be. */
  unread?: true;
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
    // Some write an empty one and say it in the status alone.
    health: (told(one.Health) || /\((?:health: )?(healthy|unhealthy|starting)\)/.exec(one.Status ?? '')?.[1]) ?? '',
    exitCode: one.ExitCode,
    // Before v2.21 labels are not told; the name that Compose makes up is.
    oneOff: labels[ONE_OFF]?.toLowerCase() === 'true' || /[-_]run[-_][0-9a-f]{12}$/.test(name),
  };
}

/** Docker calls the health of a container without a check `none`. */
function told(health: string | null | undefined): string {
  return health === 'none' ? '' : (health?.toLowerCase() ?? '');
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
  const { replicas, ends = 'never', unread } = plan ?? {};
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
    ...(unread ? ['how many there are to be cannot be read'] : []),
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
  // Whoever has a health check is there to answer, unless it is its end that another one waits for.
  const done = state === 'exited' && exitCode === 0 && (ends === 'must' || (ends === 'may' && health === ''));
  return { done, problem: done ? undefined : `${health || state} with code ${exitCode ?? 'unknown'}` };
}

const count = z
  .union([
    z.int().min(0),
    z
      .string()
      .regex(/^\d{1,6}$/)
      .transform(Number),
  ])
  .nullish();
/** How many containers a service is to have: the two places for it. */
const wantedCount = z.object({ scale: count, deploy: z.object({ replicas: count }).nullish() });
const conditions = z
  .union([z.array(z.string()), z.record(z.string(), z.object({ condition: z.string().nullish() }).nullable())])
  .nullish();
const serviceLike = z.record(z.string(), z.unknown());
/** Stands for what is none: nothing of it can be read. */
const NOT_A_SERVICE: Readonly<Record<string, unknown>> = { scale: 'unknown', depends_on: 'unknown' };
const definition = z.object({ services: z.record(z.string(), z.unknown()) });

/** Of one service, by its name: what it waits for of another. */
type Awaited = readonly (readonly [name: string, condition: string])[];

/**
 * What `docker compose config --format json` says of the services; undefined where it says nothing that can be read, as
 * with podman. What is odd in one service is unknown of that one, and never what makes a service ready.
 */
export function plansIn(text: string): ReadonlyMap<string, ServicePlan> | undefined {
  const parsed = definition.safeParse(jsonIn(text));
  if (!parsed.success) return undefined;
  const services = Object.entries(parsed.data.services).map(([name, value]) => {
    const { data } = serviceLike.safeParse(value);
    return [name, data ?? NOT_A_SERVICE] as const;
  });
  const waits = new Map(services.map(([name, one]) => [name, awaitedBy(one.depends_on)]));
  const awaited = [...waits.values()].flatMap((one) => one ?? []);
  const whose = (condition: string) => new Set(awaited.filter(([, how]) => how === condition).map(([name]) => name));
  const [ended, healthy] = [whose('service_completed_successfully'), whose('service_healthy')];
  const allKnown = [...waits.values()].every((one) => one !== undefined);
  return new Map(
    services.map(([name, one]): [string, ServicePlan] => {
      const noPorts = (one.ports ?? null) === null || (Array.isArray(one.ports) && one.ports.length === 0);
      const serves = !noPorts || (one.healthcheck ?? null) !== null || healthy.has(name);
      const mayEnd = allKnown && !serves && one.restart === 'no';
      const ends = ended.has(name) ? 'must' : mayEnd ? 'may' : 'never';
      const wanted = wantedCount.safeParse(one);
      const { scale, deploy } = wanted.data ?? {};
      const dependsOn = (waits.get(name) ?? []).map(([other]) => other);
      const unread = wanted.success ? {} : { unread: true as const };
      return [name, { replicas: deploy?.replicas ?? scale ?? undefined, ends, dependsOn, ...unread }];
    }),
  );
}

/** undefined where it cannot be read. */
function awaitedBy(on: unknown): Awaited | undefined {
  const { data, success } = conditions.safeParse(on);
  if (!success) return undefined;
  if (Array.isArray(data)) return data.map((name) => [name, 'service_started'] as const);
  return Object.entries(data ?? {}).map(([name, how]) => [name, how?.condition ?? 'service_started'] as const);
}
