import { createHmac } from 'node:crypto';
import type { z } from 'zod';
import type { notify } from './notify.kind.js';
import type { Capabilities, SecretRef } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

export type Notification = z.infer<(typeof notify)['input']>;

export interface Sending {
  /** Sent along so that a receiver can drop a repetition. */
  key: string;
  now: Date;
}

interface Letter {
  url: string;
  headers: Record<string, string>;
  body: string;
}

const TELEGRAM = 'https://api.telegram.org';

/**
 * Sends one notice over its channel. The address itself is a secret, so it stands in no error and no log.
 *
 * @throws StepError BAD_INPUT for a channel that lacks a secret, CONNECTION_FAILED or CHECK_FAILED when it was not taken
 */
export async function sendNotification(
  input: Notification,
  sending: Sending,
  ways: Pick<Capabilities, 'http' | 'secret'>,
): Promise<{ status: number; ms: number }> {
  const letter = await letterOf(input, sending, ways.secret);
  const name = input.channel ? `the ${input.kind} channel '${input.channel}'` : `the ${input.kind} channel`;
  const answer = await ways.http({
    ...letter,
    method: 'POST',
    timeoutMs: input.timeout,
    maxBytes: 16 * 1024,
    secretAddress: true,
    name,
  });
  if (answer.status < 200 || answer.status > 299) {
    const code = answer.status === 429 || answer.status >= 500 ? 'CHECK_FAILED' : 'EXPECTATION_FAILED';
    throw new StepError(code, `${name} refused the notice with status ${answer.status}.`);
  }
  return { status: answer.status, ms: answer.ms };
}

async function letterOf(input: Notification, { key, now }: Sending, read: Capabilities['secret']): Promise<Letter> {
  const secret = (ref: SecretRef | undefined, what: string) => {
    if (ref === undefined)
      throw new StepError('BAD_INPUT', `A ${input.kind} notice needs '${what}', a secret by reference.`);
    return read(ref);
  };
  const headers = { 'content-type': 'application/json', 'idempotency-key': key };
  switch (input.kind) {
    case 'slack':
      return { url: await secret(input.url, 'url'), headers, body: JSON.stringify({ text: input.text }) };
    case 'telegram': {
      const token = await secret(input.token, 'token');
      const chat = typeof input.chat === 'object' ? await secret(input.chat, 'chat') : input.chat;
      if (chat === undefined) throw new StepError('BAD_INPUT', "A telegram notice needs 'chat'.");
      const base = (input.apiBase ?? TELEGRAM).replace(/\/+$/, '');
      return {
        url: `${base}/bot${token}/sendMessage`,
        headers,
        body: JSON.stringify({ chat_id: chat, text: input.text.slice(0, 4096) }),
      };
    }
    case 'webhook': {
      const body = JSON.stringify({ text: input.text, at: now.toISOString(), key });
      const all: Record<string, string> = { ...headers };
      if (input.token) all.authorization = `Bearer ${await secret(input.token, 'token')}`;
      if (input.hmac) all['x-golive-signature'] = signature(await secret(input.hmac, 'hmac'), body, now);
      return { url: await secret(input.url, 'url'), headers: all, body };
    }
  }
}

/** `t=<seconds>,v1=<hex>`: HMAC-SHA256 over `<seconds>.<body>`, so that an old notice cannot be sent again unnoticed. */
export function signature(key: string, body: string, now: Date): string {
  const seconds = Math.floor(now.getTime() / 1000);
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`;
}
