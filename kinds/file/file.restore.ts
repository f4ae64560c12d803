import type { fileRestore as kind } from './file.restore.kind.js';
import { rememberBefore, placeCopy, putBack } from '../shared/backup.js';
import { whileFileLocked } from '../shared/locked-file.js';
import { checkApart, contentOf, exists, manifestOf, realPlace, treeOf } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';

export const fileRestore: HandlerOf<typeof kind> = {
  async do({ from, to, hash }, context) {
    const source = context.path(from);
    const target = context.path(to);
    if (!(await exists(source))) throw new StepError('NOT_FOUND', `There is no snapshot at ${source}.`);
    await checkApart(source, target, [`The snapshot ${source}`, `the place ${target} where it belongs`]);
    const files = await treeOf(source);
    const { digest } = manifestOf(files);
    if (hash !== undefined && hash !== digest) {
      throw new StepError('EXPECTATION_FAILED', `The snapshot at ${source} has the digest ${digest}, not ${hash}.`);
    }
    const real = await realPlace(target);
    const isThere = async () => (await exists(real)) && manifestOf(await treeOf(real)).digest === digest;
    const proven = await whileFileLocked(real, context, async () => {
      if (await isThere()) return true;
      await rememberBefore(real, contentOf(files), context);
      await placeCopy(source, real, context);
      return isThere();
    });
    if (!proven) {
      const { summary } = await putBack(context);
      throw new StepError('CHECK_FAILED', `What was put back at ${target} differs from ${source}: ${summary}.`);
    }
    return {
      outputs: { files: files.length, digest },
      summary: `${counted(files.length, 'file')} put back at ${target}`,
    };
  },
  undo: (_input, context) => putBack(context),
};
