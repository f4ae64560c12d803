import type { notify as kind } from './notify.kind.js';
import { sendNotification } from './send.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const notify: HandlerOf<typeof kind> = {
  async do(input, context) {
    const { goLive, phase, phaseAttempt, step, epoch } = context.task;
    // The same for every try of one notice; a phase that is gone through again, and a rehearsal, tell their own.
    const key = `${goLive.id}/${goLive.mode}/${phase}.${phaseAttempt}/${step}/${epoch}`;
    const { status, ms } = await sendNotification(input, { key, now: context.now() }, context);
    return { outputs: { status, ms }, summary: `notice sent over ${input.channel ?? input.kind} (${status})` };
  },
};
