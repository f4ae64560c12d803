import type { z } from 'zod';
import { largest } from '../../model/largest.js';
import { ReadingError } from '../shared/reading.js';
import type { experimentFields, RoundFigures } from './chaos-fields.js';
import { rounded } from './clock.js';
import type { Course, Mark, Sample } from './course.js';

/** What of an experiment's input judges its samples. */
export type Judging = { [K in keyof typeof experimentFields]: z.infer<(typeof experimentFields)[K]> };

/** More of a round's samples may not be missed. */
const MOST_MISSED = 0.2;
/** A slot or two are late on any machine. */
const MISSED_ANYWAY = 2;

/** Whether a sample shows the steady state. */
export function isSteady(
  { code, found, tookMs }: Pick<Sample, 'code' | 'found' | 'tookMs'>,
  steady: Judging['steady'],
): boolean {
  if (code === null || found === false || tookMs > steady.within) return false;
  if (steady.argv) return code === 0;
  const wanted = steady.status === undefined ? undefined : [steady.status].flat();
  return wanted ? wanted.includes(code) : code >= 200 && code < 300;
}

/**
 * The samples of a round of which nothing earlier is under way any more: what they show is not changed by what comes.
 *
 * @param samples in any order
 * @param missed slots that were never begun
 */
export function settledOf(samples: readonly Sample[], missed: ReadonlySet<number>): Sample[] {
  const byNumber = new Map(samples.map((sample) => [sample.n, sample]));
  const settled: Sample[] = [];
  for (let n = 0; ; n += 1) {
    const sample = byNumber.get(n);
    if (sample) settled.push(sample);
    else if (!missed.has(n)) return settled;
  }
}

/** How many steady samples in a row end these, of those begun at this time or later. */
export function steadyRun(samples: readonly Sample[], judging: Judging, sinceMs = Number.NEGATIVE_INFINITY): number {
  let run = 0;
  for (const sample of samples.toReversed()) {
    if (sample.ms < sinceMs || !isSteady(sample, judging.steady)) break;
    run += 1;
  }
  return run;
}

/**
 * The figures of an experiment, from all that it left.
 *
 * @param courses rounds in the order in which they were run
 * @throws ReadingError CHECK_FAILED where they are not whole, EXPECTATION_FAILED where they are void
 */
export function chaosFigures(courses: readonly Course[], judging: Judging) {
  const each: RoundFigures[] = [];
  let broken = 0;
  for (const course of courses) {
    if (course.round !== each.length + 1 || course.attempt !== broken + 1) {
      throw unwhole(`round ${course.round} (attempt ${course.attempt}) does not follow the one before`);
    }
    if (each.at(-1)?.recovered === false) throw unwhole(`round ${course.round} follows one that did not recover`);
    if (course.marks.broken) {
      broken += 1;
      continue;
    }
    each.push({ ...roundOf(course, judging), broken });
    broken = 0;
  }
  if (broken > 0) throw unwhole(`round ${each.length + 1} was broken, and not run again`);
  const recovered = each.filter((one) => one.recovered).length;
  const all = recovered === judging.rounds;
  if (each.length !== judging.rounds && each.at(-1)?.recovered !== false) {
    throw unwhole(`${judging.rounds} rounds were asked for, and ${each.length} were run`);
  }
  const worst = (of: (one: RoundFigures) => number | undefined): number | undefined => {
    const values = each.map(of).filter((value) => value !== undefined);
    return largest(values);
  };
  const [recoveryMs, afterLiftMs] = [worst((one) => one.recoveryMs), worst((one) => one.afterLiftMs)];
  const impact = worst((one) => one.impact);
  return {
    rounds: judging.rounds,
    ran: each.length,
    recovered,
    ...(all && recoveryMs !== undefined && afterLiftMs !== undefined ? { recoveryMs, afterLiftMs } : {}),
    noticed: each.filter(({ noticed }) => noticed).length,
    ...(impact === undefined ? {} : { impact }),
    samples: each.reduce((sum, { samples }) => sum + samples, 0),
    broken: each.reduce((sum, one) => sum + one.broken, 0),
    each,
  };
}

function unwhole(text: string): ReadingError {
  return new ReadingError('CHECK_FAILED', `The samples of the experiment are not whole: ${text}.`);
}

function need(course: Course, name: keyof Course['marks']): Mark {
  const mark = course.marks[name];
  if (mark) return mark;
  throw unwhole(`round ${course.round} has no line that it is ${name}`);
}

/** The figures of a round that was run to its end. */
function roundOf(course: Course, judging: Judging): Omit<RoundFigures, 'broken'> {
  const [steady, injecting, , ended] = [
    need(course, 'steady'),
    need(course, 'injecting'),
    need(course, 'injected'),
    need(course, 'ended'),
  ];
  const { lifted } = course.marks;
  const upTo = ended.upTo ?? -1;
  const samples = course.samples.filter(({ n }) => n <= upTo);
  judgeVoid(course.round, samples, upTo);
  const before = samples.filter(({ n }) => n <= (steady.upTo ?? -1));
  if (steadyRun(before, judging) < judging.samples || before.some((one) => one.ms + one.tookMs > injecting.ms)) {
    throw unwhole(`the target was not steady before the fault of round ${course.round}`);
  }
  const since = samples.filter(({ ms }) => ms >= injecting.ms);
  const last = since.findLastIndex((sample) => !isSteady(sample, judging.steady));
  const held = since.slice(last + 1);
  const during = since.filter(({ ms }) => lifted === undefined || ms <= lifted.ms);
  const unsteady = during.filter((sample) => !isSteady(sample, judging.steady)).length;
  const [first] = held;
  const recovered =
    lifted !== undefined &&
    lifted.facts?.['restored'] !== true &&
    first !== undefined &&
    steadyRun(held, judging, lifted.ms) >= judging.samples;
  const seenAt = last === -1 || !first ? injecting.ms : first.ms + first.tookMs;
  // A process that was killed is back when another one runs, however soon anybody saw it.
  const back = lifted?.facts?.['pid'] === undefined ? seenAt : Math.max(seenAt, lifted.ms);
  return {
    round: course.round,
    recovered,
    ...(recovered
      ? { recoveryMs: rounded(back - injecting.ms), afterLiftMs: rounded(Math.max(0, back - lifted.ms)) }
      : {}),
    noticed: last !== -1,
    ...(during.length === 0 ? {} : { impact: unsteady / during.length }),
    samples: samples.length,
  };
}

/** A sampler that fell behind has not looked. */
function judgeVoid(round: number, samples: readonly Sample[], upTo: number): void {
  const slots = upTo + 1;
  const missed = slots - new Set(samples.map(({ n }) => n)).size;
  if (samples.length + missed !== slots) throw unwhole(`round ${round} has a sample twice`);
  if (missed <= MISSED_ANYWAY || missed <= MOST_MISSED * slots) return;
  throw new ReadingError(
    'EXPECTATION_FAILED',
    `The experiment is void, for its sampler fell behind: in round ${round} it missed ${missed} of ${slots} samples.`,
  );
}
