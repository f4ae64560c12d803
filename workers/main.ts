import { existsSync } from 'node:fs';
import { readFile, rename, writeFile } from 'node:fs/promises';
import {
  bundleWorkflowCode,
  DefaultLogger,
  makeTelemetryFilterString,
  NativeConnection,
  Runtime,
  Worker,
} from '@temporalio/worker';
import pino from 'pino';
import { createActivities } from './activities.js';
import { readyForCredentials } from '../evidence/credentials.js';
import { sendRunbookNotice } from '../kinds/notice/notice.js';
import { armFailpoints } from '../host/failpoint.js';
import { WireError } from '../wire/error.js';
import { bundleOptions, bundlePaths } from './bundle.js';
import { readConfig } from './config.js';

/** How long a step may go on after SIGTERM before it is cancelled; what was not finished runs again elsewhere. */
const GRACE = '10s';

/** Runs one worker until SIGTERM or SIGINT, then drains it. */
async function main(): Promise<void> {
  armFailpoints(process.env);
  const config = readConfig(process.env);
  const logger = pino({ level: config.logLevel, base: { pid: process.pid } }, pino.destination(2));
  const levels = { TRACE: 'trace', DEBUG: 'debug', INFO: 'info', WARN: 'warn', ERROR: 'error' } as const;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => logger[levels[level]]({ meta }, message)),
    // What the SDK's core says is a line of the same log, and not one of its own form.
    telemetryOptions: { logging: { forward: {}, filter: makeTelemetryFilterString({ core: 'WARN', other: 'WARN' }) } },
    shutdownSignals: ['SIGTERM', 'SIGINT'],
  });
  const { dataConverter } = config;
  const kind = dataConverter ? 'encrypted' : 'plain';
  const connection = await NativeConnection.connect(config.connectionOptions);
  try {
    const worker = await Worker.create({
      connection,
      namespace: config.namespace,
      taskQueue: config.taskQueue,
      ...(config.deployment ? { workerDeploymentOptions: config.deployment } : {}),
      workflowBundle: existsSync(bundlePaths[kind])
        ? { codePath: bundlePaths[kind] }
        : await bundleWorkflowCode(bundleOptions(kind)),
      ...(dataConverter ? { dataConverter } : {}),
      activities: createActivities({
        logger,
        env: process.env,
        notify: sendRunbookNotice,
        evidenceKey: config.evidenceKey,
        version: await ownVersion(),
      }),
      // A killed worker's go-live moves again after this long, instead of ten seconds.
      stickyQueueScheduleToStartTimeout: '1s',
      // Cancels and lost leases reach a step within about this long.
      maxHeartbeatThrottleInterval: '2s',
      defaultHeartbeatThrottleInterval: '2s',
      shutdownGraceTime: GRACE,
    });
    const running = worker.run();
    if (config.readyFile) await announce(config.readyFile, config.taskQueue);
    logger.info({ taskQueue: config.taskQueue, namespace: config.namespace }, 'worker is polling');
    readyForCredentials();
    await running;
    logger.info('worker has drained');
  } finally {
    await connection.close();
  }
}

/** Version in the package.json two folders above the built file. */
async function ownVersion(): Promise<string> {
  const manifest = JSON.parse(await readFile(new URL('../../package.json', import.meta.url), 'utf8')) as {
    version: string;
  };
  return manifest.version;
}

async function announce(file: string, taskQueue: string): Promise<void> {
  const draft = `${file}.${process.pid}`;
  await writeFile(draft, JSON.stringify({ pid: process.pid, taskQueue }));
  await rename(draft, file);
}

main().catch((error: unknown) => {
  process.stderr.write(`golive worker: ${error instanceof Error ? error.message : String(error)}\n`);
  if (error instanceof WireError) process.stderr.write(`  next   ${error.hint}\n`);
  process.exitCode = 1;
});
