import type { alertClear as kind } from './alert.clear.kind.js';
import { alert } from './alert.js';
import type { HandlerOf } from '../../activities/step/step.js';

export const alertClear: HandlerOf<typeof kind> = {
  async do(input, context) {
    const outputs = await alert('clear', input, context);
    return {
      outputs: { ...outputs },
      summary: `${input.incident}: ${outputs.sent ? 'over, and told' : 'was not open'}`,
    };
  },
};
