import type { fileWrite as kind } from './file.write.kind.js';
import { putFile } from './put-file.js';
import { putBack } from '../shared/backup.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const fileWrite: HandlerOf<typeof kind> = {
  async do({ path, content, ...how }, context) {
    const target = context.path(path);
    const { said, ...put } = await putFile(target, Buffer.from(content), how, context);
    const summary = put.written ? `wrote ${put.bytes} bytes to ${said}` : `${said} is there and stays`;
    return { outputs: put, summary };
  },
  undo: (_input, context) => putBack(context),
};
