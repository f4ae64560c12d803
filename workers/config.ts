import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { TASK_QUEUE } from '../model/contract.js';
import { workerDataConverter } from '../wire/data-converter.js';
import { requireSafeTransport } from '../wire/transport.js';

/** The SDK's own default. */
const LOCAL = 'localhost:7233';

const environment = z.object({
  GOLIVE_TASK_QUEUE: z.string().min(1).max(200).default(TASK_QUEUE),
  /** File that is written when the worker polls; `golive up` waits for it. */
  GOLIVE_READY_FILE: z.string().optional(),
  /** Names of the Worker Deployment and of this build in it; both set = Worker Deployment Versioning. */
  GOLIVE_WORKER_DEPLOYMENT: z.string().min(1).max(200).optional(),
  GOLIVE_WORKER_BUILD: z.string().min(1).max(200).optional(),
  GOLIVE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/**
 * Everything that the worker reads from outside, parsed at the door.
 * @throws Error for a variable that is not usable; WireError for a connection or key that may not be used
 */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`the environment variable ${issue?.path.join('.') ?? ''} is not usable: ${issue?.message ?? ''}`);
  }
  // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, TLS and API keys: Temporal's own standard.
  const { connectionOptions, namespace } = loadClientConnectConfig();
  requireSafeTransport({ ...connectionOptions, address: connectionOptions.address ?? LOCAL }, env);
  const { GOLIVE_WORKER_DEPLOYMENT: deploymentName, GOLIVE_WORKER_BUILD: buildId } = parsed.data;
  if ((deploymentName === undefined) !== (buildId === undefined)) {
    throw new Error('GOLIVE_WORKER_DEPLOYMENT and GOLIVE_WORKER_BUILD are set together or not at all');
  }
  return {
    taskQueue: parsed.data.GOLIVE_TASK_QUEUE,
    readyFile: parsed.data.GOLIVE_READY_FILE,
    logLevel: parsed.data.GOLIVE_LOG_LEVEL,
    connectionOptions,
    dataConverter: workerDataConverter(env),
    version: deploymentName !== undefined && buildId !== undefined ? { deploymentName, buildId } : undefined,
    namespace: namespace ?? 'default',
  };
}
