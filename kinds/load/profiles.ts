import { z } from 'zod';
import { duration } from '../shared/fields.js';

/** Most tasks of one run, and most that arrive in a second: a load is bounded, whatever the runbook says. */
export const MOST_TASKS = 200_000;
export const MOST_PER_SECOND = 2_000;

const custom = z.strictObject({
  agents: z.int().min(1).max(1_000).describe('How many tasks may be under way at once; others wait, and that counts.'),
  perMinute: z
    .number()
    .positive()
    .max(MOST_PER_SECOND * 60)
    .describe('Tasks that arrive in a minute, evenly spaced, whether earlier ones were answered or not.'),
  duration: duration.describe('How long tasks arrive.'),
  cycles: z.int().min(1).max(100).default(1).describe('How often; the figures are of all cycles together.'),
  pause: duration.prefault('0s').describe('Between two cycles.'),
});

/** Tasks that arrive at a constant rate. Times in milliseconds. */
export type Profile = z.infer<typeof custom>;

const MINUTE = 60_000;

/** The profiles of the production-hardening certificate: agents, tasks a minute, minutes. */
export const PROFILES = {
  P1: { agents: 2, perMinute: 10, duration: 15 * MINUTE, cycles: 1, pause: 0 },
  P2: { agents: 15, perMinute: 100, duration: 45 * MINUTE, cycles: 1, pause: 0 },
  P3: { agents: 50, perMinute: 500, duration: 5 * MINUTE, cycles: 5, pause: MINUTE },
  P4: { agents: 10, perMinute: 30, duration: 120 * MINUTE, cycles: 1, pause: 0 },
  P5: { agents: 5, perMinute: 20, duration: 30 * MINUTE, cycles: 1, pause: 0 },
} as const satisfies Record<string, Profile>;

export const profileField = z
  .union([z.enum(['P1', 'P2', 'P3', 'P4', 'P5']), custom])
  .describe('P1 baseline, P2 concurrency, P3 spike, P4 soak, P5 mixed, or one of your own.');

export function profileOf(given: z.infer<typeof profileField>): Profile {
  return typeof given === 'string' ? PROFILES[given] : given;
}

/** How long a profile takes, in milliseconds. */
export function lengthOf({ duration: long, cycles, pause }: Profile): number {
  return long * cycles + pause * (cycles - 1);
}
