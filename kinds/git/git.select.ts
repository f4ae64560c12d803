import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { baseOf } from './branch.js';
import type { gitSelect as kind } from './git.select.kind.js';
import { checkRepository, openRepository } from './repository.js';
import { short } from './trees.js';

const SUBMODULE = '160000';
/** What stands for bytes that are no UTF-8. */
const NO_TEXT = '\uFFFD';

export const gitSelect: HandlerOf<typeof kind> = {
  check: ({ repo }, context) => checkRepository(context.path(repo), context, false),
  async do({ repo, base, below, to, take, skip }, context) {
    const repository = await openRepository(context.path(repo), context, false);
    const commit = await baseOf(repository, { base });
    const all = await repository.git.text('ls-tree', '-r', '-z', '--full-tree', commit);
    const paths = all
      .split('\0')
      .filter((line) => line !== '' && !line.startsWith(SUBMODULE))
      .map((line) => line.slice(line.indexOf('\t') + 1));
    const known = new Set(paths);
    const lost = skip.find((path) => !known.has(path));
    if (lost !== undefined) {
      throw new StepError('BAD_INPUT', `${base} has no file ${lost} that could be passed over.`, {
        hint: 'Correct its path, or take it off the list when it was moved or removed.',
      });
    }
    const candidates = paths.filter((path) => path.startsWith(`${below}/`)).toSorted(byBytes);
    const places = candidates.map((path) => ({ path, to: `${to}${path.slice(below.length)}` }));
    const passed = new Set(skip);
    const isFree = ({ path, to: place }: { path: string; to: string }): boolean =>
      !known.has(place) && !path.includes(NO_TEXT);
    const free = places.filter((one) => !passed.has(one.path) && isFree(one));
    const moves = free.slice(0, take);
    const outputs = {
      commit,
      left: candidates.length,
      there: paths.filter((path) => path.startsWith(`${to}/`)).length,
      count: moves.length,
      skipped: places.filter(({ path }) => passed.has(path)).length,
      taken: places.filter((one) => !passed.has(one.path) && !isFree(one)).length,
      moves,
      first: moves[0]?.path ?? '',
      last: moves.at(-1)?.path ?? '',
    };
    await context.evidence.write('selection.json', `${JSON.stringify(outputs, null, 2)}\n`);
    return { outputs, summary: `${moves.length} of ${outputs.left} files below ${below} at ${short(commit)}` };
  },
};

/** As git orders paths, whatever the language of the machine is. */
const byBytes = (one: string, other: string): number => Buffer.compare(Buffer.from(one), Buffer.from(other));
