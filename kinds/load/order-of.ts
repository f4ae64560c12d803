import type { z } from 'zod';
import { readHeaders } from '../service/exchange.js';
import { judgedAddresses } from '../shared/addresses.js';
import type { loadRun as kind } from './load.run.kind.js';
import { MOST_TABS, type Request } from './load-request.js';
import type { LoadOrder, LoadRequest } from './order.js';
import { profileOf } from './profiles.js';
import type { StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

/**
 * What a generator is to do, with secrets read and the hosts' addresses judged.
 *
 * @throws StepError BAD_INPUT, CONNECTION_FAILED, NOT_FOUND
 */
export async function orderOf(input: Input, scale: number, context: StepContext): Promise<LoadOrder> {
  const requests: LoadRequest[] = [];
  const addresses: LoadOrder['addresses'] = {};
  for (const [id, request] of Object.entries(input.requests)) {
    const url = request.url ?? request.browser ?? '';
    const { hostname, port, protocol } = addressOf(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    addresses[host] ??= await judgedAddresses(
      host,
      port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      context,
    );
    requests.push({ id, url, ...(await partsOf(request, context)) });
  }
  const profile = profileOf(input.profile);
  if (hasPages(input) && profile.agents > MOST_TABS) {
    throw new StepError('BAD_INPUT', `A mix with pages in a browser has at most ${MOST_TABS} agents.`, {
      hint: 'Load the pages in a step of their own, with a profile of fewer agents.',
    });
  }
  return { profile, scale, timeoutMs: input.timeout, requests, addresses };
}

/** Whether a browser is needed. */
export function hasPages({ requests }: Pick<Input, 'requests'>): boolean {
  return Object.values(requests).some(({ browser }) => browser !== undefined);
}

async function partsOf(
  { browser, method, headers, body, weight, expect, waitFor, consoleErrors = false }: Request,
  context: StepContext,
): Promise<Omit<LoadRequest, 'id' | 'url'>> {
  const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
  const { selector, text } = waitFor ?? {};
  const awaited =
    selector === undefined ? (text === undefined ? {} : { waitFor: { text } }) : { waitFor: { selector } };
  return {
    weight,
    method,
    headers: { ...json, ...(await readHeaders(headers, context)) },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
    ...(expect.status === undefined ? {} : { status: [expect.status].flat() }),
    ...(expect.bodyContains === undefined ? {} : { bodyContains: expect.bodyContains }),
    ...(browser === undefined ? {} : { browser: { ...awaited, consoleErrors } }),
  };
}

function addressOf(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new StepError('BAD_INPUT', `${JSON.stringify(url)} is no http or https address.`);
  }
  if (parsed.username || parsed.password) {
    throw new StepError('BAD_INPUT', `The address of ${parsed.host} holds a user or password.`, {
      hint: 'Give credentials in a header, as a secret by reference.',
    });
  }
  if (parsed.hostname.includes('{{')) throw new StepError('BAD_INPUT', `The host of ${url} may not change by task.`);
  return parsed;
}
