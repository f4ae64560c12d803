import { z } from 'zod';
import { jsonReader } from '../shared/jsonl.js';
import { refuseUnreadable } from '../shared/reading.js';

/** What becomes of a round, in this order; `broken` instead of what is missing. */
const MARKS = ['begun', 'steady', 'injecting', 'injected', 'lifted', 'ended', 'broken'] as const;
export type MarkName = (typeof MARKS)[number];

const place = { round: z.int().min(1), attempt: z.int().min(1), ms: z.number() };

const sampleLine = z.strictObject({
  ...place,
  /** Number of its slot, from 0: slot n is due n cadences after the round began. */
  n: z.int().min(0),
  tookMs: z.number(),
  /** HTTP status, or what the command ended with; null where there is none. */
  code: z.int().nullable(),
  /** Whether the body holds the text that it must. */
  found: z.boolean().optional(),
  why: z.string().optional(),
});

const markLine = z.strictObject({
  ...place,
  mark: z.enum(MARKS),
  at: z.string().optional(),
  /** Number of the last sample that the mark was made by. */
  upTo: z.int().optional(),
  facts: z.record(z.string(), z.json()).optional(),
});

const line = z.union([sampleLine, markLine]);

/** One look at the target; `ms` after the round began. */
export type Sample = z.infer<typeof sampleLine>;
export type Mark = z.infer<typeof markLine>;

/** A round as it was once run. */
export interface Course {
  round: number;
  attempt: number;
  samples: Sample[];
  marks: Partial<Record<MarkName, Mark>>;
}

/**
 * Reads `samples.jsonl`: rounds in the order in which they were run.
 *
 * @throws ReadingError CHECK_FAILED where a line is none of an experiment
 */
export function readCourses(bytes: Uint8Array): Course[] {
  const courses: Course[] = [];
  const reader = jsonReader((value) => {
    const { data } = line.safeParse(value);
    if (!data) return { problem: 'is no line of an experiment' };
    const last = courses.at(-1);
    const same = last?.round === data.round && last.attempt === data.attempt;
    if ('mark' in data && data.mark === 'begun') {
      if (same) return { problem: 'begins its round once more' };
      courses.push({ round: data.round, attempt: data.attempt, samples: [], marks: { begun: data } });
      return undefined;
    }
    if (!same || last.marks.ended || last.marks.broken) {
      // A sample that was under way when its round ended says nothing of it.
      return 'mark' in data ? { problem: 'is of no round that runs' } : undefined;
    }
    if (!('mark' in data)) {
      last.samples.push(data);
      return undefined;
    }
    if (last.marks[data.mark]) return { problem: `has ${data.mark} once more` };
    last.marks[data.mark] = data;
    return undefined;
  });
  reader.push(bytes);
  refuseUnreadable(reader.end(), { atMost: 0 }, 'lines of samples.jsonl');
  for (const { samples } of courses) samples.sort((one, other) => one.n - other.n);
  return courses;
}
