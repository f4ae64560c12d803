import type { CommandResult, HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { lastWords } from '../shared/last-words.js';
import type { gitState as kind } from './git.state.kind.js';

const ASK_MS = 30_000;
const SHOWN = 12;
/** What a repository says of itself is data: no program that its configuration names runs. */
const QUIET = ['-c', 'core.fsmonitor=false', '-c', 'core.hooksPath=/dev/null', '--no-optional-locks'];

export const gitState: HandlerOf<typeof kind> = {
  async do({ folder }, context) {
    const place = context.path(folder);
    const ask = (...args: string[]): Promise<CommandResult> =>
      context.run({ argv: ['git', ...QUIET, '-C', place, ...args], cwd: place, timeoutMs: ASK_MS, pin: false });
    const inside = await ask('rev-parse', '--is-inside-work-tree');
    if (inside.exitCode !== 0 && !/not a git repository/.test(inside.stderr)) throw failed(place, inside);
    const repository = inside.exitCode === 0 && inside.rawStdout.trim() === 'true';
    const outputs = repository
      ? await stateOf(place, ask)
      : { repository, commit: 'none', branch: 'none', clean: false, changed: 0 };
    await context.evidence.write('git.json', `${JSON.stringify({ folder, ...outputs }, null, 2)}\n`);
    return { outputs, summary: summaryOf(outputs, folder) };
  },
};

async function stateOf(place: string, ask: (...args: string[]) => Promise<CommandResult>) {
  const head = await ask('rev-parse', '--verify', '--quiet', 'HEAD');
  const branch = await ask('symbolic-ref', '--short', '--quiet', 'HEAD');
  const status = await ask('status', '--porcelain=v1', '-z', '--untracked-files=all', '--', '.');
  if (status.exitCode !== 0 || status.truncated) throw failed(place, status);
  // A rename has its old name behind it, without a state of its own.
  const changed = status.rawStdout.split('\0').filter((entry) => /^[ MADRCUT?!]{2} /.test(entry)).length;
  return {
    repository: true,
    commit: head.exitCode === 0 ? head.rawStdout.trim() : 'none',
    branch: branch.exitCode === 0 ? branch.rawStdout.trim() : 'detached',
    clean: changed === 0 && head.exitCode === 0,
    changed,
  };
}

function summaryOf(state: Awaited<ReturnType<typeof stateOf>>, folder: string): string {
  if (!state.repository) return `${folder} belongs to no git repository: which code was judged is not known`;
  const tree = state.clean ? 'as committed' : `${state.changed} files differ from it`;
  return `${state.branch} at ${state.commit.slice(0, SHOWN)}, ${tree}`;
}

function failed(place: string, { stderr, exitCode }: CommandResult): StepError {
  const { clause, said } = lastWords(stderr);
  return new StepError('EXPECTATION_FAILED', `git does not tell the state of ${place} (code ${exitCode})${clause}`, {
    said,
  });
}
