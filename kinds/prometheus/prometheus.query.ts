import type { z } from 'zod';
import { formatDuration } from '../../model/duration.js';
import { countText } from '../../model/judge/count-text.js';
import { isJsonObject, type JsonObject } from '../../model/json.js';
import type { HandlerOf, HttpRequest, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { shownUrl } from '../../activities/step/connection.js';
import { type Exchange, exchange, readHeaders, statusProblem, unfit } from '../service/exchange.js';
import { readTls } from '../service/tls.js';
import { jsonIn } from '../shared/json.js';
import { ReadingError } from '../shared/reading.js';
import type { prometheusQuery as kind } from './prometheus.query.kind.js';
import { gridOf, outputsOf, type QueryRecord } from './prometheus.query.recompute.js';
import { bindValues } from './promql.js';

type Input = z.infer<(typeof kind)['input']>;
type Outputs = z.infer<(typeof kind)['outputs']>;
type Ways = Pick<StepContext, 'secret' | 'path'>;

export const prometheusQuery: HandlerOf<typeof kind> = {
  async check(input, context) {
    const request = await requestOf(input, 'query', { query: 'vector(1)' }, context, new Date());
    const { status, body } = await context.http(request);
    const what = `${request.method} ${shownUrl(request.url)}`;
    if (status !== 200 || !isSuccess(jsonIn(body.toString('utf8')))) {
      throw new StepError('CHECK_FAILED', `${what} answers ${status}, and not as Prometheus does.`, {
        hint: 'See whether url is what stands before /api/v1, and whether tenant and headers are right.',
      });
    }
    return `${what} answers.`;
  },
  async do(input, context) {
    const evaluated = context.now().getTime();
    const { range } = input;
    const grid = range && gridOf(range, evaluated);
    const times: Record<string, string> = grid
      ? { start: seconds(grid.first), end: seconds(grid.last), step: seconds(grid.step), nocache: '1' }
      : { time: seconds(evaluated) };
    const made = await ask(input, { query: input.query, times, evaluated, file: 'answer.json' }, context);
    const newest =
      input.newest === undefined
        ? undefined
        : await ask(
            input,
            { query: input.newest, times: { time: seconds(evaluated) }, evaluated, file: 'newest.json' },
            context,
          );
    const outputs = await judged(input, made, newest, context);
    return { outputs, summary: sentence(input, outputs) };
  },
};

const seconds = (ms: number): string => String(ms / 1000);
const isSuccess = (value: unknown): boolean =>
  typeof value === 'object' && value !== null && 'status' in value && value.status === 'success';

interface Asked {
  query: string;
  times: Record<string, string>;
  evaluated: number;
  file: string;
}

interface Made {
  exchange: Exchange;
  record: QueryRecord;
}

/** Sends one query, and keeps its answer. @throws StepError where it gave none */
async function ask(input: Input, { query: text, times, evaluated, file }: Asked, context: StepContext): Promise<Made> {
  const bound = bindValues(text, input.values);
  if ('problem' in bound) throw new StepError('BAD_INPUT', `The query cannot be made: ${bound.problem}.`);
  const { query } = bound;
  const timeout = `${Math.ceil(input.timeout)}ms`;
  const whole: Record<string, string> = input.accept.includes('partial')
    ? {}
    : { partial_response: 'false', deny_partial_response: '1' };
  const form = { query, ...times, timeout, ...whole };
  const path = 'time' in times ? 'query' : 'query_range';
  const request = await requestOf(input, path, form, context, context.now());
  const made = await exchange(request, context, file, { query, ...times, evaluated });
  const wrong = problemsOf(made, input);
  if (wrong.length > 0) throw refused(made, wrong, query, context);
  const { kept: body, credentials } = made;
  return { exchange: made, record: { query: context.redact(query), evaluated, ms: made.answer.ms, credentials, body } };
}

async function requestOf(
  input: Input,
  path: 'query' | 'query_range',
  form: Record<string, string>,
  context: Ways,
  now: Date,
): Promise<HttpRequest> {
  const { url, tenant, timeout, maxBytes } = input;
  const orgId = tenant === undefined ? {} : await readHeaders({ 'x-scope-orgid': tenant }, context);
  return {
    url: `${url.replace(/\/+$/, '')}/api/v1/${path}`,
    method: 'POST',
    headers: {
      accept: 'application/json',
      'content-type': 'application/x-www-form-urlencoded',
      ...orgId,
      ...(await readHeaders(input.headers, context)),
    },
    body: new URLSearchParams(form).toString(),
    timeoutMs: timeout,
    maxBytes,
    tls: await readTls(input.tls, context, now),
  };
}

/** Why there is no answer at all, a clause for each. */
function problemsOf({ answer, problem, kept }: Exchange, { maxBytes }: Input): string[] {
  const clauses = [
    statusProblem(answer.status, undefined),
    saidIn(kept),
    problem,
    answer.truncated ? `its answer is longer than the ${maxBytes} bytes of \`maxBytes\`` : undefined,
  ];
  return clauses.filter((clause) => clause !== undefined);
}

/** What Prometheus says of a query that it did not answer. */
function saidIn(body: string): string | undefined {
  const answer = jsonIn(body);
  if (!isJsonObject(answer) || answer.status !== 'error') return undefined;
  const { errorType, error } = answer;
  return `it says ${[errorType, error]
    .filter((one) => typeof one === 'string')
    .join(': ')
    .slice(0, 400)}`;
}

/** What no other try can mend ends the step: a query that is none, no right to ask, a wrong path. */
function refused(made: Exchange, wrong: readonly string[], query: string, { now, redact }: StepContext): StepError {
  const failure = unfit(made, wrong, now());
  if (![400, 401, 403, 404, 405].includes(made.answer.status)) return failure;
  return new StepError('EXPECTATION_FAILED', failure.message, {
    ...failure.options,
    facts: { ...failure.options.facts, query: redact(query).slice(0, 1000) },
  });
}

async function judged(input: Input, answer: Made, newest: Made | undefined, { now }: StepContext): Promise<Outputs> {
  try {
    return await outputsOf(input, answer.record, newest?.record);
  } catch (error) {
    if (!(error instanceof ReadingError)) throw error;
    throw unfit(answer.exchange, [error.message], now());
  }
}

/** Figures, query and time in one line. */
function sentence({ range, by }: Input, outputs: Outputs): string {
  const { value, values, range: one, ranges, unknown, series, points, expected, query, at } = outputs;
  const figures: JsonObject = {
    ...(value === undefined ? {} : { value }),
    ...values,
    ...Object.fromEntries(
      by === undefined
        ? Object.entries(one)
        : Object.entries(ranges).map(([name, { p95, max }]) => [name, `p95 ${shown(p95)}, max ${shown(max)}`]),
    ),
  };
  const known = Object.entries(figures).map(
    ([name, figure]) => `${name} ${typeof figure === 'number' ? countText(figure) : String(figure)}`,
  );
  const gone = Object.entries(unknown).map(([name, why]) => `${name} (${why})`);
  const found = [known.slice(0, 20).join(', '), gone.length > 0 ? `unknown: ${gone.slice(0, 5).join(', ')}` : '']
    .filter(Boolean)
    .join('; ');
  const of = range
    ? `${points} of ${expected} points, ${formatDuration(range.last)} each ${formatDuration(range.step)} up to ${endOf(range, at)}`
    : `${series} series at ${at}`;
  return `${found || 'no figures'}, of ${of}: ${query.replace(/\s+/g, ' ').slice(0, 300)}`;
}

const endOf = (range: Parameters<typeof gridOf>[0], at: string): string =>
  new Date(gridOf(range, Date.parse(at)).last).toISOString();
const shown = (figure: number | undefined): string => (figure === undefined ? 'unknown' : countText(figure));
