import type { fileWrite as kind } from './file.write.kind.js';
import { sha256 } from '../../evidence/durable.js';
import { putBack } from '../shared/backup.js';
import { readNeeded, replaceFile } from '../shared/replace.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const fileWrite: HandlerOf<typeof kind> = {
  async do({ path, content, ifMissing, mode }, context) {
    const target = context.path(path);
    const bytes = Buffer.from(content);
    if ((await exists(target)) && !(await context.recall())) {
      const there = await readNeeded(target, 'The existing file');
      if (ifMissing || there.equals(bytes)) {
        return {
          outputs: { written: false, bytes: there.length, digest: sha256(there) },
          summary: `${target} is there and stays`,
        };
      }
    }
    await replaceFile(target, bytes, context, { mode });
    return {
      outputs: { written: true, bytes: bytes.length, digest: sha256(bytes) },
      summary: `wrote ${bytes.length} bytes to ${target}`,
    };
  },
  undo: (_input, context) => putBack(context, context.task.undoes?.outputs?.written === true),
};
