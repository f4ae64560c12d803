import { loadClientConnectConfig } from '@temporalio/envconfig';
import { z } from 'zod';
import { TASK_QUEUE } from '../model/contract.js';

const environment = z.object({
  GOLIVE_TASK_QUEUE: z.string().min(1).max(200).default(TASK_QUEUE),
  /** File that is written when the worker polls; `golive up` waits for it. */
  GOLIVE_READY_FILE: z.string().optional(),
  GOLIVE_LOG_LEVEL: z.enum(['trace', 'debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** Everything that the worker reads from outside, parsed at the door. */
export function readConfig(env: NodeJS.ProcessEnv = process.env) {
  const parsed = environment.safeParse(env);
  if (!parsed.success) {
    const issue = parsed.error.issues[0];
    throw new Error(`the environment variable ${issue?.path.join('.') ?? ''} is not usable: ${issue?.message ?? ''}`);
  }
  // TEMPORAL_ADDRESS, TEMPORAL_NAMESPACE, TEMPORAL_PROFILE, TLS and API keys: Temporal's own standard.
  const { connectionOptions, namespace } = loadClientConnectConfig();
  return {
    taskQueue: parsed.data.GOLIVE_TASK_QUEUE,
    readyFile: parsed.data.GOLIVE_READY_FILE,
    logLevel: parsed.data.GOLIVE_LOG_LEVEL,
    connectionOptions,
    namespace: namespace ?? 'default',
  };
}
