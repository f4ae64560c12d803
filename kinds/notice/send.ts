import { createHmac } from 'node:crypto';
import { z } from 'zod';
import type { notify } from './notify.kind.js';
import type { Capabilities, HttpAnswer, SecretRef } from '../../activities/step/step.js';
import { LONGEST_WAIT_MS, retryAfterMs, waitOf } from '../../activities/step/retry-after.js';
import { formatDuration } from '../../model/duration.js';
import { jsonIn } from '../shared/json.js';
import { cutText, slackText } from './letter-text.js';
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
/** Of a message, in UTF-16 units: https://core.telegram.org/bots/api#sendmessage. No parse_mode is sent: it is plain text. */
const TELEGRAM_LONGEST = 4096;
/** Slack cuts at 40,000 characters; each of these may become five (`&amp;`). */
const SLACK_LONGEST = 8000;
/** Stands for the status of a refusal that names none. */
const NOT_TAKEN = 0;
const WEBHOOK_LONGEST = 8000;

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
  const status = statusOf(input.kind, answer);
  if (status < 200 || status > 299) throw refused(name, { ...answer, status }, sending.now);
  return { status: answer.status, ms: answer.ms };
}

const verdict = z.object({ ok: z.boolean(), error_code: z.int().min(300).optional() });

/** Telegram and Slack may say in an answer with a good status that they did not take it, and then with which one. */
function statusOf(kind: Notification['kind'], { status, body }: HttpAnswer): number {
  if (kind === 'webhook' || status < 200 || status > 299) return status;
  const { data } = verdict.safeParse(jsonIn(body.toString('utf8')));
  // Telegram always says it; whoever does not is somebody else in its place.
  const taken = data === undefined ? kind === 'slack' : data.ok;
  return taken ? status : (data?.error_code ?? NOT_TAKEN);
}

/** Who is asked to wait waits; who is asked to wait for too long does not try again. */
function refused(name: string, answer: HttpAnswer, now: Date): StepError {
  const passing = answer.status === 429 || answer.status >= 500;
  const asked = passing ? (telegramWait(answer) ?? retryAfterMs(answer.headers, now)) : undefined;
  const wait = asked === undefined ? '' : `, and asks to be left alone for ${formatDuration(asked)}`;
  const message = `${name} refused the notice with ${answer.status === NOT_TAKEN ? 'a good status and `ok` not true' : `status ${answer.status}`}${wait}.`;
  if (!passing || (asked ?? 0) > LONGEST_WAIT_MS) return new StepError('EXPECTATION_FAILED', message);
  return new StepError('CHECK_FAILED', message, asked === undefined ? {} : { retryAfterMs: asked });
}

const flood = z.object({ parameters: z.object({ retry_after: z.union([z.number(), z.literal(Infinity)]) }) });

/** How long Telegram asks to wait: it says so in its answer, in seconds. */
function telegramWait({ body }: HttpAnswer): number | undefined {
  const { data } = flood.safeParse(jsonIn(body.toString('utf8')));
  return data && waitOf(data.parameters.retry_after);
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
      return {
        url: await secret(input.url, 'url'),
        headers,
        body: JSON.stringify({ text: slackText(cutText(input.text, SLACK_LONGEST)) }),
      };
    case 'telegram': {
      const token = await secret(input.token, 'token');
      const chat = typeof input.chat === 'object' ? await secret(input.chat, 'chat') : input.chat;
      if (chat === undefined) throw new StepError('BAD_INPUT', "A telegram notice needs 'chat'.");
      const base = (input.apiBase ?? TELEGRAM).replace(/\/+$/, '');
      return {
        url: `${base}/bot${token}/sendMessage`,
        headers,
        body: JSON.stringify({ chat_id: chat, text: cutText(input.text, TELEGRAM_LONGEST) }),
      };
    }
    case 'webhook': {
      const body = JSON.stringify({ text: cutText(input.text, WEBHOOK_LONGEST), at: now.toISOString(), key });
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
