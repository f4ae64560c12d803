import { access, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { errnoOf } from '../../host/errno.js';
import type { StepPlace } from '../../model/evidence/step-place.js';
import type { Opened } from './journal.js';

/**
 * Whether a deed whose journal says nothing had begun. The order of an attempt makes that decidable; each is durable
 * before the next:
 *
 * 1. the lease: the attempt is there, and nothing is done;
 * 2. the intent in the journal, with the promise; then the attempt looks whether its execution was given up;
 * 3. `step.started` in the log of the go-live, `undo.started` of an undo;
 * 4. what the kind remembers for its undo, and then the deed.
 *
 * So a step without `step.started` never came to its deed, whatever else it left. One with `step.started` had an intent:
 * where none is read, the journal was lost. Whoever decides reads the log before the journal, since a step may begin
 * between the two.
 */
export interface Log {
  /** Openings of steps whose deeds began. */
  begun: StepPlace[];
  /** Why nobody can tell from the log what did not begin. */
  unread?: string;
}

const line = z.looseObject({ type: z.string() });
const started = z.object({
  type: z.enum(['step.started', 'undo.started']),
  phase: z.string(),
  phaseAttempt: z.int(),
  step: z.string(),
  epoch: z.int(),
});

/** Reads which deeds of a go-live began. It never throws: what cannot be read is said. */
export async function readLog(evidenceDir: string): Promise<Log> {
  try {
    // A bundle that is gone may have a new log already, of what failed since.
    await access(join(evidenceDir, 'data', 'plan.json'));
    const text = await readFile(join(evidenceDir, 'data', 'events.jsonl'), 'utf8');
    // What follows the last line end was never whole: no deed has begun on it.
    const events = text.split('\n').slice(0, -1).map(eventOf);
    const begun = events.flatMap((event) => started.safeParse(event).data ?? []);
    return { begun, ...(events.includes(undefined) ? { unread: 'the log of the go-live is damaged' } : {}) };
  } catch (error) {
    return { begun: [], unread: `the evidence of the go-live is not there (${errnoOf(error) ?? String(error)})` };
  }
}

/** Whether a deed began, or nobody can tell that it did not. */
export async function hasBegun(step: Opened): Promise<boolean> {
  const { begun, unread } = await readLog(step.goLive.evidenceDir);
  return unread !== undefined || begun.some((place) => samePlace(place, step));
}

export function samePlace(a: StepPlace, b: StepPlace): boolean {
  return a.phase === b.phase && a.phaseAttempt === b.phaseAttempt && a.step === b.step && a.epoch === b.epoch;
}

function eventOf(text: string): z.infer<typeof line> | undefined {
  try {
    return line.safeParse(JSON.parse(text)).data;
  } catch {
    return undefined;
  }
}
