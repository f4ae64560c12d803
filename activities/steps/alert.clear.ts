import type { alertClear as kind } from '../../model/schema/steps/alert.clear.js';
import { alert } from '../notify/alert.js';
import type { HandlerOf } from '../step.js';

export const alertClear: HandlerOf<typeof kind> = {
  async do(input, context) {
    const outputs = await alert('clear', input, context);
    return {
      outputs: { ...outputs },
      summary: `${input.incident}: ${outputs.sent ? 'over, and told' : 'was not open'}`,
    };
  },
};
