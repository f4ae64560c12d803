import type { z } from 'zod';
import type { httpRead as kind } from './http.read.kind.js';
import { digestOf, figuresIn } from './http.read.recompute.js';
import { type Exchange, exchange, readHeaders, statusProblem, typeProblem, unfit } from './exchange.js';
import { readTls } from './tls.js';
import { figuresText } from '../shared/one-figure.js';
import { ReadingError } from '../shared/reading.js';
import type { HandlerOf, HttpAnswer, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

const PARTIAL = 206;

type Input = z.infer<(typeof kind)['input']>;

export const httpRead: HandlerOf<typeof kind> = {
  async check({ tls }, context) {
    await readTls(tls, context, new Date());
    return tls === undefined ? undefined : 'Its certificates can be used.';
  },
  async do(input, context) {
    const made = await ask(input, context);
    const { answer, what, kept, credentials } = made;
    const { status, ms } = answer;
    const wrong = [
      statusProblem(status, input.expect.status),
      partProblem(answer, input),
      typeProblem(answer, input.expect.contentType),
      made.problem,
      answer.truncated ? `it is longer than the ${input.maxBytes} bytes of \`maxBytes\`` : undefined,
    ].filter((one) => one !== undefined);
    if (wrong.length > 0) throw unfit(made, wrong, context.now());
    const { values, unknown } = await figuresOf(made, input, context);
    const bytes = answer.body.length;
    return {
      outputs: { values, unknown, status, ms, bytes, sha256: digestOf(kept), credentials },
      summary: `${what}: ${figuresText(values, unknown)} (${bytes} bytes in ${ms} ms)`,
    };
  },
};

/** A part of an answer is none; and a number that stands alone may go on, where nobody says how long the answer is. */
function partProblem({ status, headers, body }: HttpAnswer, { expect }: Input): string | undefined {
  if (status === PARTIAL && expect.status === undefined) return 'it is a part of an answer (206)';
  const said = ['content-length', 'transfer-encoding', 'content-encoding'].some((name) => headers[name] !== undefined);
  return !said && /\d\s*$/.test(body.toString('latin1'))
    ? 'it ends with a number, and does not say how long it is'
    : undefined;
}

async function ask(input: Input, context: StepContext): Promise<Exchange> {
  const { url, method, body, timeout, redirects, maxBytes } = input;
  const headers = {
    accept: 'application/json',
    ...(body === undefined ? {} : { 'content-type': 'application/json' }),
    ...(await readHeaders(input.headers, context)),
  };
  const tls = await readTls(input.tls, context, context.now());
  const sent = body === undefined ? {} : { body: JSON.stringify(body) };
  return exchange(
    { url, method, headers, ...sent, timeoutMs: timeout, redirects, maxBytes, tls },
    context,
    'answer.json',
  );
}

async function figuresOf(made: Exchange, { values }: Input, { now }: StepContext): ReturnType<typeof figuresIn> {
  try {
    return await figuresIn(made.kept, values);
  } catch (error) {
    if (!(error instanceof ReadingError)) throw error;
    if (error.code !== 'CHECK_FAILED') throw new StepError(error.code, error.message, { evidence: [made.evidence] });
    throw unfit(made, [error.message.replace(/\.$/, '')], now());
  }
}
