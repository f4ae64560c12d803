import type { ChildProcess } from 'node:child_process';
import { join } from 'node:path';
import { endsCleanly, onStdinEnd, stdinIsHeld } from './life.js';
import { messageOf } from './log.js';
import { type LabOptions, labOptions, type NamedFault, UsageError } from './options.js';
import { endGroup, startHeld } from './processes.js';

/** Most that a rehearsal's time is hurried. */
const MOST_TIME_SCALE = 10_000;

/** What a lab gives to the rehearsal. */
export interface Ready {
  target: string;
  inputs: Record<string, unknown>;
}

/** Starts a Node program in the lab's folder; with `env` beside what every process of a lab has. */
export type Start = (script: string, args: readonly string[], env?: Record<string, string>) => void;

/** A lab: its faults, and how it is started. */
export interface LabHost<F extends NamedFault> {
  faults: readonly F[];
  sound: F;
  /** Prepares its folder and starts its processes; resolves when they can be used. */
  run(options: LabOptions<F>, start: Start): Promise<Ready>;
}

/** Runs a lab from its command line: says `ready` on stdout, and ends everything when it is told to or its stdin ends. */
export async function hostLab<F extends NamedFault>({ faults, sound, run }: LabHost<F>): Promise<void> {
  try {
    const options = labOptions(faults, sound, MOST_TIME_SCALE);
    if (!options) return;
    const children: ChildProcess[] = [];
    const end = endsCleanly(async () => {
      await Promise.all(children.flatMap(({ pid }) => (pid === undefined ? [] : [endGroup(pid)])));
      process.stderr.write('lab: nothing of it runs any more\n');
    });
    if (stdinIsHeld()) onStdinEnd(end);
    const { dir, fault } = options;
    const ready = await run(options, (script, args, env = {}) => {
      const log = join(dir, `${script.split('/').at(-1)?.replace(/\.js$/, '') ?? 'process'}.log`);
      children.push(startHeld([process.execPath, script, ...args], env, dir, log));
    });
    process.stdout.write(`${JSON.stringify({ ready: true, ...ready })}\n`);
    process.stderr.write(`lab: its processes run in ${dir}, fault: ${fault.id}\n`);
  } catch (error) {
    const usage = error instanceof UsageError || (error instanceof TypeError && 'code' in error);
    process.stderr.write(`lab: ${messageOf(error)}\n`);
    if (usage) process.exitCode = 2;
    else process.exit(1);
  }
}
