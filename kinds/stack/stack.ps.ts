import type { stackPs as kind } from './stack.ps.kind.js';
import { checkStack, openStack } from './driver.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export const stackPs: HandlerOf<typeof kind> = {
  check: checkStack,
  async do(input, context) {
    const stack = await openStack(input, context);
    const states = await stack.ps();
    const checkedAt = context.now().toISOString();
    await context.evidence.write(
      'services.json',
      `${JSON.stringify({ driver: stack.name, checkedAt, states }, null, 2)}\n`,
    );
    if (input.expect && states.length === 0) {
      throw new StepError('CHECK_FAILED', `Not ${input.expect}: the stack lists no service.`, {
        hint: 'Where all of them are of profiles, turn one on; of no service nobody can say how it is.',
        evidence: context.evidence.refs(),
      });
    }
    const unhealthy = states.filter(({ healthy }) => !healthy);
    const running = states.filter((state) => state.running);
    const bad = input.expect === 'healthy' ? unhealthy : states.filter((state) => !state.running && !state.done);
    if (input.expect && bad.length > 0) {
      const details = bad.map(({ name, detail }) => `${name} (${detail})`).join(', ');
      throw new StepError('CHECK_FAILED', `Not ${input.expect}: ${details}.`, {
        facts: { unhealthy: unhealthy.map(({ name }) => name) },
        evidence: context.evidence.refs(),
      });
    }
    const done = states.filter((state) => state.done).map(({ name }) => name);
    const ended = done.length === 0 ? '' : `, of them ended as they are to: ${done.join(', ')}`;
    return {
      outputs: {
        services: states.length,
        running: running.length,
        healthy: states.length - unhealthy.length,
        unhealthy: unhealthy.map(({ name }) => name),
      },
      summary: `${running.length} of ${states.length} services run, ${states.length - unhealthy.length} ready${ended}${stack.said}`,
    };
  },
};
