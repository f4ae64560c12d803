import { mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { stringify } from 'yaml';
import type { AnswerRule } from '../api/spoiler.js';
import type { Fault } from '../faults.js';
import { DOCUMENT_TYPES } from '../rules/types.js';

export interface StackPorts {
  postgres: number;
  redis: number;
  api: number;
}

export interface Service {
  command: string[];
  environment: Record<string, string>;
  dependsOn: string[];
  ready: { tcp: { host: string; port: number } } | { http: { url: string; status: number } };
  startTimeout: string;
  volumes: string[];
}

/** Real time: a batch that keeps 3 s between cases meets one refusal in about six, and waits 1.5 s for it. */
const RATE_LIMIT = { max: 5, windowMs: 16_500, mode: 'fixed', leastWindowMs: 0 } as const;
/** Answering takes its time however much a rehearsal is hurried; without this the refusals would vanish then. */
const WINDOW_SLACK_MS = 60;
const PASSWORD = 'lab';

export function entry(file: string): string {
  return fileURLToPath(new URL(`../${file}.js`, import.meta.url));
}

/** A run may take 45 minutes of real time. */
const SLOW_RUN_MS = 45 * 60_000 * 1.1;
/** Cases served before a run, and how many it has; the probe comes first. */
const RUNS = { smoke: { after: 1, cases: 20 }, full: { after: 41, cases: 90 } } as const;

function delaysOf({ slow }: Fault, timeScale: number): AnswerRule[] {
  if (!slow) return [];
  const { after, cases } = RUNS[slow];
  const delayMs = Math.ceil(SLOW_RUN_MS / cases / timeScale);
  // A full run that failed is run once more.
  return [{ after, ...(slow === 'smoke' ? { until: after + cases } : {}), delayMs }];
}

function answersOf(fault: Fault, timeScale: number): Record<string, string> {
  const rules = [...(fault.answers ?? []), ...delaysOf(fault, timeScale)];
  return rules.length === 0 ? {} : { LC_ANSWERS: JSON.stringify(rules) };
}

/** The stack's services in the native driver's form. @param timeScale rehearsals divide real time by it, > 0. */
export function services(
  ports: StackPorts,
  fault: Fault,
  timeScale: number,
  crashMarker: string,
): Record<string, Service> {
  const limit = fault.rateLimit ?? RATE_LIMIT;
  const windowMs = Math.max(limit.leastWindowMs, Math.round(limit.windowMs / timeScale) + WINDOW_SLACK_MS);
  const host = '127.0.0.1';
  return {
    redis: {
      command: [process.execPath, entry('../kit/redis'), '--port', String(ports.redis)],
      environment: {},
      dependsOn: [],
      ready: { tcp: { host, port: ports.redis } },
      startTimeout: '60s',
      volumes: [],
    },
    postgres: {
      command: [process.execPath, entry('postgres'), '--port', String(ports.postgres), '--data', 'volumes/postgres'],
      environment: {
        POSTGRES_DB: 'lcopilot',
        POSTGRES_PASSWORD: PASSWORD,
        ...(fault.crashMarker ? { POSTGRES_CRASH_MARKER: crashMarker } : {}),
        ...(fault.envBefore ? { POSTGRES_CRASH_OVERWRITES: join(dirname(crashMarker), '.env') } : {}),
        ...fault.postgres,
      },
      dependsOn: [],
      ready: { tcp: { host, port: ports.postgres } },
      startTimeout: '30s',
      volumes: ['volumes/postgres'],
    },
    api: {
      command: [process.execPath, entry('api')],
      environment: {
        PORT: String(ports.api),
        DATABASE_URL: `postgres://postgres:${PASSWORD}@${host}:${ports.postgres}/lcopilot`,
        REDIS_URL: `redis://${host}:${ports.redis}`,
        RATE_LIMIT_MAX: String(limit.max),
        RATE_LIMIT_WINDOW_MS: String(windowMs),
        RATE_LIMIT_MODE: limit.mode,
        AUDIT_DIR: 'volumes/audit',
        ...answersOf(fault, timeScale),
        ...fault.api,
      },
      dependsOn: ['postgres', 'redis'],
      ready: { http: { url: `http://${host}:${ports.api}/healthz`, status: 200 } },
      startTimeout: '30s',
      volumes: ['volumes/audit'],
    },
  };
}

/** Two labs beside each other are two projects of Compose. */
function composeName(ports: StackPorts): string {
  return `lcopilot-${ports.api}`;
}

/** The same stack for a container engine: the built service is mounted into Node's own image. */
function compose(ports: StackPorts, native: Record<string, Service>): unknown {
  const options = (native.postgres?.environment.POSTGRES_OPTIONS ?? '').split(/\s+/).filter(Boolean);
  const root = fileURLToPath(new URL('../../../../', import.meta.url)).replace(/\/$/, '');
  const check = (test: string[]) => ({ test, interval: '2s', timeout: '5s', retries: 15 });
  const probe = "fetch('http://127.0.0.1:8000/healthz').then((r) => process.exit(r.ok ? 0 : 1), () => process.exit(1))";
  return {
    name: composeName(ports),
    services: {
      postgres: {
        image: 'postgres:18-alpine',
        ...(options.length > 0 ? { command: ['postgres', ...options.flatMap((option) => ['-c', option])] } : {}),
        environment: { POSTGRES_DB: 'lcopilot', POSTGRES_PASSWORD: PASSWORD },
        ports: [`127.0.0.1:${ports.postgres}:5432`],
        volumes: ['postgres:/var/lib/postgresql'],
        healthcheck: check(['CMD-SHELL', 'pg_isready -U postgres -d lcopilot']),
      },
      redis: {
        image: 'redis:7-alpine',
        command: ['redis-server', '--save', '', '--appendonly', 'no'],
        ports: [`127.0.0.1:${ports.redis}:6379`],
        healthcheck: check(['CMD', 'redis-cli', 'ping']),
      },
      api: {
        image: 'node:20-alpine',
        command: ['node', '/app/dist/lab/lc/api.js'],
        working_dir: '/data',
        env_file: [{ path: '.env', required: false }],
        environment: {
          ...native.api?.environment,
          HOST: '0.0.0.0',
          PORT: '8000',
          DATABASE_URL: `postgres://postgres:${PASSWORD}@postgres:5432/lcopilot`,
          REDIS_URL: 'redis://redis:6379',
        },
        ports: [`127.0.0.1:${ports.api}:8000`],
        volumes: [`${root}:/app:ro`, 'audit:/data/volumes/audit'],
        depends_on: { postgres: { condition: 'service_healthy' }, redis: { condition: 'service_healthy' } },
        healthcheck: check(['CMD', 'node', '-e', probe]),
      },
    },
    volumes: { postgres: {}, audit: {} },
  };
}

function envExample(fault: Fault): string {
  const values: [string, string, string][] = [
    ['where clients reach the service; set it explicitly', 'DAY3_API_URL', ''],
    ['bearer token; empty turns authentication off', 'DAY3_API_TOKEN', ''],
    ['canned answers for demonstrations; false for anything that counts', 'USE_STUBS', 'true'],
    ['read scanned pages', 'OCR_ENABLED', 'true'],
    ['document types that are accepted', 'DOCUMENT_TYPES', DOCUMENT_TYPES.join(',')],
    ['debug, info, warn or error', 'LOG_LEVEL', 'info'],
  ];
  return values.map(([why, key, value]) => `# ${why}\n${key}=${fault.envExample?.[key] ?? value}\n`).join('');
}

/** Writes the stack's folder: descriptions and `.env.example`, `.env` where a fault has one, nothing running. */
export function writeStack(folder: string, ports: StackPorts, fault: Fault, timeScale: number): void {
  mkdirSync(join(folder, 'volumes'), { recursive: true });
  const crashMarker = join(folder, '.crashed');
  if (fault.crashMarker) writeFileSync(crashMarker, 'postgres was killed while it wrote\n');
  const native = services(ports, fault, timeScale, crashMarker);
  writeFileSync(
    join(folder, 'stack.yaml'),
    stringify({ name: 'lcopilot', envFile: { path: '.env', required: false }, services: native }),
  );
  writeFileSync(join(folder, 'compose.yaml'), stringify(compose(ports, native)));
  writeFileSync(join(folder, '.env.example'), envExample(fault));
  if (fault.envBefore) writeFileSync(join(folder, '.env'), `# kept by hand\n${envExample(fault)}`);
}
