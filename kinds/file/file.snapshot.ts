import type { fileSnapshot as kind } from './file.snapshot.kind.js';
import { rememberBefore, placeCopy, putBack } from '../shared/backup.js';
import { whileFileLocked } from '../shared/locked-file.js';
import { checkApart, contentOf, exists, manifestOf, realPlace, treeOf, type TreeFile } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';

export const fileSnapshot: HandlerOf<typeof kind> = {
  async do({ from, to, requireFiles }, context) {
    const source = context.path(from);
    const target = context.path(to);
    await checkApart(source, target, [`The source ${source}`, `the place ${target} of its copy`]);
    const files = (await exists(source)) ? await treeOf(source) : [];
    if (files.length < requireFiles) {
      throw new StepError(
        'NOT_FOUND',
        `${source} holds ${counted(files.length, 'file')}, at least ${requireFiles} are needed: without the earlier evidence nothing proceeds.`,
      );
    }
    const { text, digest } = manifestOf(files);
    if (files.length === 0) {
      await context.evidence.write('manifest-sha256.txt', text);
      return {
        outputs: { files: 0, bytes: 0, digest, to: target },
        summary: `${source} is not there: nothing to copy`,
      };
    }
    const real = await realPlace(target);
    const standing = async () => ((await exists(real)) ? manifestOf(await treeOf(real)).digest : undefined);
    const proven = await whileFileLocked(real, context, async () => {
      const there = await standing();
      if (there === digest) return true;
      if (there !== undefined)
        throw new StepError('BAD_INPUT', `${target} exists with other content; a snapshot never overwrites.`);
      await rememberBefore(real, contentOf(files), context);
      await placeCopy(source, real, context);
      return (await standing()) === digest;
    });
    if (!proven) {
      const { summary } = await putBack(context);
      throw new StepError('CHECK_FAILED', `${source} was changed while it was copied to ${target}: ${summary}.`);
    }
    await context.evidence.write('manifest-sha256.txt', text);
    const bytes = sum(files);
    return {
      outputs: { files: files.length, bytes, digest, to: target },
      summary: `${counted(files.length, 'file')} (${bytes} bytes) kept at ${target}, equal by hash`,
    };
  },
  undo: (_input, context) => putBack(context),
};

function sum(files: readonly TreeFile[]): number {
  return files.reduce((total, file) => total + file.bytes, 0);
}
