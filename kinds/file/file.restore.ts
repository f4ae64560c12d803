import type { fileRestore as kind } from './file.restore.kind.js';
import { rememberBefore, placeCopy, putBack } from '../shared/backup.js';
import { contentOf, exists, manifestOf, treeOf } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const fileRestore: HandlerOf<typeof kind> = {
  async do({ from, to, hash }, context) {
    const source = context.path(from);
    const target = context.path(to);
    if (!(await exists(source))) throw new StepError('NOT_FOUND', `There is no snapshot at ${source}.`);
    const files = await treeOf(source);
    const { digest } = manifestOf(files);
    if (hash !== undefined && hash !== digest) {
      throw new StepError('EXPECTATION_FAILED', `The snapshot at ${source} has the digest ${digest}, not ${hash}.`);
    }
    const isThere = async () => (await exists(target)) && manifestOf(await treeOf(target)).digest === digest;
    if (!(await isThere())) {
      await rememberBefore(target, contentOf(files), context);
      await placeCopy(source, target, context);
      if (!(await isThere()))
        throw new StepError('CHECK_FAILED', `What was put back at ${target} differs from ${source}.`);
    }
    return { outputs: { files: files.length, digest }, summary: `${files.length} files put back at ${target}` };
  },
  undo: (_input, context) => putBack(context),
};
