import type { StepCall } from '../../activities/step/step.js';
import { stepCalls } from '../../kinds/hands.js';

/** A kind's deed, with something that happens right after it has remembered what its undo must know. */
export function meanwhile(kind: string, happens: () => void): StepCall {
  const call = stepCalls.call(kind, 'do');
  const deed: StepCall['handler'] = {
    do: (input, context) =>
      call.handler.do(input, {
        ...context,
        remember: async (state) => {
          await context.remember(state);
          happens();
        },
      }),
  };
  return { ...call, handler: deed };
}
