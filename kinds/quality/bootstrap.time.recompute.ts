import { z } from 'zod';
import { exactJson } from '../shared/json.js';
import type { RecomputeOf } from '../shared/recompute-of.js';
import type { bootstrapTime as kind } from './bootstrap.time.kind.js';

const mark = z.number().min(0);
const course = z.object({
  commit: z.string(),
  clean: z.boolean(),
  changed: z.int(),
  ended: z.int(),
  folder: z.string().optional(),
  /** Marks of a clock that is never set, in milliseconds since the deed began. */
  cloned: z.tuple([mark, mark]),
  begun: mark,
  steps: z.array(z.object({ name: z.string(), from: mark, to: mark, background: z.boolean() })).min(1),
  ready: mark,
});
export type Course = z.infer<typeof course>;

/** The step leaves the marks of the clock. */
export const recomputeBootstrapTime: RecomputeOf<typeof kind> = (_input, read) => {
  const marks = read('bootstrap.json');
  return marks === undefined ? undefined : timesOf(course.parse(exactJson(marks.toString('utf8'))));
};

/** The outputs of a course. @throws Error where its marks go back */
export function timesOf({ cloned, begun, steps, ready, ...facts }: Course) {
  const marks = [...cloned, begun, ...steps.map(({ from }) => from), ready];
  if (marks.some((one, at) => one < (marks[at - 1] ?? 0)) || steps.some(({ from, to }) => to < from || to > ready)) {
    throw new Error('The marks of the clock go back.');
  }
  const last = steps.reduce((latest, one) => Math.max(latest, one.background ? one.from : one.to), begun);
  return {
    bootstrapMs: Math.round(ready - begun),
    cloneMs: Math.round(cloned[1] - cloned[0]),
    steps: Object.fromEntries(steps.map(({ name, from, to }) => [name, Math.round(to - from)])),
    readyMs: Math.round(ready - last),
    ...facts,
  };
}
