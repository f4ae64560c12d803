import { resolve } from 'node:path';
import { sha256File } from '../../evidence/durable.js';
import { StepError } from '../step/step-error.js';

/**
 * Compares files that are about to be used with what they were when the plan was made.
 *
 * @param names paths as they are used, relative to `cwd`; what the plan does not know is passed over
 * @throws StepError BAD_INPUT when one was changed or is gone
 */
export async function checkPinned(
  names: readonly string[],
  cwd: string,
  pinned: Readonly<Record<string, string>> | undefined,
): Promise<void> {
  if (pinned === undefined) return;
  for (const name of new Set(names.filter((word) => !word.includes('\0')).map((word) => resolve(cwd, word)))) {
    const planned = Object.hasOwn(pinned, name) ? pinned[name] : undefined;
    if (planned === undefined) continue;
    const found = await sha256File(name).then(
      ({ sha256 }) => sha256,
      () => 'gone',
    );
    if (found === planned) continue;
    throw new StepError(
      'BAD_INPUT',
      `The file ${name} was changed after the plan was made: its SHA-256 is ${found}, the plan has ${planned}.`,
      {
        hint: 'See who changed it and why; then plan and start again with the file as it should be.',
        facts: { changedFile: name, planned, found },
      },
    );
  }
}
