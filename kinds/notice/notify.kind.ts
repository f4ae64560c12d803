import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

export const notify = defineKind({
  title: 'Notice',
  about: 'Sends a text to a signed webhook, Slack or Telegram.',
  input: z.strictObject({
    kind: z.enum(['webhook', 'slack', 'telegram']),
    channel: z.string().max(80).optional().describe('Name of the channel, for the log.'),
    url: secretRef.optional().describe('Address of the webhook (webhook, slack); it is a secret itself.'),
    token: secretRef.optional().describe('Bot token (telegram), or bearer token (webhook).'),
    chat: z.union([secretRef, z.string(), z.number()]).optional().describe('Chat id (telegram).'),
    hmac: secretRef.optional().describe('Key that signs the body (webhook).'),
    apiBase: z.url().optional().describe('Base address of the Telegram API, where it is not the public one.'),
    text: z.string().min(1).max(8000),
    timeout: duration.prefault('10s').describe('Time for one send.'),
  }),
  outputs: z.object({
    status: z.number().describe('HTTP status of the channel.'),
    ms: z.number(),
  }),
  meets: {
    'a webhook':
      'is sent `{text, at, key}`, signed with `hmac`: [what it receives](runbook-format.md#what-a-webhook-receives)',
    'a channel that asks to wait':
      '`Retry-After` and the `retry_after` of Telegram are obeyed by the next attempt; who asks for more than 15 minutes is not sent to again; 0, and a date that is over, are no wish',
    'a good status with `ok: false`':
      'was not told: Telegram and Slack say so in their answer; from Telegram an answer without `ok` is none of it',
    'two at once':
      'every try of one notice has the same idempotency key; another attempt of the phase, another epoch and a rehearsal have their own',
    markup:
      'for Slack `&`, `<` and `>` are escaped, and `@channel` and its like call nobody; Telegram is sent plain text',
    huge: 'cut between letters with a mark: Telegram at 4,096 characters',
    'half a character': 'becomes U+FFFD',
  },
  effect: 'idempotent',
  reach: ({ apiBase }) => apiBase,
  writes: 'none',
  notice: ['text'],
  undo: null,
  example: `id: tell
uses: notify
with: { kind: slack, url: { env: SLACK_WEBHOOK }, text: "Smoke runs passed." }
`,
  sample: { status: 200, ms: 140 },
});
