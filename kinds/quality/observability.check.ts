import { randomUUID } from 'node:crypto';
import { setImmediate } from 'node:timers/promises';
import { z } from 'zod';
import type { HandlerOf, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { counted } from '../../model/text/counted.js';
import { type Mark, markOf } from '../log/log-mark.js';
import { readLogFile } from '../log/log-source.js';
import { readHeaders } from '../service/exchange.js';
import { shownUrl } from '../../activities/step/connection.js';
import { asStep } from '../shared/as-step.js';
import { textOf } from '../shared/text.js';
import type { observabilityCheck as kind } from './observability.check.kind.js';
import { metricsIn, type Pokes, type Seen, seenOf } from './observability.check.recompute.js';

type Input = z.infer<(typeof kind)['input']>;

/** Most of an answer that is read, in bytes. */
const LARGEST = 16 * 1024 * 1024;
const MOST_LINES = 20_000;

export const observabilityCheck: HandlerOf<typeof kind> = {
  async do(input, context) {
    const names = [...new Set([...(input.logs?.files ?? []), ...(input.trace?.files ?? [])])];
    const marks = new Map<string, Mark>();
    for (const name of names) marks.set(name, await markOf(context.path(name), context.signal));
    const kept: Kept = { credentials: 0, context };
    const before = await metricsOf(input, context);
    if (before !== undefined) asStep(() => metricsIn(before, shownUrl(input.metrics?.url ?? '')));
    const ids = await poked(input, context);
    const until = performance.now() + input.within;
    for (;;) {
      const look: Seen = { before, after: await metricsOf(input, context) };
      const lines = new Map<string, string[]>();
      for (const [name, mark] of marks) lines.set(name, await linesSince(name, mark, context));
      const textOfFiles = (files: readonly string[]): string =>
        files.flatMap((name) => lines.get(name) ?? []).join('\n');
      if (input.logs) look.logs = textOfFiles(input.logs.files);
      if (input.trace) look.trace = ofIds(textOfFiles(input.trace.files), ids);
      if (performance.now() < until && !isSeen(input, ids, look)) {
        await context.sleep(input.every);
        continue;
      }
      return await judged(input, ids, look, kept);
    }
  },
};

/** Sends the requests. @returns their ids */
async function poked({ poke }: Input, context: StepContext): Promise<string[]> {
  const headers = await readHeaders(poke.headers, context);
  const body = bodyOf(poke);
  if (body !== undefined) headers['content-type'] ??= 'application/json';
  const ids: string[] = [];
  for (let at = 0; at < poke.times; at += 1) {
    const id = `golive-${randomUUID()}`;
    const { status } = await context.http({
      url: poke.url,
      method: poke.method,
      headers: { ...headers, [poke.idHeader.toLowerCase()]: id },
      ...(body === undefined ? {} : { body: withId(body, poke.idText, id) }),
      timeoutMs: poke.timeout,
      maxBytes: LARGEST,
    });
    if (!poke.status.includes(status)) {
      const wanted = poke.status.join(' or ');
      throw new StepError(
        'CHECK_FAILED',
        `${poke.method} ${shownUrl(poke.url)} answers ${status}, not ${wanted}: there was no traffic to be seen.`,
      );
    }
    ids.push(id);
    context.progress({ done: ids.length, total: poke.times, text: 'requests' });
  }
  return ids;
}

/** @throws StepError BAD_INPUT where no request could carry its id as it is said */
function bodyOf({ body, idText }: Input['poke']): string | undefined {
  const text = body === undefined ? undefined : JSON.stringify(body);
  if (idText === undefined || text?.includes(idText)) return text;
  throw new StepError(
    'BAD_INPUT',
    `The body of the requests does not hold '${idText}', which their ids take the place of.`,
    {
      hint: 'Write `poke.idText` where the body is to hold the id, or leave it out: then the header alone holds it.',
    },
  );
}

/** An id needs no escape in JSON. */
const withId = (body: string, idText: string | undefined, id: string): string =>
  idText === undefined ? body : body.replaceAll(idText, id);

async function metricsOf({ metrics, poke }: Input, context: StepContext): Promise<string | undefined> {
  if (metrics === undefined) return undefined;
  const headers = { accept: 'text/plain;version=0.0.4', ...(await readHeaders(metrics.headers, context)) };
  const request = { url: metrics.url, method: 'GET' as const, headers, timeoutMs: poke.timeout, maxBytes: LARGEST };
  const { status, body, truncated } = await context.http(request);
  const where = shownUrl(metrics.url);
  if (status !== 200) throw new StepError('CHECK_FAILED', `The metrics of ${where} answer ${status}, not 200.`);
  if (truncated) throw new StepError('CHECK_FAILED', `The metrics of ${where} have more than ${LARGEST} bytes.`);
  return asStep(() => textOf(body, `What ${where} answers`));
}

async function linesSince(name: string, mark: Mark, context: StepContext): Promise<string[]> {
  const lines: string[] = [];
  const add = (text: string): void => {
    if (lines.length === MOST_LINES) {
      throw new StepError('CHECK_FAILED', `More than ${MOST_LINES} lines were written to ${name} meanwhile.`);
    }
    lines.push(text);
  };
  // What cannot be read is no JSON either, so it stays a line.
  const looker = {
    line: add,
    broken: (text: string) => add(`unreadable ${text}`),
    settle: () => setImmediate(),
    signal: context.signal,
  };
  const { lost } = await readLogFile(name, context.path(name), mark, looker);
  if (lost !== undefined)
    throw new StepError('CHECK_FAILED', `A part of ${lost} is gone, so what was written is not known.`);
  return lines;
}

/** The lines that hold an id: of an audit log, the rest is not ours to keep. */
function ofIds(text: string, ids: readonly string[]): string {
  return text
    .split('\n')
    .filter((line) => ids.some((id) => line.includes(id)))
    .join('\n');
}

/** Whether all that is sought was seen: then nothing is waited for. */
function isSeen(input: Input, ids: string[], look: Seen): boolean {
  try {
    const { moving, counters, untraced } = seenOf(input, { ids, credentials: 0 }, look);
    return moving === counters && untraced === 0;
  } catch {
    return false;
  }
}

interface Kept {
  credentials: number;
  context: StepContext;
}

/** What is judged is what an auditor has: without secrets and credentials. */
async function judged(input: Input, ids: string[], look: Seen, kept: Kept) {
  const { context } = kept;
  const seen: Seen = {
    before: await keptAs('metrics-before.txt', look.before, kept),
    after: await keptAs('metrics-after.txt', look.after, kept),
    logs: await keptAs('log-lines.txt', look.logs, kept),
    trace: await keptAs('trace-lines.txt', look.trace, kept),
  };
  const pokes: Pokes = { ids, credentials: kept.credentials };
  await context.evidence.write('pokes.json', `${JSON.stringify(pokes)}\n`);
  const outputs = asStep(
    () => seenOf(input, pokes, seen),
    () => ({ evidence: context.evidence.refs() }),
  );
  const { moving, counters, structured, lines, traced } = outputs;
  const parts = [
    ...(input.metrics ? [`${moving} of ${counted(counters, 'counter')} moved`] : []),
    ...(input.logs ? [`${structured} of ${counted(lines, 'line')} structured`] : []),
    ...(input.trace ? [`${traced} of ${counted(ids.length, 'request')} traced`] : []),
  ];
  const frozen = outputs.frozen.length === 0 ? '' : `; ${outputs.frozen.join('; ')}`;
  return { outputs, summary: `${counted(ids.length, 'request')}: ${parts.join(', ')}${frozen}` };
}

async function keptAs(name: string, text: string | undefined, kept: Kept): Promise<string | undefined> {
  if (text === undefined) return undefined;
  const { text: masked, credentials } = await kept.context.withoutCredentials(kept.context.redact(text));
  kept.credentials += credentials;
  await kept.context.evidence.write(name, masked);
  return masked;
}
