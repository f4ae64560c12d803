import type { StepContext } from '../../activities/step/step.js';
import { sha256 } from '../../evidence/durable.js';
import { readNeeded, replaceFile } from '../shared/replace.js';
import { bitsOf, exists } from '../shared/tree.js';

/** What stands at the target when it is done. */
interface Put {
  /** False when nothing had to be written. */
  written: boolean;
  bytes: number;
  digest: string;
}

/** Makes a file hold this content, unless it does, or one that is there is to stay. What an earlier attempt began goes on. */
export async function putFile(
  target: string,
  content: Buffer,
  { ifMissing, mode }: { ifMissing: boolean; mode?: string | undefined },
  context: StepContext,
): Promise<Put> {
  if ((await exists(target)) && !(await context.recall())) {
    const there = await readNeeded(target, 'The existing file');
    const asWanted =
      there.equals(content) && (mode === undefined || (await bitsOf(target)) === Number.parseInt(mode, 8));
    if (ifMissing || asWanted) return { written: false, bytes: there.length, digest: sha256(there) };
  }
  await replaceFile(target, content, context, { mode });
  return { written: true, bytes: content.length, digest: sha256(content) };
}
