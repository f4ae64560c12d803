import { Context } from '@temporalio/activity';
import type { StepProgress } from '../../model/state/contract.js';

const EVERY_MS = 1000;

/** Beats in the background, whatever the activity's own code does, until `stop`. */
export interface Heartbeat {
  /** What the next beats carry; the first of a new text is sent at once. */
  progress(progress: StepProgress): void;
  latest(): StepProgress | undefined;
  stop(): void;
}

/** Starts the beats of the activity that calls. */
export function startHeartbeat(): Heartbeat {
  const activity = Context.current();
  let latest: StepProgress | undefined;
  const beat = (): void => activity.heartbeat(latest);
  beat();
  const timer = setInterval(beat, EVERY_MS);
  timer.unref();
  return {
    progress: (progress) => {
      latest = progress;
      beat();
    },
    latest: () => latest,
    stop: () => clearInterval(timer),
  };
}

/** An activity that beats while it runs, for those that are no steps. */
export function withHeartbeat<A extends unknown[], R>(
  activity: (...args: A) => Promise<R>,
): (...args: A) => Promise<R> {
  return async (...args) => {
    const heartbeat = startHeartbeat();
    try {
      return await activity(...args);
    } finally {
      heartbeat.stop();
    }
  };
}
