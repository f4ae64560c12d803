import type { stackDown as kind } from '../../model/schema/steps/stack.down.js';
import { openStack } from '../stack/driver.js';
import type { HandlerOf } from '../step.js';

export const stackDown: HandlerOf<typeof kind> = {
  async do(input, context) {
    const stack = await openStack(input, context);
    const outputs = await stack.down(input.volumes);
    const { stopped, volumesRemoved } = outputs;
    return { outputs, summary: `${stopped} services stopped, ${volumesRemoved} volumes removed` };
  },
};
