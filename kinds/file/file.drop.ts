import { link, lstat, open, rm, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { fileDrop as kind } from './file.drop.kind.js';
import { removeUnfinished, sha256, syncFolder, temporaryBeside } from '../../evidence/durable.js';
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
    if (await lstat(target).catch(() => undefined)) {
      throw new StepError('CHECK_FAILED', `${target} is there already and waits.`, {
        hint: 'Let it be taken first, or drop it under another name.',
      });
    }
    const at = await context.inHeldFolder(target, (held) => appear(held, bytes));
    return {
      outputs: { path: target, bytes: bytes.length, digest: sha256(bytes), at },
      summary: `dropped ${bytes.length} bytes as ${target}`,
    };
  },
};

/** Written beside it, then linked: whole at once, and never over another file. */
async function appear(path: string, bytes: Uint8Array): Promise<string> {
  const temporary = temporaryBeside(path);
  try {
    await removeUnfinished(path);
    const file = await open(temporary, 'wx', 0o644);
    try {
      await file.writeFile(bytes);
      await file.sync();
    } finally {
      await file.close();
    }
    await link(temporary, path);
  } catch (cause) {
    throw new StepError('CHECK_FAILED', `${path} could not be dropped (${errnoOf(cause) ?? 'error'}).`, { cause });
  } finally {
    await rm(temporary, { force: true });
  }
  await syncFolder(dirname(path));
  return new Date().toISOString();
}
