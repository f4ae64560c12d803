import { usageOfTree } from '../../host/usage.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { nameOf, type ProcessName, processesOf } from '../process/processes.js';
import type { RunningProcess } from '../process/running.js';
import type { TargetSample } from './target-figures.js';

/** So many looks at a load, at most one in the first time and at least one in the second. */
const LOOKS = 200;
const OFTEN_MS = 500;
const SELDOM_MS = 10_000;

/** Looks at a process while a load runs. */
export interface TargetWatch {
  /** Ends the looks. */
  end(): TargetSample[];
}

/**
 * Begins to look at the process of a service.
 *
 * @param lengthMs how long the load takes
 * @returns why it is not looked at, where it is not to be found here: a load is one without it, too
 */
export async function watchTarget(
  name: ProcessName,
  lengthMs: number,
  context: Pick<StepContext, 'path'>,
): Promise<TargetWatch | { why: string }> {
  const found = await theOne(name, context);
  if ('why' in found) return found;
  const began = performance.now();
  const samples: TargetSample[] = [];
  let target: RunningProcess | undefined = found;
  let before: Look | undefined;
  const look = (): void => {
    const now = lookAt(target?.pid, performance.now() - began);
    if (now === undefined) return;
    samples.push(sampleOf(now, before));
    before = now;
    if (now.processes.length > 0) return;
    target = undefined;
    // Whoever keeps it may have started another one.
    void theOne(name, context).then(
      (one) => {
        if (!('why' in one)) target = one;
      },
      () => undefined,
    );
  };
  look();
  const timer = setInterval(look, Math.min(SELDOM_MS, Math.max(OFTEN_MS, lengthMs / LOOKS)));
  return {
    end: () => {
      clearInterval(timer);
      return samples;
    },
  };
}

async function theOne(
  name: ProcessName,
  context: Pick<StepContext, 'path'>,
): Promise<RunningProcess | { why: string }> {
  try {
    const [one, second] = await processesOf(name, context);
    if (!one) return { why: `no process ${nameOf(name)} runs on this machine` };
    if (second) return { why: `several processes ${nameOf(name)} run: name the one that is meant` };
    return one;
  } catch (error) {
    if (error instanceof StepError && error.code === 'TOOL_MISSING') return { why: error.message };
    throw error;
  }
}

interface Look {
  atMs: number;
  processes: ReturnType<typeof usageOfTree>;
}

/** @returns undefined where the system does not let us look now: too many open files are no end of the process */
function lookAt(pid: number | undefined, atMs: number): Look | undefined {
  try {
    return { atMs: Math.round(atMs), processes: pid === undefined ? [] : usageOfTree(pid) };
  } catch {
    return undefined;
  }
}

function sampleOf({ atMs, processes }: Look, before: Look | undefined): TargetSample {
  if (processes.length === 0) return { atMs, processes: 0 };
  const files = processes.map(({ openFiles }) => openFiles);
  const used =
    before === undefined ? [] : processes.map((one) => usedSince(one, before)).filter((ms) => ms !== undefined);
  const took = atMs - (before?.atMs ?? atMs);
  return {
    atMs,
    processes: processes.length,
    ...(used.length === 0 || took <= 0 ? {} : { cpuPercent: Math.round((1000 * sum(used)) / took) / 10 }),
    rssBytes: sum(processes.map(({ rssBytes }) => rssBytes)),
    ...(files.some((one) => one === undefined) ? {} : { openFiles: sum(files.map((one) => one ?? 0)) }),
  };
}

/** Unknown of a process that was not there. */
function usedSince({ pid, startTime, cpuMs }: Look['processes'][number], before: Look): number | undefined {
  const then = before.processes.find((one) => one.pid === pid && one.startTime === startTime);
  return then && Math.max(0, cpuMs - then.cpuMs);
}

const sum = (all: readonly number[]): number => all.reduce((total, one) => total + one, 0);
