import { messageOf } from '../errors.js';
import { talk } from '../terminal/tell.js';

const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;
/** 128 + the number of the signal, as shells count. */
const CODES: Record<(typeof SIGNALS)[number], number> = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 };

/** What must be taken down at the end, newest first, also after Ctrl-C. */
export class Cleanup {
  /** A signal came before anything was there to be followed. */
  interrupted = false;
  /** Aborted with that signal: what is not there yet need not come. */
  readonly signal: AbortSignal;
  private readonly interrupt = new AbortController();
  private readonly works: (() => Promise<void>)[] = [];
  private running: Promise<void> | undefined;

  constructor() {
    this.signal = this.interrupt.signal;
  }

  add(work: () => Promise<void>): void {
    this.works.push(work);
  }

  /** Takes everything down once; one failure does not keep the others standing. */
  run(): Promise<void> {
    this.running ??= this.takeDown();
    return this.running;
  }

  /** Until `handOver`, a signal takes everything down and ends the process. */
  onSignals(): { handOver(): void } {
    const listeners = SIGNALS.map((name) => {
      const listener = (): void => {
        if (this.interrupted) return;
        this.interrupted = true;
        this.interrupt.abort();
        talk('Interrupted: taking down what was started …');
        void this.run().then(() => process.exit(CODES[name]));
      };
      process.on(name, listener);
      return { name, listener };
    });
    return {
      handOver: () => {
        for (const { name, listener } of listeners) process.off(name, listener);
      },
    };
  }

  private async takeDown(): Promise<void> {
    for (let work = this.works.pop(); work !== undefined; work = this.works.pop()) {
      await work().catch((error: unknown) => talk(`Could not take down everything: ${messageOf(error)}`));
    }
  }
}
