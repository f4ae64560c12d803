import type { CommandResult, StepContext } from '../../activities/step/step.js';
import { lastWords } from '../shared/last-words.js';
import { StepError } from '../../activities/step/step-error.js';

const CALL_MS = 60_000;
const CAPTURED = 1024 * 1024;

/** Git in one repository, without its user's hooks and questions. */
export interface Git {
  /** Any end is a result. */
  try(...args: string[]): Promise<CommandResult>;
  /** Its whole output. @throws StepError COMMAND_FAILED */
  text(...args: string[]): Promise<string>;
  /** The first line of its output. */
  line(...args: string[]): Promise<string>;
  /** SHA-256 of its whole output. */
  digest(...args: string[]): Promise<string>;
}

export function gitIn(repo: string, context: Pick<StepContext, 'run'>, env: Record<string, string> = {}): Git {
  const run = (args: string[]): Promise<CommandResult> =>
    context.run({
      argv: ['git', '-c', 'core.hooksPath=/dev/null', '-c', 'core.fsmonitor=false', ...args],
      cwd: repo,
      env: { GIT_TERMINAL_PROMPT: '0', GIT_CONFIG_NOSYSTEM: '1', LC_ALL: 'C', ...env },
      timeoutMs: CALL_MS,
      captureBytes: CAPTURED,
      pin: false,
    });
  const text = async (...args: string[]): Promise<string> => {
    const result = await run(args);
    // What it tells is read, as a hash or a tree, before it is kept.
    if (result.exitCode === 0) return result.rawStdout;
    const { clause, said } = lastWords(result.stderr || result.stdout);
    throw new StepError(
      'COMMAND_FAILED',
      `git ${args.find((arg) => !arg.startsWith('-')) ?? ''} in ${repo} ended with ${result.exitCode ?? result.signal}${clause}`,
      { said },
    );
  };
  return {
    try: (...args) => run(args),
    text,
    line: async (...args) => (await text(...args)).split('\n')[0]?.trim() ?? '',
    digest: async (...args) => {
      const { exitCode, sha256 } = await run(args);
      if (exitCode === 0) return sha256;
      throw new StepError('COMMAND_FAILED', `git ${args[0] ?? ''} in ${repo} ended with ${exitCode ?? 'a signal'}.`);
    },
  };
}

/**
 * Whether a repository is there, for the check of a kind.
 *
 * @param whole its whole history is needed
 * @throws StepError NOT_FOUND
 */
export async function checkRepository(
  repo: string,
  context: Pick<StepContext, 'run'>,
  whole: boolean,
): Promise<string> {
  const git = gitIn(repo, context);
  const shallow = await git.try('rev-parse', '--is-shallow-repository');
  if (shallow.exitCode !== 0) {
    throw new StepError('NOT_FOUND', `${repo} is no git repository.`, {
      hint: 'Clone it there, or name another folder.',
    });
  }
  if (whole && shallow.rawStdout.trim() === 'true') {
    throw new StepError('NOT_FOUND', `The repository ${repo} is shallow: what a commit changed may not be in it.`, {
      hint: 'Fetch its whole history: git fetch --unshallow.',
    });
  }
  return `${repo} is a git repository.`;
}
