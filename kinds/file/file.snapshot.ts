import { cp, mkdir, rename, rm } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { fileSnapshot as kind } from './file.snapshot.kind.js';
import { exists, manifestOf, treeOf, type TreeFile } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const fileSnapshot: HandlerOf<typeof kind> = {
  async do({ from, to, requireFiles }, context) {
    const source = context.path(from);
    const target = context.path(to);
    const files = (await exists(source)) ? await treeOf(source) : [];
    if (files.length < requireFiles) {
      throw new StepError(
        'NOT_FOUND',
        `${source} holds ${files.length} files, at least ${requireFiles} are needed: without the earlier evidence nothing proceeds.`,
      );
    }
    const { text, digest } = manifestOf(files);
    await copyOnce(source, target, digest, async () => context.remember({ target, digest }));
    const copied = manifestOf(await treeOf(target));
    if (copied.digest !== digest) throw new StepError('CHECK_FAILED', `The copy at ${target} differs from ${source}.`);
    await context.evidence.write('manifest-sha256.txt', text);
    const bytes = sum(files);
    return {
      outputs: { files: files.length, bytes, digest, to: target },
      summary: `${files.length} files (${bytes} bytes) kept at ${target}, equal by hash`,
    };
  },
  async undo(_input, context) {
    const memory = (await context.recall()) as { target: string; digest: string } | undefined;
    if (!memory || !(await exists(memory.target))) return { summary: 'no copy to remove' };
    if (manifestOf(await treeOf(memory.target)).digest !== memory.digest)
      return { summary: `${memory.target} was changed since and is left` };
    await rm(memory.target, { recursive: true });
    return { summary: `removed ${memory.target}` };
  },
};

/** Copies beside the target and renames, so that a killed attempt leaves no half copy under the final name. */
async function copyOnce(source: string, target: string, digest: string, remember: () => Promise<void>): Promise<void> {
  if (await exists(target)) {
    if (manifestOf(await treeOf(target)).digest === digest) return;
    throw new StepError('BAD_INPUT', `${target} exists with other content; a snapshot never overwrites.`);
  }
  await remember();
  await mkdir(dirname(target), { recursive: true });
  const draft = `${target}.partial`;
  await rm(draft, { recursive: true, force: true });
  await cp(source, draft, { recursive: true, errorOnExist: true, force: false, preserveTimestamps: true });
  await rename(draft, target);
}

function sum(files: readonly TreeFile[]): number {
  return files.reduce((total, file) => total + file.bytes, 0);
}
