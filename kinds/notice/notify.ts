import type { notify as kind } from './notify.kind.js';
import { sendNotification } from './send.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const notify: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { goLive, phase, step, epoch } = context.task;
    const key = `${goLive.id}/${phase}/${step}/${epoch}`;
    const { secretPath: path, signal } = context;
    const { status, ms } = await sendNotification(input, { env: process.env, path, signal, key, now: context.now() });
    return { outputs: { status, ms }, summary: `notice sent over ${input.channel ?? input.kind} (${status})` };
  },
};
