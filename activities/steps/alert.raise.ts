import type { alertRaise as kind } from '../../model/schema/steps/alert.raise.js';
import { alert } from '../notify/alert.js';
import type { HandlerOf } from '../step.js';

export const alertRaise: HandlerOf<typeof kind> = {
  async do(input, context) {
    const outputs = await alert('raise', input, context);
    const told = outputs.sent ? 'told' : `known since ${outputs.since}, not told again`;
    return { outputs: { ...outputs }, summary: `${input.incident}: ${told}; seen ${outputs.seen} times` };
  },
};
