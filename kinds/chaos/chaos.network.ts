import { z } from 'zod';
import { judgedAddresses } from '../shared/addresses.js';
import type { chaosNetwork as kind } from './chaos.network.kind.js';
import { experiment, type Fault, undoFault } from './experiment.js';
import { runHolder } from './run-holder.js';
import type { OrderOf } from './order.js';
import { ownName } from './own-name.js';
import { type Ask, factsOf, liftToxic, type Proxy, readProxy } from './toxics.js';
import type { CheckContext, HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

/** Absent where the proxy is disabled. */
const promised = z.object({ proxy: z.string(), toxic: z.string().optional() });

const ASK_MS = 5000;
const MOST_BYTES = 1024 * 1024;

function askOf({ toxiproxy }: Input, context: Pick<CheckContext, 'http'>): Ask {
  return async (method, path, body) => {
    const answer = await context.http({
      url: `${toxiproxy.replace(/\/$/, '')}${path}`,
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      timeoutMs: ASK_MS,
      maxBytes: MOST_BYTES,
    });
    return { status: answer.status, text: answer.body.toString('utf8') };
  };
}

/** The proxy, which must let everything through. */
async function look(input: Input, ask: Ask): Promise<Proxy> {
  const found = await asked(readProxy(ask, input.proxy));
  if (!found) {
    throw new StepError('NOT_FOUND', `Toxiproxy at ${input.toxiproxy} has no proxy ${input.proxy}.`, {
      hint: 'Make the proxy, and let the target speak through it.',
    });
  }
  if (found.enabled) return found;
  throw new StepError('EXPECTATION_FAILED', `The proxy ${input.proxy} is disabled already; nothing was changed.`, {
    hint: 'See who disabled it; enable it, then retry the step.',
  });
}

async function asked<T>(answer: Promise<T>): Promise<T> {
  try {
    return await answer;
  } catch (error) {
    if (error instanceof StepError || !(error instanceof Error)) throw error;
    throw new StepError('CHECK_FAILED', `${error.message.replace(/^./, (first) => first.toUpperCase())}.`, {
      cause: error,
    });
  }
}

/** Nobody saw that the fault is out: worse news than why. */
function stillIn(error: unknown, { proxy, toxic }: z.infer<typeof promised>, url: string): unknown {
  if (!(error instanceof StepError)) return error;
  const byHand = toxic === undefined ? `enable the proxy ${proxy}` : `remove the toxic ${toxic} of the proxy ${proxy}`;
  return new StepError(error.code, `The fault may still be in the proxy ${proxy}: ${error.message}`, {
    ...error.options,
    hint: `See why Toxiproxy at ${url} does not answer as it should, ${byHand}, then try again.`,
    cause: error,
  });
}

function toxicOf(input: Input, name: string): OrderOf<'network'>['toxic'] {
  if (input.fault === 'down') return undefined;
  const { stream, share: toxicity, latency, jitter, resetAfter } = input;
  return input.fault === 'latency'
    ? { name, type: 'latency', stream, toxicity, attributes: { latency, jitter } }
    : { name, type: 'reset_peer', stream, toxicity, attributes: { timeout: resetAfter } };
}

function faultOf(input: Input, context: StepContext): Fault {
  const ask = askOf(input, context);
  const toxic = toxicOf(input, ownName('golive-', context.task));
  const { toxiproxy: url, proxy, lasts: lastsMs } = input;
  return {
    name: `${input.fault} in the proxy ${proxy}`,
    prepare: async () => {
      // A toxic of this name is of an earlier attempt of this step.
      if (toxic) await asked(liftToxic(ask, proxy, toxic.name));
      context.log('puts a fault in a proxy', factsOf(await look(input, ask)));
      return { proxy, ...(toxic ? { toxic: toxic.name } : {}) };
    },
    run: async (_, note, signal) => {
      const { hostname, port, protocol } = new URL(url);
      const host = hostname.replace(/^\[|\]$/g, '');
      const usual = protocol === 'https:' ? 443 : 80;
      const addresses = { [host]: await judgedAddresses(host, port === '' ? usual : Number(port), context) };
      await runHolder(
        { fault: 'network', url, proxy, ...(toxic ? { toxic } : {}), addresses, lastsMs },
        note,
        signal,
        context,
      );
    },
    lift: async (promise) => {
      const { data } = promised.safeParse(promise);
      if (!data) throw new StepError('NOT_FOUND', 'What the step remembered of its fault cannot be read.');
      try {
        await asked(liftToxic(ask, data.proxy, data.toxic));
      } catch (error) {
        throw stillIn(error, data, url);
      }
      return `the proxy ${data.proxy} is as it was`;
    },
  };
}

export const chaosNetwork: HandlerOf<typeof kind> = {
  do: (input, context) => experiment(input, faultOf(input, context), context),
  undo: (input, context) => undoFault(faultOf(input, context), context),
  check: async (input, context) => {
    const { listen, upstream } = await look(input, askOf(input, context));
    return `the proxy ${input.proxy} stands between ${listen} and ${upstream}`;
  },
};
