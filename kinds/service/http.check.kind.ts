import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';
import { jsonPath } from './json-path.js';
import { tlsFields } from './tls-fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

const status = z.int().min(100).max(599);

const expectation = z
  .strictObject({
    status: z
      .union([status, z.array(status).min(1)])
      .optional()
      .describe('One status or a list; 200–299 when absent.'),
    contentType: z.string().min(1).optional().describe('Media type without its parameters, e.g. application/json.'),
    bodyContains: z.string().min(1).optional(),
    bodyNotContains: z.string().min(1).optional(),
    json: z
      .record(jsonPath, z.unknown())
      .optional()
      .describe('JSONPath → the value that must stand there, at each place that it selects.'),
    headers: z.record(z.string(), z.string()).optional().describe('Header → its exact value.'),
    maxMs: z.number().positive().optional().describe('Longest time to the whole answer, in milliseconds.'),
  })
  .describe('What the answer must be.');

export const httpCheck = defineKind({
  title: 'HTTP check',
  about: 'Sends one request and compares the answer with what is expected.',
  input: z.strictObject({
    url: z
      .string()
      .max(4000)
      .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://'),
    method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
    headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.union([z.string(), secretRef])).default({}),
    body: z.unknown().optional().describe('Sent as JSON.'),
    bodyText: z.string().optional().describe('Sent as it stands, instead of `body`.'),
    expect: expectation.default({}),
    values: z
      .record(z.string().regex(/^[a-z][A-Za-z0-9]*$/, 'a name of letters and digits'), jsonPath)
      .default({})
      .describe('Name → JSONPath: what a gate or a later step reads of the JSON as `values.<name>`.'),
    tls: tlsFields.optional(),
    judge: z
      .boolean()
      .default(true)
      .describe('false: an answer that is not as expected is told in `fits` and fails nothing; no answer at all does.'),
    timeout: duration.prefault('10s').describe('Time for the whole answer.'),
    redirects: z
      .int()
      .min(0)
      .max(3)
      .default(0)
      .describe('How many redirects are followed; 0 looks at the first answer.'),
    maxBytes: z
      .int()
      .min(1)
      .max(8 * 1024 * 1024)
      .default(64 * 1024)
      .describe('How much of the body is read.'),
  }),
  outputs: z.object({
    status: z.number(),
    fits: z.boolean().describe('The answer is as expected.'),
    ms: z.number().describe('Milliseconds to the whole answer.'),
    contentType: z.string().describe('Media type without parameters; empty when none was sent.'),
    bytes: z.number().describe('Bytes of the body that were read.'),
    body: z.string().describe('The first 2 KiB of the body.'),
    credentials: z.int().describe('Credentials that nobody declared, found in what the answer said and masked.'),
    json: z
      .record(z.string(), z.unknown())
      .describe('Value at each JSONPath of `expect.json`; a list where it selects several.'),
    values: z
      .record(z.string(), z.unknown())
      .describe('What `values` names: texts, numbers and truths. A number that a double does not hold is its digits.'),
  }),
  members: ({ expect }) => ({ json: typeof expect === 'string' ? undefined : (member(expect, 'json') ?? {}) }),
  meets: {
    'another encoding':
      'gzip, deflate and brotli are undone, any other is refused; text is read by its byte order mark, else by its charset, else as UTF-8, and what does not fit, or holds zero bytes, is not searched as if it were text: the step fails',
    'credentials and secrets in headers':
      'are masked in names and values, and counted in `credentials`, as in the body',
    huge: 'nothing is read beyond `maxBytes` of the decoded body; a text that is expected or must be absent is then not judged as there or absent, and JSON fails',
    'half an answer': 'the step fails, whatever was found in the half',
    'an answer that is not as expected':
      'fails the step, with everything in which it differs; with `judge: false` the summary says it, and `fits` is false',
    'nothing there': 'a name of `values` without a value fails the step, as one with several does',
    'a member twice': 'JSON that gives one name two values fails the step',
    'numbers that a double does not hold': 'are their digits, as text, and equal no number; −0 is 0; NaN is no JSON',
    'nested deeper than 1,000': 'is not read as JSON: the step fails where it is asked for',
    'a JSONPath that goes over the answer again and again':
      'is bounded: after some million steps the step fails, and no other step of the worker waits for it',
    'a redirect elsewhere': 'headers with a secret in them stay behind, and so does a body with one: the step fails',
    '429 and 503':
      '`Retry-After` is obeyed by retries and `until`; who asks for more than 15 minutes is not asked again',
    certificates: 'what is missing, broken, expired, or does not fit its key is told by the preflight',
    proxies: 'variables of the environment name none',
  },
  effect: 'none',
  reach: ({ url }) => url,
  writes: 'none',
  looksWith: { method: ['GET', 'HEAD'] },
  undo: null,
  example: `id: healthz
uses: http.check
with:
  url: http://127.0.0.1:8000/healthz
  expect: { status: 200, json: { $.status: ok } }
`,
  sample: {
    status: 200,
    fits: true,
    ms: 8,
    contentType: 'application/json',
    bytes: 15,
    body: '{"status":"ok"}',
    json: { '$.status': 'ok' },
    values: {},
    credentials: 0,
  },
  leaves: ['response.json'],
});
