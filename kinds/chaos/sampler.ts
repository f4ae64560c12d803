import { isSteady, type Judging, settledOf } from './chaos-figures.js';
import { clockMs, rounded } from './clock.js';
import type { Sample } from './course.js';
import type { Seen } from './look.js';

export interface SamplerOptions {
  judging: Judging;
  look: () => Promise<Seen>;
  /** When the round began, on the clock of `clockMs`. */
  beganMs: number;
  /** Is given each sample when its look has ended, and each slot when it is due; what it throws ends the sampler. */
  take: (sample: Omit<Sample, 'round' | 'attempt'>) => void;
  tick: () => void;
}

/**
 * Looks at the target at a steady pace, whether earlier looks have ended or not: one that hangs hides none of those that
 * were due meanwhile.
 */
export class Sampler {
  readonly samples: Sample[] = [];
  /** Slots that came while the sampler itself did not. */
  readonly missed = new Set<number>();
  private next = 0;
  private timer: NodeJS.Timeout | undefined;
  private readonly under = new Set<Promise<void>>();

  constructor(
    private readonly options: SamplerOptions,
    private readonly failed: (error: unknown) => void,
  ) {
    this.wait();
  }

  /** What is known by now and will not change. */
  settled(): Sample[] {
    return settledOf(this.samples, this.missed);
  }

  /** Since when the target has not been steady, in milliseconds after the round began; undefined while it is. */
  unsteadySince(): number | undefined {
    const { steady } = this.options.judging;
    const inOrder = this.samples.toSorted((one, other) => one.n - other.n);
    const last = inOrder.findLastIndex((sample) => isSteady(sample, steady));
    return inOrder[last + 1]?.ms;
  }

  unsteady(): number {
    return this.samples.filter((sample) => !isSteady(sample, this.options.judging.steady)).length;
  }

  /** Begins no other look, and waits for those under way. */
  async stop(): Promise<void> {
    clearTimeout(this.timer);
    this.next = Number.POSITIVE_INFINITY;
    await Promise.all(this.under);
  }

  private nowMs(): number {
    return clockMs() - this.options.beganMs;
  }

  private wait(): void {
    const due = this.next * this.options.judging.every;
    this.timer = setTimeout(() => this.begin(), Math.max(0, due - this.nowMs()));
  }

  private begin(): void {
    const { every } = this.options.judging;
    const slot = Math.max(this.next, Math.floor(this.nowMs() / every));
    for (let n = this.next; n < slot; n += 1) this.missed.add(n);
    this.next = slot + 1;
    const look = this.takeOne(slot).catch(this.failed);
    this.under.add(look);
    void look.finally(() => this.under.delete(look));
    try {
      this.options.tick();
    } catch (error) {
      this.failed(error);
    }
    if (Number.isFinite(this.next)) this.wait();
  }

  private async takeOne(n: number): Promise<void> {
    const ms = rounded(this.nowMs());
    const seen = await this.options.look();
    const sample = { n, ms, tookMs: rounded(this.nowMs() - ms), ...seen };
    this.samples.push({ round: 1, attempt: 1, ...sample });
    this.options.take(sample);
  }
}
