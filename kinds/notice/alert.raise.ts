import type { alertRaise as kind } from './alert.raise.kind.js';
import { alert } from './alert.js';
import type { HandlerOf } from '../../activities/step/step.js';
import { counted } from '../../model/text/counted.js';

export const alertRaise: HandlerOf<typeof kind> = {
  async do(input, context) {
    const outputs = await alert('raise', input, context);
    const news = outputs.sent ? 'told' : `known since ${outputs.since}, not told again`;
    return { outputs: { ...outputs }, summary: `${input.incident}: ${news}; seen ${counted(outputs.seen, 'time')}` };
  },
};
