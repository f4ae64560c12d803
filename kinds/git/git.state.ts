import type { HandlerOf } from '../../activities/step/step.js';
import type { gitState as kind } from './git.state.kind.js';
import { gitAround } from './repository.js';
import { type CodeState, stateOf } from './code-state.js';

const SHOWN = 12;

export const gitState: HandlerOf<typeof kind> = {
  async do({ folder }, context) {
    const place = context.path(folder);
    const git = await gitAround(place, context);
    const outputs = git
      ? await stateOf(place, git, (path) => gitAround(path, context))
      : { repository: false, commit: 'none', branch: 'none', clean: false, changed: 0 };
    await context.evidence.write('git.json', `${JSON.stringify({ folder, ...outputs }, null, 2)}\n`);
    return { outputs, summary: summaryOf(outputs, folder) };
  },
};

function summaryOf(state: CodeState, folder: string): string {
  if (!state.repository) return `${folder} belongs to no git repository: which code was judged is not known`;
  const none = state.changed === 0 ? 'and it knows nothing of what is there' : `${state.changed} files differ from it`;
  return `${state.branch} at ${state.commit.slice(0, SHOWN)}, ${state.clean ? 'as committed' : none}`;
}
