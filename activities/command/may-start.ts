import type { GoLiveRef } from '../../model/state/contract.js';
import { mayStart } from '../../model/plan/programs.js';
import { StepError } from '../step/step-error.js';

/**
 * Refuses a program that the runbook's list (`allow.commands`) leaves out; without a list every program may be started.
 *
 * @param folder that it is started in
 * @throws StepError BAD_INPUT
 */
export function checkMayStart(
  [program = '']: readonly string[],
  folder: string | undefined,
  { commands, baseDir }: Pick<GoLiveRef, 'commands' | 'baseDir'>,
): void {
  if (commands === undefined || mayStart(program, commands, { folder: folder ?? baseDir, baseDir })) return;
  throw new StepError(
    'BAD_INPUT',
    `${program} does not stand in the runbook's list \`allow.commands\`, so it is not started.`,
    {
      hint: `If it should be, add it to the runbook: allow: { commands: [${program}] }.`,
    },
  );
}
