import { setMaxListeners } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import type { GoLiveState } from '../../model/state/state.js';
import { CliError, GRPC, grpcCodeOf } from '../errors.js';
import type { Reach } from '../server/reach.js';
import type { Found } from './find.js';
import { finalState, readView } from './read-state.js';
import type { View } from '../render/view.js';

const POLL_MS = 500;
const SLOWEST_POLL_MS = 5000;
/** Errors in a row before the reader is told: one slow answer is no news. */
const TOLD_AFTER = 2;

export interface FollowOptions {
  server: Reach;
  found: Pick<Found, 'target' | 'runId'>;
  /** What is known of it while nobody has answered yet. */
  known?: (() => View | undefined) | undefined;
  /** Called with every view, changed or not; it may take its time (a question to a person). */
  onView: (view: View) => void | Promise<void>;
  /** Ends the following; the go-live goes on. */
  signal?: AbortSignal;
}

/**
 * Follows a go-live to its end, through restarts of worker and server, also when the server comes back elsewhere.
 * @returns its final state; undefined when `signal` ended the following first
 * @throws CliError when it ended without a verdict
 */
export async function follow({
  server,
  found,
  known,
  onView,
  signal,
}: FollowOptions): Promise<GoLiveState | undefined> {
  const stop = new AbortController();
  const ended = untilEnd(server, found, stop.signal);
  const done = ended.then(
    () => stop.abort(),
    () => stop.abort(),
  );
  const leave = (): void => stop.abort();
  signal?.addEventListener('abort', leave, { once: true });
  if (signal?.aborted) leave();
  try {
    await poll({ server, found, known, onView }, stop.signal);
    if (signal?.aborted) return undefined;
    const state = await ended;
    if (state !== undefined) await onView({ state, live: [] });
    return state;
  } finally {
    signal?.removeEventListener('abort', leave);
    stop.abort();
    if (!signal?.aborted) await done;
  }
}

async function poll({ server, found, known, onView }: FollowOptions, signal: AbortSignal): Promise<void> {
  let last: View | undefined;
  let errors = 0;
  while (!signal.aborted) {
    let view: View | undefined;
    try {
      view = last = await readView(server.client, found);
      errors = 0;
    } catch (error) {
      errors += 1;
      if (errors >= TOLD_AFTER && (await server.look())) errors = 0;
      const who = grpcCodeOf(error) === GRPC.UNAVAILABLE ? 'server' : 'worker';
      const note = `${who} not answering, still trying (\`golive doctor\` looks for the cause)`;
      if (errors >= TOLD_AFTER && last !== undefined) view = { ...last, note };
      // Without a first answer there is nothing to go on showing.
      if (last === undefined) view = known?.();
    }
    if (view !== undefined && !signal.aborted) await onView(view);
    const pause = Math.min(SLOWEST_POLL_MS, POLL_MS * 2 ** Math.max(0, errors - 1));
    await sleep(pause, undefined, { signal }).catch(() => undefined);
  }
}

/** The result, asked for again as long as the server cannot be reached. */
async function untilEnd(
  server: Reach,
  found: FollowOptions['found'],
  signal: AbortSignal,
): Promise<GoLiveState | undefined> {
  for (let errors = 0; !signal.aborted; errors += 1) {
    const { client, replaced } = server;
    const either = AbortSignal.any([signal, replaced]);
    // Every long poll of the result listens to it, for as long as the go-live takes.
    setMaxListeners(0, either);
    try {
      return await client.withAbortSignal(either, () => finalState(client, found));
    } catch (error) {
      if (signal.aborted) return undefined;
      if (replaced.aborted) continue;
      if (error instanceof CliError) throw error;
      if (error instanceof Error && error.name === 'WorkflowNotFoundError') throw forgotten(found.target);
      await sleep(Math.min(SLOWEST_POLL_MS, POLL_MS * 2 ** errors), undefined, { signal }).catch(() => undefined);
    }
  }
  return undefined;
}

/** The server has another database by now, or it is another server. */
function forgotten(target: string): CliError {
  return new CliError(`The server that answers now does not know this go-live of '${target}'.`, {
    exitCode: 4,
    where: `workflow ${target}`,
    hint: 'Is it the same server, with the same database? `golive doctor` shows which one was found.',
  });
}
