import { build } from 'hdr-histogram-js';
import type { z } from 'zod';
import { formatDuration } from '../../model/duration.js';
import { judgedAddresses } from '../shared/addresses.js';
import { asStep } from '../shared/as-step.js';
import { builtProgram } from '../shared/built-program.js';
import { readHeaders } from '../service/exchange.js';
import { type Arrivals, arrivalsOf } from './arrivals.js';
import type { loadRun as kind } from './load.run.kind.js';
import { figuresOfSamples, judgeVoid } from './load.run.recompute.js';
import type { LoadOrder } from './order.js';
import { lengthOf, profileOf } from './profiles.js';
import { sampleReader, type TaskSample } from './samples.js';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';

type Input = z.infer<(typeof kind)['input']>;

/** Besides arrivals and the last answers: for the generator to start. */
const START_MS = 30_000;
const SHOW_EVERY_MS = 1000;

export const loadRun: HandlerOf<typeof kind> = {
  async do(input, context) {
    const profile = profileOf(input.profile);
    const { timeScale } = context.task.goLive;
    const scale = timeScale > 0 ? timeScale : 1;
    const arrivals = asStep(() => arrivalsOf(profile, scale));
    const order = await orderOf(input, scale, context);
    const { samples, histogram } = await putOn(order, arrivals, context);
    await context.evidence.write('latency_histogram.txt', histogram);
    const figures = asStep(
      () => figuresOfSamples(samples, arrivals, profile.cycles, input.slowerThan),
      () => ({ evidence: context.evidence.refs() }),
    );
    const outputs = { ...figures, scale };
    await context.evidence.write('load.json', `${JSON.stringify({ profile, scale, figures }, null, 2)}\n`);
    asStep(
      () => judgeVoid(outputs, input.maxLag, profile.duration / scale),
      () => ({
        facts: { arrivalError: outputs.arrivalError, lagP99: outputs.lagP99 },
        evidence: context.evidence.refs(),
      }),
    );
    const { tasks, errors, p50, p99, p99Upper } = outputs;
    const bound = p99Upper === undefined ? 'no bound, since there are fewer than 299' : `at most ${p99Upper} ms`;
    const took = formatDuration(Math.round(lengthOf(profile) / scale));
    return {
      outputs,
      summary: `${tasks} tasks in ${took}: ${errors} errors (at most ${percent(outputs.errorRateUpper)}); p50 ${p50} ms, p99 ${p99} ms (${bound})${scale === 1 ? '' : `; ×${scale} faster than real time`}`,
    };
  },
};

function percent(share: number): string {
  return `${(share * 100).toFixed(2)} %`;
}

/** The order with secrets read and the hosts' addresses judged. */
async function orderOf(input: Input, scale: number, context: StepContext): Promise<LoadOrder> {
  const requests: LoadOrder['requests'] = [];
  const addresses: LoadOrder['addresses'] = {};
  for (const [id, { url, method, headers, body, weight, expect }] of Object.entries(input.requests)) {
    const { hostname, port, protocol } = addressOf(url);
    const host = hostname.replace(/^\[|\]$/g, '');
    addresses[host] ??= await judgedAddresses(
      host,
      port === '' ? (protocol === 'https:' ? 443 : 80) : Number(port),
      context,
    );
    const json: Record<string, string> = body === undefined ? {} : { 'content-type': 'application/json' };
    requests.push({
      id,
      weight,
      url,
      method,
      headers: { ...json, ...(await readHeaders(headers, context)) },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(expect.status === undefined ? {} : { status: [expect.status].flat() }),
      ...(expect.bodyContains === undefined ? {} : { bodyContains: expect.bodyContains }),
    });
  }
  return { profile: profileOf(input.profile), scale, timeoutMs: input.timeout, requests, addresses };
}

function addressOf(url: string): URL {
  const parsed = URL.canParse(url) ? new URL(url) : undefined;
  if (!parsed || !['http:', 'https:'].includes(parsed.protocol)) {
    throw new StepError('BAD_INPUT', `${JSON.stringify(url)} is no http or https address.`);
  }
  if (parsed.username || parsed.password) {
    throw new StepError('BAD_INPUT', `The address of ${parsed.host} holds a user or password.`, {
      hint: 'Give credentials in a header, as a secret by reference.',
    });
  }
  if (parsed.hostname.includes('{{')) throw new StepError('BAD_INPUT', `The host of ${url} may not change by task.`);
  return parsed;
}

/** Runs the generator in its own process, and shows and guards what it measures while it does. */
async function putOn(
  order: LoadOrder,
  arrivals: Arrivals,
  context: StepContext,
): Promise<{ samples: TaskSample[]; histogram: string }> {
  const samples: TaskSample[] = [];
  const histogram = build({ bitBucketSize: 64, autoResize: true, numberOfSignificantValueDigits: 3 });
  let errors = 0;
  const reader = sampleReader((sample) => {
    samples.push(sample);
    if (sample.error !== '') errors += 1;
    histogram.recordValue(sample.lateUs + sample.waitedUs + sample.tookUs);
  });
  const running = () => ({
    tasks: arrivals.tasks,
    done: samples.length,
    errors,
    errorShare: errors / arrivals.tasks,
    p99: samples.length === 0 ? 0 : histogram.getValueAtPercentile(99) / 1000,
  });
  const stop = new AbortController();
  let tripped: unknown;
  let shown = 0;
  const show = (): void => {
    if (performance.now() - shown < SHOW_EVERY_MS) return;
    shown = performance.now();
    const { done, tasks, p99 } = running();
    context.progress({ done, total: tasks, text: `${done}/${tasks} tasks · ${errors} errors · p99 ${p99} ms` });
  };
  const onStdout = (bytes: Uint8Array): void => {
    reader.push(bytes);
    show();
    try {
      if (tripped === undefined) context.checkGuards(running());
    } catch (error) {
      tripped = error;
      stop.abort();
    }
  };
  show();
  const result = await context
    .run({
      argv: [process.execPath, builtProgram('kinds/load/generate.js')],
      own: true,
      pin: false,
      env: { NODE_NO_WARNINGS: '1' },
      input: JSON.stringify(order),
      timeoutMs: arrivals.lengthMs + 2 * order.timeoutMs + START_MS,
      saveAs: 'samples.csv',
      onStdout,
      signal: stop.signal,
    })
    .catch((error: unknown) => {
      throw tripped === undefined ? error : withFacts(tripped, running(), context);
    });
  if (tripped !== undefined) throw withFacts(tripped, running(), context);
  if (result.exitCode !== 0) {
    throw new StepError('COMMAND_FAILED', `The load generator ended with code ${result.exitCode ?? result.signal}.`, {
      said: result.stderr,
      facts: running(),
      evidence: context.evidence.refs(),
    });
  }
  asStep(reader.end);
  return { samples, histogram: histogram.outputPercentileDistribution(5, 1000) };
}

/** A guard's failure with what had been measured. */
function withFacts(error: unknown, facts: Record<string, number>, { evidence }: StepContext): unknown {
  if (!(error instanceof StepError)) return error;
  const { options } = error;
  return new StepError(error.code, error.message, {
    ...options,
    facts: { ...options.facts, ...facts },
    evidence: evidence.refs(),
  });
}
