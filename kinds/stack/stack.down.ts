import type { stackDown as kind } from './stack.down.kind.js';
import { checkStack, openStack } from './driver.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { counted } from '../../model/text/counted.js';

export const stackDown: HandlerOf<typeof kind> = {
  check: checkStack,
  async do(input, context) {
    const stack = await openStack(input, context);
    const { stopped, volumesRemoved } = await stack.down(input.volumes);
    const summary = `${counted(stopped, 'service')} stopped, ${counted(volumesRemoved, 'volume')} removed`;
    if (!input.listUnused) return { outputs: { stopped, volumesRemoved }, summary };
    const unused = await stack.unusedVolumes();
    await context.evidence.write('unused-volumes.txt', unused.map((name) => `${name}\n`).join(''));
    return {
      outputs: { stopped, volumesRemoved, unusedVolumes: unused.length },
      summary: `${summary}; ${unused.length} unused volumes to review${unused.length > 0 ? `: ${unused.slice(0, 5).join(', ')}` : ''}`,
    };
  },
};
