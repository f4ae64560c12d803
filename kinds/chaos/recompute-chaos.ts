import type { ReadRaw, RecomputeOf } from '../shared/recompute-of.js';
import type { chaosDisk } from './chaos.disk.kind.js';
import { chaosFigures, type Judging } from './chaos-figures.js';
import type { chaosKill } from './chaos.kill.kind.js';
import type { chaosMemory } from './chaos.memory.kind.js';
import type { chaosNetwork } from './chaos.network.kind.js';
import { readCourses } from './course.js';

/** An experiment leaves every sample, and when its faults were put in and taken out. */
function again(input: Judging, read: ReadRaw): ReturnType<typeof chaosFigures> | undefined {
  const bytes = read('samples.jsonl');
  return bytes === undefined ? undefined : chaosFigures(readCourses(bytes), input);
}

export const recomputeChaosDisk: RecomputeOf<typeof chaosDisk> = again;
export const recomputeChaosKill: RecomputeOf<typeof chaosKill> = again;
export const recomputeChaosMemory: RecomputeOf<typeof chaosMemory> = again;
export const recomputeChaosNetwork: RecomputeOf<typeof chaosNetwork> = again;
