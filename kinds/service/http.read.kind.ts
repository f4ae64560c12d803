import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { asField, figureOutputs } from '../shared/one-figure.js';
import { jsonPath } from './json-path.js';
import { tlsFields } from './tls-fields.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

const status = z.int().min(100).max(599);

const figure = z.strictObject({
  path: jsonPath,
  as: asField,
  reduce: z
    .enum(['count', 'sum', 'mean', 'min', 'max', 'p50', 'p95', 'p99'])
    .optional()
    .describe('Makes one figure of all values at the path; without it, there must be exactly one.'),
});

export const httpRead = defineKind({
  title: 'Read figures over HTTP',
  about: 'Reads named figures from the JSON of an HTTP API; a figure that is not sure is unknown.',
  input: z
    .strictObject({
      url: z
        .string()
        .max(4000)
        .regex(/^(https?:\/\/|\$\{\{)/, 'an address that begins with http:// or https://'),
      method: z.enum(['GET', 'POST']).default('GET').describe('With POST, the step must say its `effect`.'),
      headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.union([z.string(), secretRef])).default({}),
      body: z.unknown().optional().describe('Of a POST, sent as JSON.'),
      values: z
        .record(z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'), z.union([jsonPath, figure]))
        .describe('Name → JSONPath, or what else is to be known of the figure.'),
      expect: z
        .strictObject({
          status: z
            .union([status, z.array(status).min(1)])
            .optional()
            .describe('One status or a list; 200–299 when absent.'),
          contentType: z
            .string()
            .min(1)
            .optional()
            .describe('Media type without its parameters, e.g. application/json.'),
        })
        .default({}),
      tls: tlsFields.optional(),
      timeout: duration.prefault('10s').describe('Time for the whole answer.'),
      redirects: z.int().min(0).max(3).default(0).describe('How many redirects are followed.'),
      maxBytes: z
        .int()
        .min(1)
        .max(8 * 1024 * 1024)
        .default(1024 * 1024)
        .describe('How long the answer may be.'),
    })
    .refine(({ method, body }) => body === undefined || method !== 'GET', {
      message: 'a GET has no body: say `method: POST`, and the `effect` of the step',
      path: ['body'],
    }),
  outputs: z.object({
    ...figureOutputs,
    status: z.number(),
    ms: z.number().describe('Milliseconds to the whole answer.'),
    bytes: z.number().describe('Bytes of the answer.'),
    sha256: z.string().describe('Digest of the answer as it is kept: without secrets and credentials.'),
    credentials: z.int().describe('Credentials that nobody declared, found in the answer and masked.'),
  }),
  members: ({ values }) => ({ values, unknown: values }),
  effect: 'none',
  mustSay: ({ method }) => method !== undefined && method !== 'GET',
  reach: ({ url }) => url,
  writes: 'none',
  looksWith: { method: ['GET'] },
  undo: null,
  meets: {
    'nothing at a path, or several values': 'unknown, with how many there are; `reduce` makes one figure of several',
    '`null`, a list, an object': 'unknown',
    'a count of what the answer does not hold':
      'unknown: the list or object that `count` counts in must be there; a filter on a member that no element has selects none, and counts 0',
    'a text that looks like a number':
      '`"0.93"`, `"1,5"`, `"NaN"`, `""` are unknown, unless `as` says what is meant; `"2.2.14"` is a text',
    'a value of another type than `as`': 'unknown; a number is one as JSON writes it',
    'a number that a double does not hold': 'unknown, unless it is wanted `as: text`: then its digits',
    'no JSON, half of it, a page of HTML with status 200': 'the step fails, and `until` looks again',
    'a member twice, with two values': 'the step fails',
    'nested deeper than 1,000': 'the step fails',
    'longer than `maxBytes`': 'the step fails: a part of an answer is none. What is counted is decoded',
    'another encoding':
      'gzip, deflate and brotli are undone, any other is refused; text is read by its byte order mark, else by its charset, else as UTF-8, strictly',
    'secrets and credentials in the answer':
      'are masked before anything is read: the figures are those of the record, and one with a secret in it is unknown',
    pages: 'only what was asked for is read: no link to a next page is followed',
    'a redirect':
      'is an answer like others, and none that is wanted, unless `redirects` allows it; headers with a secret in them stay behind where it leads elsewhere',
    '429 and 503': '`Retry-After` is obeyed; who asks for more than 15 minutes is not asked again',
    'half an answer, no answer in time': 'CONNECTION_FAILED, which is tried again',
    'a part of an answer (206), a number alone in an answer of no stated length': 'the step fails',
    proxies: 'variables of the environment name none',
  },
  example: `id: orders
uses: http.read
with:
  url: http://127.0.0.1:8000/stats
  headers: { authorization: { env: STATS_TOKEN } }
  values:
    errorRate: $.errors.rate
    slowest: { path: "$.routes[*].p95", reduce: max }
`,
  sample: {
    values: { errorRate: 0.002, slowest: 180 },
    unknown: {},
    status: 200,
    ms: 12,
    bytes: 210,
    sha256: 'e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855',
    credentials: 0,
  },
  leaves: ['answer.json'],
});
