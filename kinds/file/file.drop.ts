import { lstat, readFile, realpath, rm, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { fileDrop as kind } from './file.drop.kind.js';
import { linkIntoPlace, removeUnfinished, sha256, writeDraft } from '../../evidence/durable.js';
import { whileFileLocked } from '../shared/locked-file.js';
import { readNeeded } from '../shared/replace.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { errnoOf } from '../../host/errno.js';

export const fileDrop: HandlerOf<typeof kind> = {
  async do({ folder, name, content, from }, context) {
    const into = context.path(folder);
    const info = await stat(into).catch(() => undefined);
    if (!info?.isDirectory()) throw new StepError('NOT_FOUND', `The folder ${into} is not there.`);
    const bytes =
      from === undefined ? Buffer.from(content ?? '') : await readNeeded(context.path(from), 'The file to drop');
    await context.evidence.write('dropped', bytes);
    const target = join(into, name);
    const real = join(await realpath(into), name);
    const at = await whileFileLocked(real, context, async () => {
      if (await lstat(real).catch(() => undefined)) throw waits(target);
      return context.inHeldFolder(real, (held) => appear(held, target, bytes));
    });
    const led = real === target ? '' : ` (which leads to ${real})`;
    return {
      outputs: { path: target, bytes: bytes.length, digest: sha256(bytes), at },
      summary: `dropped ${bytes.length} bytes as ${target}${led}`,
    };
  },
};

function waits(target: string): StepError {
  return new StepError('CHECK_FAILED', `${target} is there already and waits.`, {
    hint: 'Let it be taken first, or drop it under another name.',
  });
}

/**
 * Written beside it, read again, then linked: whole at once, and never over another file. Whoever watches the folder may
 * take it at once, so that what stands there afterwards proves nothing.
 */
async function appear(held: string, target: string, bytes: Uint8Array): Promise<string> {
  await removeUnfinished(held);
  let draft: string | undefined;
  try {
    draft = await writeDraft(held, bytes);
    if (!(await readFile(draft)).equals(bytes)) {
      throw new StepError('CHECK_FAILED', `What was written for ${target} reads otherwise, so it was not dropped.`);
    }
    if (!(await linkIntoPlace(draft, held))) throw waits(target);
  } catch (cause) {
    if (cause instanceof StepError) throw cause;
    throw new StepError('CHECK_FAILED', `${target} could not be dropped (${errnoOf(cause) ?? 'error'}).`, { cause });
  } finally {
    if (draft !== undefined) await rm(draft, { force: true });
  }
  return new Date().toISOString();
}
