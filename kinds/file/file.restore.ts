import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { fileRestore as kind } from './file.restore.kind.js';
import { exists, manifestOf, treeOf } from '../shared/tree.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
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
    const aside = await asideOf(target, digest, context);
    const isThere = async () => (await exists(target)) && manifestOf(await treeOf(target)).digest === digest;
    if (!(await isThere())) {
      if ((await exists(target)) && !(await exists(aside))) await rename(target, aside);
      const draft = `${target}.partial`;
      await rm(draft, { recursive: true, force: true });
      await mkdir(dirname(target), { recursive: true });
      await cp(source, draft, { recursive: true });
      await rm(target, { recursive: true, force: true });
      await rename(draft, target);
      if (!(await isThere()))
        throw new StepError('CHECK_FAILED', `What was put back at ${target} differs from ${source}.`);
    }
    return { outputs: { files: files.length, digest }, summary: `${files.length} files put back at ${target}` };
  },
  async undo(_input, context) {
    const memory = (await context.recall()) as
      | { target: string; aside: string; had: boolean; digest: string }
      | undefined;
    if (!memory) return { summary: 'nothing was restored, nothing to undo' };
    const { target, aside, had, digest } = memory;
    if (await exists(aside)) {
      await rm(target, { recursive: true, force: true });
      await rename(aside, target);
      return { summary: `brought back what stood at ${target}` };
    }
    if (!had && (await exists(target)) && manifestOf(await treeOf(target)).digest === digest) {
      await rm(target, { recursive: true });
      return { summary: `removed ${target}` };
    }
    return { summary: `${target} is as it was` };
  },
};

/** Where what stands at the target is kept. Its name tells its content: what an earlier go-live put aside is not ours. */
async function asideOf(target: string, digest: string, context: StepContext): Promise<string> {
  const known = (await context.recall()) as { aside: string } | undefined;
  if (known) return known.aside;
  const had = await exists(target);
  const standing = had ? manifestOf(await treeOf(target)).digest : digest;
  const aside = `${target}.golive-before-${standing.slice(0, 12)}`;
  await context.remember({ target, aside, had, digest });
  return aside;
}
