import { z } from 'zod';
import { duration } from '../shared/fields.js';
import { plainText } from '../shared/given.js';
import { tlsFields } from '../service/tls-fields.js';
import { bindValues, namesIn } from './promql.js';
import { defineKind } from '../../model/schema/format/kind.js';
import { secretRef } from '../../model/schema/format/secret-refs.js';

/** Points that Prometheus gives of a series at most. */
const MOST_POINTS = 11_000;

const promql = z
  .string()
  .min(1)
  .max(10_000)
  .refine((text) => !text.includes('${{'), {
    message: 'holds ${{ }}, which could be any part of a query: write $name there, and the value under `values`',
  });

const figure = z.number().optional();
const statistics = z.object({
  min: figure,
  max: figure,
  mean: figure,
  last: figure,
  p50: figure,
  p90: figure,
  p95: figure,
  p99: figure,
});

export const prometheusQuery = defineKind({
  title: 'Prometheus query',
  about:
    'Asks a Prometheus, or what speaks its API (Thanos, Mimir, VictoriaMetrics), for one figure, or one by each label; a figure that is not sure is unknown.',
  input: z
    .strictObject({
      url: z
        .string()
        .max(2000)
        .regex(/^(https?:\/\/[^?#]*$|\$\{\{)/, 'an address that begins with http:// or https://, without a ? or #')
        .describe('What stands before /api/v1, e.g. http://prometheus:9090 or https://mimir/prometheus.'),
      query: promql.describe('PromQL. `$name` and `${name}` in it stand for `values`.'),
      values: z
        .record(
          z.string().regex(/^[A-Za-z_]\w*$/, 'a name of letters, digits and _'),
          z.union([z.string().max(1000), z.number(), z.array(z.string().max(1000)).min(1).max(100)]),
        )
        .default({})
        .describe(
          'Name → value of `query`: in a string escaped, behind =~ and !~ matched literally (a list: any of it), elsewhere a number or duration.',
        ),
      by: z
        .string()
        .regex(/^[A-Za-z_]\w*$/, 'a name of a label')
        .optional()
        .describe('The label that names the series, where there are several. Without it there must be exactly one.'),
      range: z
        .strictObject({
          last: duration.describe('How far back it begins.'),
          step: duration.describe('One point each so often.'),
        })
        .optional()
        .describe('A range query up to now, at whole multiples of `step`, and statistics of its points.'),
      missing: z
        .strictObject({ atMost: z.int().min(0).max(MOST_POINTS) })
        .default({ atMost: 0 })
        .describe('How many points of a range may be missing or no number; with more, its figures are unknown.'),
      within: duration.prefault('5m').describe('How old the sample of an instant query, or `newest`, may be.'),
      newest: promql
        .optional()
        .describe('A query for the time of the newest sample, e.g. `max(timestamp(up{job="api"}))`.'),
      accept: z
        .array(z.enum(['infos', 'warnings', 'partial']))
        .default([])
        .describe('What may come with an answer without making it unknown.'),
      tenant: z
        .union([z.string().min(1).max(150), secretRef])
        .optional()
        .describe('Sent as X-Scope-OrgID.'),
      headers: z.record(z.string().regex(/^[A-Za-z0-9-]+$/), z.union([z.string(), secretRef])).default({}),
      tls: tlsFields.optional(),
      timeout: duration.prefault('30s').describe('Time for each answer.'),
      maxBytes: z
        .int()
        .min(1)
        .max(16 * 1024 * 1024)
        .default(4 * 1024 * 1024)
        .describe('How long an answer may be.'),
    })
    .superRefine(({ query, newest = '', values, range }, context) => {
      const names = Object.keys(values);
      const { used, strange } = namesIn(`${query}\n${newest}`, names);
      const add = (path: string[], message: string): void => context.addIssue({ code: 'custom', path, message });
      for (const name of strange) add(['query'], `$${name} is none of \`values\``);
      for (const name of names) if (!used.includes(name)) add(['values', name], `there is no $${name} in the query`);
      const known = Object.fromEntries(Object.entries(values).filter(([, value]) => !String(value).includes('${{')));
      const bound = bindValues(query, known);
      if ('problem' in bound) add(['values'], bound.problem);
      if (range && (range.step < 1 || range.last / range.step >= MOST_POINTS))
        add(['range', 'step'], `gives more than the ${MOST_POINTS} points that Prometheus gives of a series`);
    }),
  outputs: z.object({
    value: z.number().optional().describe('The value of an instant query; absent when it is unknown.'),
    values: z.record(z.string(), z.number()).describe('With `by`, the value of each series by its label.'),
    range: statistics.describe('Of a range: statistics of its points. `last` is that of the last point.'),
    ranges: z.record(z.string(), statistics).describe('With `by`, the same of each series by its label.'),
    unknown: z
      .record(z.string(), z.string())
      .describe('Why figures are unknown: by label, and under `value` or `range` for the whole.'),
    series: z.int().describe('Series in the answer.'),
    points: z.int().describe('Points that are numbers, of all series.'),
    expected: z.int().describe('Points that there should be, of all series.'),
    missing: z.int().describe('Points that are missing or no numbers, of all series.'),
    query: z.string().describe('The query, its values in their places.'),
    at: z.string().describe('When it was evaluated, by the clock of the worker.'),
    ms: z.number().describe('Milliseconds to the whole answer.'),
    credentials: z.int().describe('Credentials that nobody declared, found in the answer and masked.'),
  }),
  effect: 'none',
  reach: ({ url }) => plainText(url),
  writes: 'none',
  undo: null,
  meets: {
    'an empty answer': 'unknown. Where none means zero, say so in the query: `… or vector(0)`',
    'several series': 'unknown, with how many there are, unless `by` names them; two of one name are unknown',
    '`"NaN"`, `"+Inf"`, `"-Inf"`': 'unknown; in a range they count as missing points',
    'warnings, infos, an answer that says it is partial':
      'all of it is unknown, unless `accept` names it; Thanos and VictoriaMetrics are asked to fail rather than to leave something out',
    'a scalar, a string, a range vector, native histograms': 'unknown: what is asked for is a vector of numbers',
    'a stale sample':
      'unknown when its time is before `within`, or after the time of the query. Prometheus gives the time of the query for the time of a sample: `newest` says how old what it is made of is',
    'missing points': 'counted against the points that `range` asks for; unknown with more than `missing.atMost`',
    'points that were not asked for, or twice': 'unknown',
    'a query that is none': 'EXPECTATION_FAILED, with what Prometheus says of it',
    'too much for it, no time, not ready': 'CHECK_FAILED, so that `until` looks again; `Retry-After` is obeyed',
    'no answer of Prometheus': 'a login page, a proxy, a wrong path: the step fails',
    'values with quotes, braces, patterns': 'are values: they can be no more of a query; an empty one is refused',
    'a `$` that is no name': 'stays in strings; outside of them it is an error',
    'secrets and credentials in the answer': 'are masked before anything is read',
  },
  example: `id: errors
uses: prometheus.query
with:
  url: http://127.0.0.1:9090
  query: >-
    sum(rate(http_requests_total{job="$job",code=~"5.."}[5m]))
    / sum(rate(http_requests_total{job="$job"}[5m]))
  values: { job: api }
`,
  sample: {
    value: 0.002,
    values: {},
    range: {},
    ranges: {},
    unknown: {},
    series: 1,
    points: 1,
    expected: 1,
    missing: 0,
    query: 'sum(rate(http_requests_total{job="api",code=~"5.."}[5m]))',
    at: '2026-01-01T00:00:00.000Z',
    ms: 12,
    credentials: 0,
  },
  leaves: ['answer.json', 'newest.json'],
});
