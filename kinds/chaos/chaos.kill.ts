import { z } from 'zod';
import { formatDuration } from '../../model/duration.js';
import { errnoOf } from '../../host/errno.js';
import { statOf } from '../../host/process.js';
import { nameOf, processesOf } from '../process/processes.js';
import { processOf, type RunningProcess, shownCommand } from '../process/running.js';
import type { chaosKill as kind } from './chaos.kill.kind.js';
import { clockMs } from './clock.js';
import { experiment, type Fault, type Note, undoFault } from './experiment.js';
import type { CheckContext, HandlerOf, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../../activities/step/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

const promised = z.object({ pid: z.int(), startedAt: z.string() });

const LOOK_MS = 20;
/** A start time is told in hundredths of a second and from a clock read beside it, so it may seem this much earlier. */
const CLOCK_MS = 50;
/** For a process to end that was sent a signal. */
const GONE_MS = 10_000;
/** For one to run that `restore` has started, and for a supervisor to come to what an attempt left. */
const START_MS = 30_000;
const SHOWN = 200;

/** The one process that is meant. */
async function look(input: Input, context: CheckContext): Promise<RunningProcess> {
  const found = await processesOf(input, context);
  const [one, second] = found;
  if (!one) throw new StepError('CHECK_FAILED', `No process ${nameOf(input)} runs; nothing was killed.`);
  if (second) {
    const pids = found.map(({ pid }) => pid).join(', ');
    throw new StepError(
      'CHECK_FAILED',
      `${found.length} processes ${nameOf(input)} run: ${pids}; nothing was killed.`,
      {
        hint: 'Name the one that is meant more closely.',
      },
    );
  }
  if (isOwn(one.pid)) {
    throw new StepError(
      'BAD_INPUT',
      `The process ${one.pid} is golive’s own worker, or has started it; nothing was killed.`,
    );
  }
  return one;
}

/** Whether a process is this one, or started it, or who started that. */
function isOwn(pid: number): boolean {
  for (let own = process.pid; own > 1; own = statOf(own)?.parent ?? 0) if (own === pid) return true;
  return pid <= 1;
}

class Killing {
  constructor(
    private readonly input: Input,
    private readonly context: StepContext,
  ) {}

  async run(victim: { pid: number; startedAt: string }, note: Note, signal: AbortSignal): Promise<void> {
    const { recoverWithin, signal: how, restore } = this.input;
    const { pid } = victim;
    if (!isStill(victim))
      throw new StepError('CHECK_FAILED', `The process ${pid} ended by itself; nothing was killed.`);
    const [atMs, at] = [clockMs(), this.context.now().getTime()];
    note('injecting', { pid, signal: how }, atMs);
    try {
      process.kill(pid, how);
    } catch (cause) {
      const code = errnoOf(cause) ?? 'error';
      throw new StepError('EXPECTATION_FAILED', `The process ${pid} could not be sent ${how} (${code}).`, { cause });
    }
    const gone = await this.waited(GONE_MS, signal, async () => !isStill(victim) || undefined);
    if (!gone) {
      throw new StepError(
        'EXPECTATION_FAILED',
        `The process ${pid} still runs ${formatDuration(GONE_MS)} after ${how}.`,
      );
    }
    note('injected', { pid, startedAt: victim.startedAt, gone: true });
    const next = (): Promise<RunningProcess | undefined> => this.successor(pid, at);
    const back = await this.waited(recoverWithin - (clockMs() - atMs), signal, next);
    if (back) note('lifted', { pid: back.pid, startedAt: back.startedAt });
    else if (restore) {
      await this.restored();
      note('lifted', { restored: true });
    }
  }

  /** Sees that one runs, or starts it. */
  async lift(): Promise<string> {
    const runs = async (): Promise<RunningProcess | undefined> => (await processesOf(this.input, this.context))[0];
    const { restore } = this.input;
    const one = (await runs()) ?? (restore ? undefined : await this.waited(GONE_MS, this.context.signal, runs));
    if (one) return `the process ${one.pid} runs`;
    if (restore) return this.restored();
    throw new StepError('CHECK_FAILED', `No process ${nameOf(this.input)} runs since one was killed.`, {
      hint: 'Start it by hand; with `restore` the step does.',
    });
  }

  private async restored(): Promise<string> {
    const argv = this.input.restore ?? [];
    const { context } = this;
    const { exitCode, signal, stderr } = await context.run({
      argv,
      cwd: context.task.goLive.baseDir,
      timeoutMs: START_MS,
    });
    if (exitCode !== 0) {
      const { clause, said } = lastWords(stderr);
      const how = exitCode === null ? `was ended by ${signal}` : `ended with code ${exitCode}`;
      throw new StepError('COMMAND_FAILED', `${argv[0]}, which restores the process, ${how}${clause || '.'}`, {
        said,
        hint: `It must end by itself within ${formatDuration(START_MS)}, and what it starts must go on: by setsid, or a service manager.`,
      });
    }
    const back = await this.waited(START_MS, context.signal, async () => (await processesOf(this.input, context))[0]);
    if (back) return `started the process ${back.pid}`;
    throw new StepError('CHECK_FAILED', `No process ${nameOf(this.input)} runs after ${argv[0]} has ended.`);
  }

  /** The earliest that began after the kill. */
  private async successor(killed: number, at: number): Promise<RunningProcess | undefined> {
    const [first] = (await processesOf(this.input, this.context))
      .filter(({ pid, startedAt }) => pid !== killed && Date.parse(startedAt) >= at - CLOCK_MS)
      .toSorted((one, other) => Date.parse(one.startedAt) - Date.parse(other.startedAt));
    return first;
  }

  private async waited<T>(
    withinMs: number,
    signal: AbortSignal,
    seen: () => Promise<T | undefined>,
  ): Promise<T | undefined> {
    const until = clockMs() + withinMs;
    for (;;) {
      const found = await seen();
      if (found !== undefined || clockMs() > until) return found;
      signal.throwIfAborted();
      await this.context.sleep(LOOK_MS);
    }
  }
}

/** Whether that very process runs. */
function isStill({ pid, startedAt }: { pid: number; startedAt: string }): boolean {
  const now = processOf(pid);
  return now !== undefined && Math.abs(Date.parse(now.startedAt) - Date.parse(startedAt)) < 1000;
}

function faultOf(input: Input, context: StepContext): Fault {
  const killing = new Killing(input, context);
  return {
    name: `the end of the process ${nameOf(input)}`,
    prepare: async () => {
      const { pid, startedAt, command } = await look(input, context);
      return { pid, startedAt, command: shownCommand(command, SHOWN) };
    },
    run: (promise, note, signal) => killing.run(promised.parse(promise), note, signal),
    lift: () => killing.lift(),
  };
}

export const chaosKill: HandlerOf<typeof kind> = {
  do: (input, context) => experiment(input, faultOf(input, context), context),
  undo: (input, context) => undoFault(faultOf(input, context), context),
  check: async (input, context) => {
    const { pid, startedAt } = await look(input, context);
    return `the process ${pid} runs, since ${startedAt}`;
  },
};
