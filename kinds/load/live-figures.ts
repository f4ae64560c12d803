import { build } from 'hdr-histogram-js';
import type { TaskSample } from './samples.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const SHOW_EVERY_MS = 1000;

/** What a load has come to so far: shown while it runs, and watched by the step's guards. */
export class LiveFigures {
  readonly samples: TaskSample[] = [];
  private readonly latencies = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });
  private readonly stop = new AbortController();
  private errors = 0;
  private shownMs = Number.NEGATIVE_INFINITY;
  private tripped: unknown;

  constructor(
    private readonly tasks: number,
    private readonly context: StepContext,
  ) {}

  /** Ends the load when a guard has tripped. */
  get signal(): AbortSignal {
    return this.stop.signal;
  }

  take(sample: TaskSample): void {
    this.samples.push(sample);
    if (sample.error !== '') this.errors += 1;
    this.latencies.recordValue(sample.lateUs + sample.waitedUs + sample.tookUs);
  }

  /** Shows how far it is, and asks the guards; it never throws. */
  look(): void {
    this.show();
    try {
      if (this.tripped === undefined) this.context.checkGuards(this.facts());
    } catch (error) {
      this.tripped = error;
      this.stop.abort();
    }
  }

  /** @throws what a guard threw; else the error, where there is one */
  settle(error?: unknown): void {
    if (this.tripped !== undefined) throw this.withFacts(this.tripped);
    if (error !== undefined) throw error;
  }

  facts() {
    const { tasks, errors } = this;
    return {
      tasks,
      done: this.samples.length,
      errors,
      errorShare: errors / tasks,
      p99: this.samples.length === 0 ? 0 : this.latencies.getValueAtPercentile(99) / 1000,
    };
  }

  /** The distribution of the latencies in milliseconds, as the tools of HdrHistogram draw it. */
  histogram(): string {
    return this.latencies.outputPercentileDistribution(5, 1000);
  }

  private show(): void {
    if (performance.now() - this.shownMs < SHOW_EVERY_MS) return;
    this.shownMs = performance.now();
    const { done, tasks, p99, errors } = this.facts();
    this.context.progress({ done, total: tasks, text: `${done}/${tasks} tasks · ${errors} errors · p99 ${p99} ms` });
  }

  /** A guard's failure with what had been measured. */
  private withFacts(error: unknown): unknown {
    if (!(error instanceof StepError)) return error;
    const { options } = error;
    return new StepError(error.code, error.message, {
      ...options,
      facts: { ...options.facts, ...this.facts() },
      evidence: this.context.evidence.refs(),
    });
  }
}
