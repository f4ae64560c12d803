import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import type { stackUp as kind } from './stack.up.kind.js';
import { formatDuration } from '../../model/duration.js';
import { checkStack, openStack } from './driver.js';
import type { StackContext } from './contract.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** The part of a step's time that may be waited, so that the error can name the service that lagged. */
const WAITED = 0.8;

/** By a name that no other deed has: services that it began say so, and go on when its evidence is long gone. */
function ownBackups(context: StepContext, own: string): StackContext {
  return { ...context, backups: join(context.backups, own) };
}

export const stackUp: HandlerOf<typeof kind> = {
  check: checkStack,
  async do(input, context) {
    await context.checkPinned(['compose.yaml', 'stack.yaml'], context.path(input.stack));
    const own = String((await context.recall())?.own ?? randomUUID());
    const stack = await openStack(input, ownBackups(context, own));
    // The undo goes by the driver of the deed, whatever answers then.
    await context.remember({ driver: stack.name, own });
    const begun = performance.now();
    const { services, wait } = input;
    const timeoutMs = input.timeout ?? context.task.timeoutMs * WAITED;
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
    const known = await context.recall();
    if (!known) {
      if (!context.task.undoes?.outputs?.started) return { summary: 'nothing was started, nothing to undo' };
      throw new StepError('NOT_FOUND', 'The step started services, and what it remembered of them is gone.', {
        hint: 'Stop by hand what must not run, then say that the undo is done.',
      });
    }
    const driver = known.driver === 'compose' ? 'compose' : 'native';
    const stack = await openStack({ ...input, driver }, ownBackups(context, String(known.own)));
    const { stopped, broughtBack, left } = await stack.undoUp(context.task.timeoutMs * WAITED);
    const others = left.length > 0 ? `; ${left.join(', ')} left, which somebody else started since` : '';
    return {
      summary: `${stopped} services stopped that the step had started, ${broughtBack} brought back as they ran before${others}; volumes stay`,
    };
  },
};
