import { setTimeout as delay } from 'node:timers/promises';
import { Agent } from 'undici';
import { lookupIn } from '../shared/addresses.js';
import { ballast } from './ballast.js';
import { clockMs } from './clock.js';
import type { HeldFault } from './held-fault.js';
import type { HeldLine, HoldOrder, OrderOf } from './order.js';
import { ram } from './ram.js';
import { type Ask, toxicFault } from './toxics.js';

/** How often is looked whether it is still in. */
const LOOK_MS = 500;
/** For so long it is tried again to take it out; then whoever reads of it must. */
const LIFT_MS = 60_000;
const LIFT_AGAIN_MS = 200;
const ASK_MS = 2000;

function faultOf(order: HoldOrder): HeldFault {
  if (order.fault === 'disk') return ballast(order);
  if (order.fault === 'memory') return ram(order);
  return toxicFault(order, askOf(order));
}

function askOf({ url, addresses }: OrderOf<'network'>): Ask {
  const agent = new Agent({ pipelining: 0, connect: { lookup: lookupIn(addresses), timeout: ASK_MS } });
  return async (method, path, body) => {
    const { origin, pathname } = new URL(url);
    const answer = await agent.request({
      origin,
      path: `${pathname.replace(/\/$/, '')}${path}`,
      method,
      ...(body === undefined ? {} : { body: JSON.stringify(body), headers: { 'content-type': 'application/json' } }),
      signal: AbortSignal.timeout(ASK_MS),
    });
    return { status: answer.statusCode, text: await answer.body.text() };
  };
}

function tell(line: HeldLine): void {
  process.stdout.write(`${JSON.stringify(line)}\n`);
}

const said = (error: unknown): string => (error instanceof Error ? error.message : String(error));

/**
 * Holds a fault for as long as it is to last, or until it is told to end.
 *
 * @returns the code to end with: 0 when it was in, and is out
 */
export async function carryFault(order: HoldOrder, stop: AbortSignal): Promise<number> {
  const fault = faultOf(order);
  let failed: string | undefined;
  try {
    tell({ mark: 'injecting', ms: clockMs(), facts: {} });
    const facts = await fault.inject(stop);
    tell({ mark: 'injected', ms: clockMs(), facts: { ...facts, holder: process.pid } });
    failed = await held(fault, order.lastsMs, stop);
  } catch (error) {
    failed = said(error);
  }
  const left = await lift(fault);
  // A holder that was told to end has nothing to complain of.
  const wrong = left ?? (stop.aborted ? undefined : failed);
  if (wrong !== undefined) tell({ failed: wrong });
  return wrong === undefined ? 0 : 1;
}

/** @returns why it did not stay in; undefined where it did, or was told to end */
async function held(fault: HeldFault, lastsMs: number, stop: AbortSignal): Promise<string | undefined> {
  const until = clockMs() + lastsMs;
  while (clockMs() < until && !stop.aborted) {
    await delay(Math.min(LOOK_MS, Math.max(0, until - clockMs())), undefined, { signal: stop }).catch(() => undefined);
    const problem = stop.aborted ? undefined : await fault.problem();
    if (problem !== undefined) return problem;
  }
  return undefined;
}

/** @returns why it may still be in */
async function lift(fault: HeldFault): Promise<string | undefined> {
  const until = clockMs() + LIFT_MS;
  for (;;) {
    // What comes after this is measured from here: a recovery never looks shorter than it was.
    const ms = clockMs();
    try {
      tell({ mark: 'lifted', ms, facts: await fault.lift() });
      return undefined;
    } catch (error) {
      if (clockMs() > until) return `it could not be taken out: ${said(error)}`;
      await delay(LIFT_AGAIN_MS);
    }
  }
}
