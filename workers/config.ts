import { homedir } from 'node:os';
import { join, resolve } from 'node:path';
import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { TASK_QUEUE } from '../model/state/contract.js';
import { workerDataConverter } from '../wire/data-converter.js';
import { requireSafeTransport } from '../wire/transport.js';

/** The SDK's own default. */
const LOCAL = 'localhost:7233';

const environment = z.object({
  GOLIVE_TASK_QUEUE: z.string().min(1).max(200).default(TASK_QUEUE),
  /** File that is written when the worker polls; `golive up` waits for it. */
  GOLIVE_READY_FILE: z.string().optional(),
  /** File of the Ed25519 key that seals evidence; made when it is not there. */
  GOLIVE_EVIDENCE_KEY: z.string().min(1).optional(),
  /** Both together turn Temporal's worker versioning on: the deployment's name, and this build. */
  GOLIVE_WORKER_DEPLOYMENT: z.string().min(1).max(200).optional(),
  GOLIVE_WORKER_BUILD: z.string().min(1).max(200).optional(),
  GOLIVE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** Where a worker without a project keeps its key (XDG Base Directory Specification). */
function defaultKey(env: NodeJS.ProcessEnv): string {
  return join(env['XDG_STATE_HOME'] || join(homedir(), '.local', 'state'), 'golive', 'evidence-key.pem');
}

/**
 * Options of a versioned worker. A running go-live moves to the build that is made current (auto-upgrade): it may wait for
 * people for days, and its recorded past is replayed by the tests of every build.
 */
function deploymentOf(deploymentName: string | undefined, buildId: string | undefined) {
  if (deploymentName === undefined && buildId === undefined) return undefined;
  if (deploymentName === undefined || buildId === undefined) {
    throw new Error('GOLIVE_WORKER_DEPLOYMENT and GOLIVE_WORKER_BUILD belong together: set both, or neither.');
  }
  return {
    version: { deploymentName, buildId },
    useWorkerVersioning: true as const,
    defaultVersioningBehavior: 'AUTO_UPGRADE' as const,
  };
}

function withoutUnset(env: NodeJS.ProcessEnv): Record<string, string> {
  return Object.fromEntries(
    Object.entries(env).flatMap(([name, value]) => (value === undefined ? [] : [[name, value]])),
  );
}

/**
 * Everything that the worker reads from outside, parsed at the door.
 * @throws Error for a variable that is not usable; WireError for a connection or key that may not be used
 */
export function readConfig(env: NodeJS.ProcessEnv) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`the environment variable ${issue?.path.join('.') ?? ''} is not usable: ${issue?.message ?? ''}`);
  }
  // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, TLS and API keys: Temporal's own standard.
  const { connectionOptions, namespace } = loadClientConnectConfig({ overrideEnvVars: withoutUnset(env) });
  requireSafeTransport({ ...connectionOptions, address: connectionOptions.address ?? LOCAL }, env);
  return {
    taskQueue: parsed.data.GOLIVE_TASK_QUEUE,
    readyFile: parsed.data.GOLIVE_READY_FILE,
    logLevel: parsed.data.GOLIVE_LOG_LEVEL,
    deployment: deploymentOf(parsed.data.GOLIVE_WORKER_DEPLOYMENT, parsed.data.GOLIVE_WORKER_BUILD),
    evidenceKey: resolve(parsed.data.GOLIVE_EVIDENCE_KEY ?? defaultKey(env)),
    connectionOptions,
    dataConverter: workerDataConverter(env),
    namespace: namespace ?? 'default',
  };
}
