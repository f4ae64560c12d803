import { realpathSync } from 'node:fs';
import { resolve } from 'node:path';
import type { GoLiveRef } from '../../model/state/contract.js';
import { leadingEnv, leadingHint } from '../../model/plan/leading-env.js';
import { isPath, mayStart } from '../../model/plan/programs.js';
import { StepError } from '../step/step-error.js';

/** What is started, where, and with what besides the worker's own environment. */
interface Start {
  argv: readonly string[];
  /** Absolute, or counted from the folder of the runbook, which it is by default. */
  cwd?: string | undefined;
  env?: Record<string, string> | undefined;
  /** `env` is golive's own, and not what the runbook gives. */
  ownEnv?: true | undefined;
}

/**
 * Refuses a program that the runbook's list (`allow.commands`) leaves out; without a list every program may be started.
 *
 * @throws StepError BAD_INPUT
 */
export function checkMayStart(start: Start, { commands, baseDir }: Pick<GoLiveRef, 'commands' | 'baseDir'>): void {
  if (commands === undefined) return;
  const [program = ''] = start.argv;
  const folder = resolve(baseDir, start.cwd ?? '.');
  if (!mayStart(program, commands, { folder, baseDir })) {
    throw new StepError(
      'BAD_INPUT',
      `${program} does not stand in the runbook's list \`allow.commands\`, so it is not started.`,
      { hint: `If it should be, add it to the runbook: allow: { commands: [${program}] }.` },
    );
  }
  const [leading] = start.ownEnv ? [] : leadingEnv(Object.keys(start.env ?? {}), [program]);
  if (leading !== undefined) {
    throw new StepError(
      'BAD_INPUT',
      `${program} stands in the runbook's list \`allow.commands\`, but \`env.${leading}\` says which program that is or makes another one run, so it is not started.`,
      { hint: leadingHint(leading) },
    );
  }
  if (isPath(program) && leadsElsewhere(folder, program)) {
    throw new StepError('BAD_INPUT', `${program} leads through a link to another program than its path says.`, {
      hint: 'Write its path without `..`, as it stands in `allow.commands`.',
    });
  }
}

/** A system takes `link/..` for the folder above where the link leads, and not for the one that the link stands in. */
function leadsElsewhere(folder: string, program: string): boolean {
  if (!program.split('/').includes('..')) return false;
  const taken = realOf(program.startsWith('/') ? program : `${folder}/${program}`);
  return taken !== undefined && taken !== realOf(resolve(folder, program));
}

/** Undefined where nothing stands: starting it says so. */
function realOf(path: string): string | undefined {
  try {
    return realpathSync.native(path);
  } catch {
    return undefined;
  }
}
