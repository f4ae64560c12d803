import type { z } from 'zod';
import type { httpRead as kind } from './http.read.kind.js';
import { digestOf, figuresIn } from './http.read.recompute.js';
import { type Exchange, exchange, readHeaders, statusProblem, typeProblem, unfit } from './exchange.js';
import { readTls } from './tls.js';
import { figuresText } from '../shared/one-figure.js';
import { ReadingError } from '../shared/reading.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

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
      typeProblem(answer, input.expect.contentType),
      made.problem,
      answer.truncated ? `it is longer than the ${input.maxBytes} bytes of \`maxBytes\`` : undefined,
    ].filter((one) => one !== undefined);
    if (wrong.length > 0) throw unfit(made, wrong, context.now());
    const { values, unknown } = figuresOf(made, input, context);
    const bytes = answer.body.length;
    return {
      outputs: { values, unknown, status, ms, bytes, sha256: digestOf(kept), credentials },
      summary: `${what}: ${figuresText(values, unknown)} (${bytes} bytes in ${ms} ms)`,
    };
  },
};

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

function figuresOf(made: Exchange, { values }: Input, { now }: StepContext): ReturnType<typeof figuresIn> {
  try {
    return figuresIn(made.kept, values);
  } catch (error) {
    if (!(error instanceof ReadingError)) throw error;
    if (error.code !== 'CHECK_FAILED') throw new StepError(error.code, error.message, { evidence: [made.evidence] });
    throw unfit(made, [error.message.replace(/\.$/, '')], now());
  }
}
