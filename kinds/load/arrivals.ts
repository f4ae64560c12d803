import { lengthOf, MOST_PER_SECOND, MOST_TASKS, type Profile } from './profiles.js';
import { ReadingError } from '../shared/reading.js';

/** When tasks arrive. */
export interface Arrivals {
  /** Tasks of all cycles. */
  tasks: number;
  /** Between two tasks of a cycle, in milliseconds. */
  everyMs: number;
  /** How long it all takes, in milliseconds. */
  lengthMs: number;
  /** When a task is due, in milliseconds from the beginning. @param task from 0 */
  dueMs(task: number): number;
}

/**
 * When the tasks of a profile arrive. Under a time scale, time passes so much faster: the tasks are as many, at so many times
 * the rate.
 *
 * @param scale 1 for real time
 * @throws ReadingError BAD_INPUT for no task, or more than are allowed in all or in a second
 */
export function arrivalsOf(profile: Profile, scale: number): Arrivals {
  const { perMinute, duration, cycles, pause } = profile;
  const each = Math.round((perMinute * duration) / 60_000);
  const tasks = each * cycles;
  const everyMs = 60_000 / perMinute / scale;
  if (each === 0) throw new ReadingError('BAD_INPUT', 'No task arrives in the duration of the profile.');
  if (tasks > MOST_TASKS) {
    throw new ReadingError('BAD_INPUT', `The profile has ${tasks} tasks; a run has at most ${MOST_TASKS}.`);
  }
  if (1000 / everyMs > MOST_PER_SECOND) {
    const rate = Math.round(1000 / everyMs);
    throw new ReadingError('BAD_INPUT', `${rate} tasks a second would arrive; at most ${MOST_PER_SECOND} may.`);
  }
  const cycleMs = (duration + pause) / scale;
  return {
    tasks,
    everyMs,
    lengthMs: lengthOf(profile) / scale,
    dueMs: (task) => Math.floor(task / each) * cycleMs + (task % each) * everyMs,
  };
}
