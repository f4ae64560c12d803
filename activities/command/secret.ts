import { errnoOf } from '../../host/errno.js';
import { openRegular } from '../../host/regular-file.js';
import type { SecretRef } from '../step/step.js';
import { StepError } from '../step/step-error.js';

const LONGEST = 64 * 1024;
/** Shorter ones cannot be taken out of a text without spoiling it. */
const SHORTEST = 4;

/**
 * Reads a secret just before it is used. Its value never stands in an error.
 *
 * @param ref where it stands
 * @param env the worker's environment
 * @param path makes a path of the runbook absolute
 * @throws StepError NOT_FOUND when there is none, or an empty one
 */
export async function resolveSecret(
  ref: SecretRef,
  env: NodeJS.ProcessEnv,
  path: (relative: string) => string = (relative) => relative,
): Promise<string> {
  if ('env' in ref) {
    const value = env[ref.env];
    if (value) return long(value, `in the environment variable ${ref.env}`);
    throw new StepError('NOT_FOUND', `The secret in the environment variable ${ref.env} is not set for the worker.`, {
      hint: `Set ${ref.env} where the worker is started, then start it again: \`golive down\`, \`golive up --detach\`.`,
    });
  }
  const file = path(ref.file);
  const value = (await readSmall(file)).replace(/\r?\n$/, '');
  if (value) return long(value, `in ${file}`);
  throw new StepError('NOT_FOUND', `The secret file ${file} is empty.`);
}

function long(value: string, where: string): string {
  if (value.length >= SHORTEST) return value;
  throw new StepError('BAD_INPUT', `The secret ${where} is shorter than ${SHORTEST} characters.`, {
    hint: 'So short a text cannot be kept out of logs and evidence; give a longer one.',
  });
}

async function readSmall(file: string): Promise<string> {
  const { handle, stats } = await openRegular(file).catch((cause: unknown) => {
    const why = errnoOf(cause) ?? 'unknown reason';
    if (why.includes(' ')) throw new StepError('BAD_INPUT', `The secret file ${file} is ${why}.`);
    throw new StepError('NOT_FOUND', `The secret file ${file} cannot be read (${why}).`);
  });
  try {
    if (stats.size > LONGEST) {
      throw new StepError('BAD_INPUT', `The secret file ${file} is no file of at most 64 KiB.`);
    }
    return await handle.readFile('utf8');
  } finally {
    await handle.close();
  }
}
