import type { notify as kind } from './notify.kind.js';
import { sendNotification } from './send.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const notify: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { goLive, phase, step, epoch } = context.task;
    const key = `${goLive.id}/${phase}/${step}/${epoch}`;
    const { status, ms } = await sendNotification(input, { key, now: context.now() }, context);
    return { outputs: { status, ms }, summary: `notice sent over ${input.channel ?? input.kind} (${status})` };
  },
};
