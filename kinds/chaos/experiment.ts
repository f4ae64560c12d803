import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { formatDuration } from '../../model/duration.js';
import type { JsonObject } from '../../model/json.js';
import { asStep } from '../shared/as-step.js';
import { chaosFigures, type Judging, steadyRun } from './chaos-figures.js';
import { clockMs, rounded } from './clock.js';
import { type Course, type MarkName, readCourses } from './course.js';
import { observerOf } from './look.js';
import { Sampler } from './sampler.js';
import type { LineAppender, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const LOOK_MS = 20;

/** Notes what becomes of a round. @param ms on the clock of `clockMs`; now, where it is not given */
export type Note = (mark: MarkName, facts?: JsonObject, ms?: number) => void;

/** One fault: what it is, how it is put in, and how it is taken out by whoever is left. */
export interface Fault {
  /** As sentences name it: "the process 12". */
  name: string;
  /**
   * Looks whether it can be put in, within its bounds.
   *
   * @returns what who takes it out must know; it is durable before anything is done
   */
  prepare(): Promise<JsonObject>;
  /** Puts it in, shows that it is in, and takes it out again; ends early when the signal is aborted. */
  run(promise: JsonObject, note: Note, signal: AbortSignal): Promise<void>;
  /**
   * Takes out what is left of it, and sees that it is out; safe at any time, and twice.
   *
   * @returns a clause for people
   */
  lift(promise: JsonObject): Promise<string>;
}

const memory = z.object({ fault: z.record(z.string(), z.json()), lifted: z.boolean() });

/** What an earlier attempt put in and did not take out. @throws StepError NOT_FOUND where it cannot be read */
async function leftBy(context: StepContext): Promise<JsonObject | undefined> {
  const known = await context.recall();
  if (!known) return undefined;
  const { data } = memory.safeParse(known);
  if (data) return data.lifted ? undefined : data.fault;
  throw new StepError('NOT_FOUND', 'What the step remembered of its fault cannot be read.', {
    hint: 'Take the fault out by hand, then say that the undo is done.',
  });
}

/** The undo of every experiment. */
export async function undoFault(fault: Pick<Fault, 'lift'>, context: StepContext): Promise<{ summary: string }> {
  const left = await leftBy(context);
  return { summary: left ? await fault.lift(left) : 'no fault was left' };
}

/** Puts a fault in as often as it is asked for, and measures what becomes of the target. */
export async function experiment(judging: Judging, fault: Fault, context: StepContext) {
  const lines = await context.evidence.appender('samples.jsonl');
  try {
    const courses = asStep(() => readCourses(Buffer.from(lines.existing.map((one) => `${one}\n`).join(''))));
    await settleEarlier(courses.at(-1), fault, lines, context);
    const done = courses.filter(({ marks }) => marks.ended).length;
    const look = await observerOf(judging, context);
    let attempt = courses.filter(({ round }) => round === done + 1).length + 1;
    let goesOn = !courses.some(({ marks }) => marks.ended?.facts?.['recovered'] === false);
    for (let round = done + 1; round <= judging.rounds && goesOn; round += 1) {
      goesOn = await new Round({ round, attempt, judging, fault, lines, look, context }).run();
      attempt = 1;
    }
  } catch (error) {
    await lines.close();
    throw withEvidence(error, context);
  }
  await lines.close();
  return figuresOf(judging, context);
}

/** A failure with what had been seen. */
function withEvidence(error: unknown, { evidence }: StepContext): unknown {
  if (!(error instanceof StepError)) return error;
  return new StepError(error.code, error.message, { ...error.options, evidence: evidence.refs() });
}

/** Takes out what a lost attempt left, and tells the round that it broke. */
async function settleEarlier(
  last: Course | undefined,
  fault: Fault,
  lines: LineAppender,
  context: StepContext,
): Promise<void> {
  const left = await leftBy(context);
  if (left) {
    context.log('takes out the fault that a lost attempt left', { took: await fault.lift(left) });
    await context.remember({ fault: left, lifted: true });
  }
  if (!last || last.marks.ended || last.marks.broken) return;
  const { round, attempt } = last;
  const facts = { why: 'the attempt that ran it did not end it' };
  await lines.append(JSON.stringify({ round, attempt, ms: 0, mark: 'broken', at: context.now().toISOString(), facts }));
}

interface RoundOptions {
  round: number;
  attempt: number;
  judging: Judging;
  fault: Fault;
  lines: LineAppender;
  look: Awaited<ReturnType<typeof observerOf>>;
  context: StepContext;
}

class Round {
  private readonly beganMs = clockMs();
  private readonly stop = new AbortController();
  private readonly signal: AbortSignal;
  /** What ended the round before its time: a guard, or a look that could not be made. */
  private ended: { by: unknown } | undefined;
  private written: Promise<unknown> = Promise.resolve();
  /** What was killed did not come back by itself. */
  private restored = false;
  private readonly at: Partial<Record<MarkName, number>> = {};
  private readonly sampler: Sampler;

  constructor(private readonly of: RoundOptions) {
    const { context, judging, look } = of;
    this.signal = AbortSignal.any([context.signal, this.stop.signal]);
    this.note('begun');
    this.sampler = new Sampler(
      { judging, look, beganMs: this.beganMs, take: (sample) => this.write(sample), tick: () => this.watch() },
      (error) => this.end(error),
    );
  }

  /** @returns whether another round may follow */
  async run(): Promise<boolean> {
    const { fault, judging, context, round } = this.of;
    try {
      const before = await this.steadiness(judging.recoverWithin);
      if (!before.steady) {
        throw new StepError(
          'CHECK_FAILED',
          `The target is not steady before round ${round}: in ${formatDuration(judging.recoverWithin)} there were no ${judging.samples} steady samples in a row; no fault was put in.`,
        );
      }
      this.note('steady', undefined, undefined, before.upTo);
      const promise = await fault.prepare();
      await context.remember({ fault: promise, lifted: false });
      await this.putIn(promise);
      const { lifted = Number.POSITIVE_INFINITY } = this.at;
      const after = await this.steadiness(judging.recoverWithin - (this.nowMs() - lifted), lifted);
      const recovered = after.steady && !this.restored;
      this.note('ended', { recovered }, undefined, after.upTo);
      return recovered;
    } catch (error) {
      throw this.ended?.by ?? error;
    } finally {
      await this.sampler.stop();
      await this.written;
    }
  }

  /** Puts the fault in; whatever comes of it, it is out again afterwards, or remembered as one that may not be. */
  private async putIn(promise: JsonObject): Promise<void> {
    const { fault, context } = this.of;
    const note: Note = (mark, facts, ms) => this.note(mark, facts, ms);
    try {
      await fault.run(promise, note, this.signal);
      this.signal.throwIfAborted();
    } finally {
      // On a step that is stopped nothing more can be asked; its holder has taken it out, and its undo looks.
      if (!context.signal.aborted) await this.takeOut(promise);
    }
    if (this.at.injecting === undefined || this.at.injected === undefined) {
      throw new StepError('INTERNAL', `Nothing shows that ${fault.name} was put in.`);
    }
  }

  private async takeOut(promise: JsonObject): Promise<void> {
    try {
      await this.of.fault.lift(promise);
      await this.of.context.remember({ fault: promise, lifted: true });
    } catch (error) {
      // A fault that is still in is worse news than whatever ended the round.
      this.ended = { by: error };
      throw error;
    }
  }

  /**
   * Waits for the steady state.
   *
   * @param sinceMs of samples that were begun then or later; never, where that is infinite
   * @returns whether it was seen, by samples up to which
   */
  private async steadiness(withinMs: number, sinceMs?: number): Promise<{ steady: boolean; upTo: number }> {
    const { judging, context } = this.of;
    const until = sinceMs === Number.POSITIVE_INFINITY ? 0 : clockMs() + withinMs;
    for (;;) {
      if (this.ended) throw this.ended.by;
      const settled = this.sampler.settled();
      const upTo = settled.at(-1)?.n ?? -1;
      if (steadyRun(settled, judging, sinceMs) >= judging.samples) return { steady: true, upTo };
      if (clockMs() > until) return { steady: false, upTo };
      await context.sleep(LOOK_MS);
    }
  }

  private watch(): void {
    const { context, round, judging } = this.of;
    const since = this.sampler.unsteadySince();
    const unsteady = this.sampler.unsteady();
    const samples = this.sampler.samples.length;
    const unsteadyMs = since === undefined ? 0 : rounded(this.nowMs() - since);
    const state = since === undefined ? 'steady' : `not steady for ${formatDuration(Math.round(unsteadyMs))}`;
    const where =
      this.at.injecting === undefined ? 'before the fault' : this.at.lifted === undefined ? 'fault' : 'after';
    context.progress({
      done: round - 1,
      total: judging.rounds,
      text: `round ${round} of ${judging.rounds}, ${where}: ${state}, ${unsteady} of ${samples} samples not steady`,
    });
    context.checkGuards({ round, samples, unsteady, unsteadyMs });
  }

  private nowMs(): number {
    return clockMs() - this.beganMs;
  }

  private note(mark: MarkName, facts?: JsonObject, ms?: number, upTo?: number): void {
    const at = rounded(ms === undefined ? this.nowMs() : ms - this.beganMs);
    this.at[mark] = at;
    if (facts?.['restored'] === true) this.restored = true;
    const more = { ...(upTo === undefined ? {} : { upTo }), ...(facts ? { facts } : {}) };
    this.write({ ms: at, mark, at: this.of.context.now().toISOString(), ...more });
  }

  private write(what: object): void {
    const { round, attempt, lines } = this.of;
    const writing = lines.append(JSON.stringify({ round, attempt, ...what }));
    writing.catch((error: unknown) => this.end(error));
    this.written = Promise.all([this.written, writing]);
    this.written.catch(() => undefined);
  }

  private end(error: unknown): void {
    this.ended ??= { by: error };
    this.stop.abort(error);
  }
}

/** What the samples say, and the evidence of it. @throws StepError unless every round recovered, where that is judged here */
async function figuresOf(judging: Judging, context: StepContext) {
  const bytes = await readFile(join(context.evidence.directory, 'samples.jsonl'));
  const figures = asStep(
    () => chaosFigures(readCourses(bytes), judging),
    () => ({ evidence: context.evidence.refs() }),
  );
  await context.evidence.write('rounds.json', `${JSON.stringify(figures, null, 2)}\n`);
  const { rounds, recovered, recoveryMs, noticed, ran, impact } = figures;
  const took = recoveryMs === undefined ? '' : `, the slowest in ${formatDuration(Math.round(recoveryMs))}`;
  const seen = noticed === ran ? '' : `; ${ran - noticed} of ${ran} were noticed by no sample`;
  const harm = impact === undefined ? '' : `; at worst ${(impact * 100).toFixed(0)} % of samples not steady meanwhile`;
  const summary = `${recovered} of ${rounds} rounds recovered${took}${harm}${seen}`;
  if (recovered < rounds && judging.judge) {
    const within = formatDuration(judging.recoverWithin);
    throw new StepError('EXPECTATION_FAILED', `Round ${ran} did not recover within ${within}: ${summary}.`, {
      facts: { rounds, ran, recovered },
      evidence: context.evidence.refs(),
    });
  }
  return { outputs: figures, summary };
}
