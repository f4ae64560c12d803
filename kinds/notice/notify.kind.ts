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
    timeout: duration.default(10_000).describe('Time for one send.'),
  }),
  outputs: z.object({
    status: z.number().describe('HTTP status of the channel.'),
    ms: z.number(),
  }),
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
