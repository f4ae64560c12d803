import { textsIn } from '../../model/schema/format/kind.js';
import type { StepTask } from '../../model/state/contract.js';
import type { StepCalls, StepContext } from '../step/step.js';
import { StepError } from '../step/step-error.js';

/**
 * An undo whose files are not as they were planned is refused on the way back, when it is needed most. So it is found before
 * the deed: what cannot be taken back is not done.
 *
 * @throws StepError BAD_INPUT that names the file and the call of the undo
 */
export async function checkPromisedFiles(
  { promise }: StepTask,
  kinds: StepCalls,
  { checkPinned, path }: Pick<StepContext, 'checkPinned' | 'path'>,
): Promise<void> {
  for (const { activity, title, input } of promise?.calls ?? []) {
    if (input === undefined || !kinds.names.includes(activity)) continue;
    const pins = kinds.call(activity, 'do').kind.pins?.(input);
    if (pins === undefined) continue;
    const folder = typeof pins.folder === 'string' ? pins.folder : '.';
    try {
      await checkPinned(textsIn(pins.names), path(folder));
    } catch (error) {
      if (!(error instanceof StepError) || error.code !== 'BAD_INPUT') throw error;
      throw new StepError('BAD_INPUT', `Nothing was done, for its undo (${title}) would be refused: ${error.message}`, {
        cause: error,
        hint: 'Where the runbook itself writes that file, say `pin: false` in the undo; else see who changed it and why.',
        ...(error.options.facts ? { facts: error.options.facts } : {}),
      });
    }
  }
}
