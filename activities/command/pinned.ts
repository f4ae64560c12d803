import { resolve } from 'node:path';
import { sha256File } from '../../evidence/durable.js';
import { StepError } from '../step/step-error.js';

const FORWARD = 'See who changed it and why; then plan and start again with the file as it should be.';
/** What was done is to be taken back by this go-live: a new plan would not know of it. */
const BACK =
  'See who changed it and why; then put it back as it was planned. Where a question is asked about it, `retry` takes it as it is now, and `done` says how it was done by hand.';

/**
 * Compares files that are about to be used with what they were when the plan was made.
 *
 * @param names paths as they are used, relative to `cwd`; what the plan does not know is passed over
 * @param wayBack something is taken back, which decides what is to be done next
 * @throws StepError BAD_INPUT when one was changed or is gone
 */
export async function checkPinned(
  names: readonly string[],
  cwd: string,
  pinned: Readonly<Record<string, string>> | undefined,
  wayBack: boolean,
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
        hint: wayBack ? BACK : FORWARD,
        facts: { changedFile: name, planned, found },
      },
    );
  }
}
