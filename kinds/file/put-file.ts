import type { StepContext } from '../../activities/step/step.js';
import { sha256 } from '../../evidence/durable.js';
import { changeFile } from '../shared/replace.js';

/** What stands at the target when it is done. */
interface Put {
  /** False when nothing had to be written. */
  written: boolean;
  bytes: number;
  digest: string;
  /** The path for people. */
  said: string;
}

/** Makes a file hold this content, unless it does, or one that is there is to stay. What an earlier attempt began goes on. */
export async function putFile(
  target: string,
  content: Buffer,
  { ifMissing, mode }: { ifMissing: boolean; mode?: string | undefined },
  context: StepContext,
): Promise<Put> {
  const { there, written, said } = await changeFile(target, context, async (stands, bits) => {
    if (stands && !(await context.recall())) {
      const asWanted = stands.equals(content) && (mode === undefined || bits === Number.parseInt(mode, 8));
      if (ifMissing || asWanted) return undefined;
    }
    return { content, mode };
  });
  const now = written || !there ? content : there;
  return { written, bytes: now.length, digest: sha256(now), said };
}
