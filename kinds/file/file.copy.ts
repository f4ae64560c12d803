import type { fileCopy as kind } from './file.copy.kind.js';
import { putFile } from './put-file.js';
import { putBack } from '../shared/backup.js';
import { readNeeded } from '../shared/replace.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const fileCopy: HandlerOf<typeof kind> = {
  async do({ from, to, ...how }, context) {
    const target = context.path(to);
    const content = await readNeeded(context.path(from), 'The file to copy');
    const { written: copied, bytes, digest, said } = await putFile(target, content, how, context);
    const summary = copied ? `copied ${bytes} bytes to ${said}` : `${said} is there and stays`;
    return { outputs: { copied, bytes, digest }, summary };
  },
  undo: (_input, context) => putBack(context),
};
