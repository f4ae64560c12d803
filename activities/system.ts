import { Context } from '@temporalio/activity';
import type { Logger } from 'pino';
import type { ShownByKind } from '../model/evidence/shown.js';
import type { CloseEvidence, CollectEvidence, SendNotice, SystemActivities } from '../model/state/contract.js';
import { checkSignatures } from './people/signatures.js';
import { preflight } from './preflight/preflight.js';
import { alteredOf } from '../evidence/write/altered.js';
import { closeEvidence } from '../evidence/write/close.js';
import { collectEvidence } from '../evidence/write/collect.js';
import type { EvidenceStore } from '../evidence/store.js';
import { openStore } from '../evidence/open-store.js';
import { fallenByLog } from '../evidence/write/fallen.js';
import { appendEvent, appendEvents, isSealed } from '../evidence/write/log.js';
import type { Sealer } from '../evidence/write/seal.js';
import { openEvidenceKey } from '../evidence/write/signing-key.js';
import { writeLiveStatus } from '../evidence/write/live-status.js';
import { openEvidence } from '../evidence/write/open.js';
import { failureOf, toApplicationFailure } from './step/failure.js';
import { withHeartbeat } from './step/heartbeat.js';
import { createCapabilities, Secrets } from './deed/capabilities.js';
import { collectPromises } from './deed/promises.js';
import { maskLeftBehind } from './deed/left-behind.js';
import { windowEvidence } from './deed/window-evidence.js';
import type { Capabilities, StepCalls } from './step/step.js';
import { StepError } from './step/step-error.js';

/**
 * Sends one notice over its channel; rejects when it could not be delivered.
 *
 * @param id the same for every try of one notice
 */
export type Notify = (notice: SendNotice, id: string, ways: Capabilities) => Promise<void>;

export interface SystemDeps {
  logger: Logger;
  /** What the worker can do. */
  kinds: StepCalls;
  env: NodeJS.ProcessEnv;
  notify: Notify;
  /** Sections that the kinds add to the report. */
  shows: ShownByKind;
  /** Path of the private key that seals evidence; made when there is none. */
  evidenceKey: string;
  /** Of golive. */
  version: string;
}

/** The activities that are no steps: evidence, and notices. */
export function createSystemActivities(deps: SystemDeps): SystemActivities {
  return {
    openEvidence: asFailure(openEvidence),
    appendEvents: asFailure(async ({ goLive, events, standing }) => {
      const { workflowExecution, activityId, attempt } = Context.current().info;
      const id = `${workflowExecution?.runId ?? ''}/${activityId}`;
      const store = openStore(goLive.evidenceDir);
      await appendEvents(store, events, { id, again: attempt > 1 });
      if (events.some(({ type }) => type.startsWith('phase.') || type === 'decision'))
        await showStatus(store, deps.logger);
      return standing ? fallenByLog(store) : undefined;
    }),
    collectEvidence: asFailure(async (request) => {
      await lookThrough(request);
      return collectEvidence(request);
    }),
    closeEvidence: asFailure(async (request) => {
      await lookThrough(request);
      return closeEvidence(request, await sealerOf(deps), deps.shows);
    }),
    windowEvidence: asFailure(windowEvidence),
    collectPromises: asFailure(collectPromises),
    sendNotice: asFailure((notice) => sendNotice(notice, deps)),
    checkBound: asFailure((request) => alteredOf(request)),
    preflight: asFailure((request) => preflight(request, deps, Context.current().cancellationSignal)),
    checkSignatures: asFailure((request) => checkSignatures(request, deps.env, Context.current().cancellationSignal)),
  };
}

/** A page for people: where it cannot be written, the go-live goes on, and its end writes it. */
async function showStatus(store: EvidenceStore, logger: Logger): Promise<void> {
  try {
    await writeLiveStatus(store);
  } catch (err) {
    logger.warn({ err, bundle: store.root }, 'The live status was not written.');
  }
}

/** What stands under a seal stays as it is. */
async function lookThrough({ goLive, state }: CollectEvidence | CloseEvidence): Promise<void> {
  const sealed = await isSealed(openStore(goLive.evidenceDir));
  if (!sealed) await maskLeftBehind(goLive, state);
}

/** The key is opened when it is needed: a missing one is made then, a bad one fails the seal and not the worker. */
async function sealerOf({ evidenceKey, version }: SystemDeps): Promise<Sealer> {
  const { workflowNamespace = '', workflowExecution } = Context.current().info;
  const { workflowId = '', runId = '' } = workflowExecution ?? {};
  const temporal = { namespace: workflowNamespace, workflowId, runId };
  return { key: await openEvidenceKey(evidenceKey), golive: version, temporal };
}

/** With beats, and with errors that Temporal and people understand. */
function asFailure<A, R>(activity: (request: A) => Promise<R>): (request: A) => Promise<R> {
  return withHeartbeat(async (request: A) => {
    try {
      return await activity(request);
    } catch (error) {
      throw toApplicationFailure(failureOf(error));
    }
  });
}

/** How often a notice is sent to a channel that asks to wait, and how long is waited each time. */
const NOTICE_ATTEMPTS = 3;
const LONGEST_NOTICE_WAIT_MS = 60_000;

/** A notice that does not arrive is written down and holds nobody up. Of a go-live that has ended nobody is told again. */
async function sendNotice(notice: SendNotice, { logger, env, notify }: SystemDeps): Promise<void> {
  const { evidenceDir } = notice.goLive;
  if (!notice.unlogged && (await isSealed(evidenceDir).catch(() => false))) return;
  const secrets = new Secrets();
  const { workflowExecution, activityId, attempt } = Context.current().info;
  const { signal } = new AbortController();
  try {
    const ways = createCapabilities({ goLive: notice.goLive, env, signal, secrets });
    await notify(notice, `${workflowExecution?.runId ?? ''}/${activityId}`, ways);
  } catch (error) {
    const { code, message, retryAfterMs } = failureOf(error, secrets.redact);
    // The go-live waits for its notice, so that not everybody is waited for.
    if (retryAfterMs !== undefined && retryAfterMs <= LONGEST_NOTICE_WAIT_MS && attempt < NOTICE_ATTEMPTS)
      throw new StepError(code, message, { retryAfterMs });
    logger.warn({ goLive: notice.goLive.id, title: notice.title, code }, `The notice was not sent: ${message}`);
    if (!notice.unlogged && !(await isSealed(evidenceDir))) {
      await appendEvent(evidenceDir, { type: 'notice.failed', title: notice.title, code, reason: message });
    }
  }
}
