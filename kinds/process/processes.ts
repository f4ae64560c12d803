import { readdirSync } from 'node:fs';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { readPidFile } from './pid-file.js';
import { type RunningProcess, processOf } from './running.js';

/** How a process is named. */
export interface ProcessName {
  pidFile?: string | undefined;
  command?: string | undefined;
}

/**
 * Running processes of a name; none is no error.
 *
 * @throws StepError TOOL_MISSING on a system without /proc
 */
export async function processesOf(name: ProcessName, context: Pick<StepContext, 'path'>): Promise<RunningProcess[]> {
  if (!processOf(process.pid)) {
    throw new StepError('TOOL_MISSING', 'Processes can be found on Linux only: there is no /proc on this machine.');
  }
  const { pidFile, command } = name;
  const running = pidFile === undefined ? allRunning() : await namedIn(context.path(pidFile));
  return running.filter((one) => one.pid !== process.pid && (command === undefined || one.command.includes(command)));
}

function allRunning(): RunningProcess[] {
  const pids = readdirSync('/proc').filter((entry) => /^\d+$/.test(entry));
  return pids.map((pid) => processOf(Number(pid))).filter((one) => one !== undefined);
}

/** None when the file is not believed. */
async function namedIn(path: string): Promise<RunningProcess[]> {
  const read = await readPidFile(path);
  return 'process' in read ? [read.process] : [];
}

/** How a name is told in a sentence. */
export function nameOf({ pidFile, command }: ProcessName): string {
  if (pidFile === undefined) return `with ${JSON.stringify(command)} in its command line`;
  return `of ${pidFile}${command === undefined ? '' : ` with ${JSON.stringify(command)} in its command line`}`;
}
