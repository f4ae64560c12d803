import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { fileRestore as kind } from '../../model/schema/steps/file.restore.js';
import { exists, manifestOf, treeOf } from '../files/tree.js';
import type { HandlerOf } from '../step.js';
import { StepError } from '../step-error.js';

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
    const aside = `${target}.golive-before`;
    const known = await context.recall();
    if (!known) await context.remember({ target, aside, had: await exists(target), digest });
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
