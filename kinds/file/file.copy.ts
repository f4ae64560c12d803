import type { fileCopy as kind } from './file.copy.kind.js';
import { sha256 } from '../../evidence/durable.js';
import { putBack } from '../shared/backup.js';
import { readNeeded, replaceFile } from '../shared/replace.js';
import { exists } from '../shared/tree.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const fileCopy: HandlerOf<typeof kind> = {
  async do({ from, to, ifMissing, mode }, context) {
    const target = context.path(to);
    const content = await readNeeded(context.path(from), 'The file to copy');
    if (ifMissing && (await exists(target)) && !(await context.recall())) {
      const there = await readNeeded(target, 'The existing file');
      return {
        outputs: { copied: false, bytes: there.length, digest: sha256(there) },
        summary: `${target} is there and stays`,
      };
    }
    await replaceFile(target, content, context, { mode });
    return {
      outputs: { copied: true, bytes: content.length, digest: sha256(content) },
      summary: `copied ${content.length} bytes to ${target}`,
    };
  },
  undo: (_input, context) => putBack(context, context.task.undoes?.outputs?.copied === true),
};
