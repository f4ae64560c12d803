import { z } from 'zod';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';
import { duration } from '../shared/fields.js';
import { member } from '../shared/given.js';

const count = z.int();
const files = z.array(z.string().min(1)).min(1).max(20);
const header = z.string().regex(/^[A-Za-z0-9-]+$/);
const headers = z.record(header, z.union([z.string(), secretRef])).default({});
const memberName = z.string().min(1).max(200);

export const observabilityCheck = defineKind({
  title: 'Check observability',
  about:
    'Sends requests with ids of their own and looks whether they are seen: counters of a metrics endpoint move, lines of the log are structured, and each id stands in a trace or audit log.',
  input: z
    .strictObject({
      poke: z.strictObject({
        url: z.string().min(1),
        method: z.enum(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']).default('GET'),
        headers,
        body: z.unknown().optional().describe('Sent as JSON.'),
        idText: z
          .string()
          .regex(/^[A-Za-z0-9_.-]{1,100}$/, 'letters, digits, _, . and -')
          .optional()
          .describe('Text in the body that the id of each request takes the place of, for what keeps no header.'),
        status: z.array(z.int().min(100).max(599)).min(1).default([200]).describe('What must be answered.'),
        idHeader: header.default('x-request-id').describe('The header that takes the id of the request.'),
        times: z.int().min(1).max(100).default(3),
        timeout: duration.prefault('10s'),
      }),
      metrics: z
        .strictObject({
          url: z.string().min(1).describe('Metrics in the text format of Prometheus.'),
          headers,
          counters: z
            .record(
              z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'),
              z.strictObject({
                metric: z.string().regex(/^[a-zA-Z_:][a-zA-Z0-9_:]*$/),
                labels: z.record(z.string(), z.string()).default({}).describe('Only series with these labels.'),
                by: z.number().positive().optional().describe('Least growth; by default one for each request.'),
              }),
            )
            .refine((counters) => Object.keys(counters).length > 0, 'name a counter'),
        })
        .optional(),
      logs: z
        .strictObject({
          files,
          needs: z.array(memberName).min(1).max(50).describe('Members that each line has, none of them empty.'),
          atLeast: z.int().min(1).default(1).describe('How many lines the requests must bring.'),
        })
        .optional(),
      trace: z
        .strictObject({
          files,
          member: memberName
            .optional()
            .describe('The member of a line that is the id; by default it may stand anywhere in it.'),
        })
        .optional(),
      every: duration.prefault('250ms').describe('How often is looked again, in real time.'),
      within: duration
        .prefault('10s')
        .describe('How long after the last request all may take to be seen, in real time.'),
    })
    .refine(({ metrics, logs, trace }) => [metrics, logs, trace].some((one) => one !== undefined), {
      message: 'give `metrics`, `logs` or `trace`',
    }),
  outputs: z.object({
    pokes: count.describe('Requests that were sent and answered as they must be.'),
    counters: count.describe('Counters that were named.'),
    moving: count.describe('Those that grew as they must.'),
    growth: z.record(z.string(), z.number()).describe('By how much each grew; absent where it is not known.'),
    frozen: z.array(z.string()).describe('Counters that did not, and why.'),
    lines: count.describe('Lines that were written to the logs meanwhile.'),
    structured: count.describe('Those that are JSON objects with all members that are needed.'),
    unstructured: count,
    faults: z.array(z.string()).describe('The first ten lines that are not, and why.'),
    traced: count.describe('Requests whose id was found.'),
    untraced: count.describe('Requests whose id was not found in time.'),
    credentials: count.describe('Credentials that nobody declared, masked in what is kept.'),
  }),
  members: ({ metrics }) => ({ growth: member(metrics, 'counters') }),
  effect: 'idempotent',
  reach: ({ poke, metrics }) => [member(poke, 'url') ?? null, member(metrics, 'url') ?? null],
  writes: 'none',
  takes: ({ within }) => within,
  undo: null,
  meets: {
    'metrics that do not move':
      '`moving` is less than `counters`, and `frozen` says which and why, for a gate to judge',
    'a counter that went back': 'is frozen: what it was set back by is not known',
    'a counter that comes only with the first request': 'counts from 0, where the endpoint says that it is a counter',
    'a gauge, or a value that is no number': 'is no counter, so it is frozen',
    'an endpoint that does not answer with 200, or with what is no text format in one line':
      'fails the step: a line that cannot be read, a series or a type twice, a last line without its end',
    'a request that is not answered as it must be': 'CHECK_FAILED: there was no traffic to be seen',
    'a log that is not there': 'NOT_FOUND',
    'a log into which nothing is written': 'CHECK_FAILED: fewer lines than `logs.atLeast` show no structure',
    'a line that is no JSON object, or lacks a member': 'is unstructured, also one that others caused meanwhile',
    'a log that is rotated meanwhile': 'is read on where it was moved to, as `log.scan` does',
    'an `idText` that the body does not hold': 'BAD_INPUT, and nothing is sent',
    'a method that changes something': 'is sent as often with each attempt: say `effect: once` where that matters',
    ids: 'are new for each request, so that no older line has one',
    'more than 20,000 lines meanwhile': 'CHECK_FAILED: take a quieter time or a smaller log',
  },
  example: `id: observability
uses: observability.check
with:
  poke: { url: "http://127.0.0.1:4010/orders", times: 5 }
  metrics:
    url: http://127.0.0.1:4010/metrics
    counters: { requests: { metric: http_requests_total, labels: { path: /orders } } }
  logs: { files: [logs/app.log], needs: [time, level, msg, requestId] }
  trace: { files: [logs/audit.log], member: requestId }
`,
  sample: {
    pokes: 5,
    counters: 1,
    moving: 1,
    growth: { requests: 5 },
    frozen: [],
    lines: 10,
    structured: 10,
    unstructured: 0,
    faults: [],
    traced: 5,
    untraced: 0,
    credentials: 0,
  },
  leaves: ['pokes.json', 'metrics-before.txt', 'metrics-after.txt', 'log-lines.txt', 'trace-lines.txt'],
  shows: [
    {
      as: 'figures',
      title: 'Observability',
      place: 'figures',
      outputs: ['counters', 'moving', 'lines', 'structured', 'unstructured', 'traced', 'untraced'],
    },
  ],
});
