import { z } from 'zod';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

/** The addresses of each host, judged by the step: a program of its own connects to no other. */
export const addressesField = z.record(z.string(), z.array(z.object({ address: z.string(), family: z.int() })));
type Addresses = z.infer<typeof addressesField>;

/** The addresses of a host, held to the plan. @throws StepError BAD_INPUT, CONNECTION_FAILED */
export async function judgedAddresses(
  host: string,
  port: number,
  context: Pick<StepContext, 'reach'>,
): Promise<Addresses[string]> {
  const lookup = context.reach(host, port);
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error instanceof StepError) reject(error);
      else if (error) reject(new StepError('CONNECTION_FAILED', `The host ${host} is not known: ${error.message}.`));
      else resolve(typeof found === 'string' ? [] : found);
    });
  });
}

/** The lookup of a program that was given addresses. */
export function lookupIn(addresses: Addresses): ReturnType<StepContext['reach']> {
  return (host, { all }, callback) => {
    const known = addresses[host] ?? [];
    const [first] = known;
    if (!first) callback(Object.assign(new Error(`${host} is not in the order`), { code: 'ENOTFOUND' }), []);
    else if (all) callback(null, known);
    else callback(null, first.address, first.family);
  };
}
