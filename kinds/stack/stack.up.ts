import type { stackUp as kind } from './stack.up.kind.js';
import { formatDuration } from '../../model/duration.js';
import { openStack } from './driver.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const stackUp: HandlerOf<typeof kind> = {
  async do(input, context) {
    await context.checkPinned(['compose.yaml', 'stack.yaml'], context.path(input.stack));
    const stack = await openStack(input, context);
    const begun = performance.now();
    const { services, wait } = input;
    // Before the step's own time is over, so that the error can name the service that lagged.
    const timeoutMs = input.timeout ?? context.task.timeoutMs * 0.8;
    const { started, states } = await stack.up({ services, wait, timeoutMs });
    const waitedMs = Math.round(performance.now() - begun);
    const running = states.filter((state) => state.running).length;
    const healthy = states.filter((state) => state.healthy).length;
    return {
      outputs: { driver: stack.name, services: running, healthy, started, waitedMs },
      summary: `${running} services run (${stack.name}), ${healthy} of them ready, ${started} started now, after ${formatDuration(waitedMs)}`,
    };
  },
  async undo(input, context) {
    const stack = await openStack(input, context);
    const { stopped } = await stack.down(false);
    return { summary: `${stopped} services stopped; volumes stay` };
  },
};
