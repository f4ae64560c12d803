import { CliError } from '../errors.js';

/**
 * What happens in earnest is confirmed by a person, or with --yes.
 * @throws CliError (exit 4) when nobody confirms it
 */
export async function confirmLive(
  question: string,
  yes: boolean | undefined,
  { nothing, hint } = { nothing: 'Nothing was started.', hint: 'Rehearse it first.' },
): Promise<void> {
  if (yes) return;
  if (!process.stdin.isTTY) {
    throw new CliError(`${nothing} Live, nothing is done unasked.`, {
      exitCode: 4,
      hint: 'Say --yes, or do it from a terminal.',
    });
  }
  const { confirm } = await import('@inquirer/prompts');
  if (await confirm({ message: question, default: false }, { output: process.stderr })) return;
  throw new CliError(nothing, { exitCode: 4, hint });
}
