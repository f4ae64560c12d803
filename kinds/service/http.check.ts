import { setImmediate } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import type { z } from 'zod';
import type { Json } from '../../model/json.js';
import type { httpCheck as kind } from './http.check.kind.js';
import { asStep } from '../shared/as-step.js';
import { nodesAt } from '../shared/json-path.js';
import { type AnswerJson, answerJsonInTurns, type AnswerText, type AnswerValues, answerValues } from './answer.js';
import { exchange, readHeaders, statusProblem, typeProblem, unfit } from './exchange.js';
import { readTls } from './tls.js';
import type { HandlerOf, HttpAnswer, StepContext } from '../../activities/step/step.js';

type Input = z.infer<(typeof kind)['input']>;
type Expect = Input['expect'];

const SHOWN_BYTES = 2048;

export const httpCheck: HandlerOf<typeof kind> = {
  async check({ tls }, context) {
    await readTls(tls, context, new Date());
    return tls === undefined ? undefined : 'Its certificates can be used.';
  },
  async do(input, context) {
    const headers = await headersOf(input, context);
    const body = input.body === undefined ? input.bodyText : JSON.stringify(input.body);
    const { url, method, timeout, redirects, maxBytes, expect } = input;
    const tls = await readTls(input.tls, context, context.now());
    const request = { url, method, headers, body, timeoutMs: timeout, redirects, maxBytes, tls };
    const made = await exchange(request, context, 'response.json');
    const { answer, text, kept, credentials, what } = made;
    const { status, ms } = answer;

    const quote = (value: Json): string => shortened(context.redactIn(value));
    const read = answer.truncated || !asksJson(input) ? undefined : await answerJsonInTurns(text);
    const found = expect.json ? await valuesAt(Object.keys(expect.json), answer, read, quote(kept)) : { nodes: {} };
    const wrong = differences(expect, { answer, text, body: quote(kept), found, quote });
    const named = await readValues(input, answer, made, read);
    for (const problem of named.problems) wrong.push(problem);
    const fits = wrong.length === 0;
    if (!fits && input.judge) throw unfit(made, wrong, context.now());
    const bytes = answer.body.length;
    return {
      outputs: {
        status,
        fits,
        ms,
        contentType: answer.contentType,
        bytes,
        body: Buffer.from(kept).subarray(0, SHOWN_BYTES).toString('utf8'),
        json: valuesOf(found),
        values: named.values,
        credentials,
      },
      summary: `${what}: ${status} in ${ms} ms (${bytes} bytes${answer.contentType ? ` of ${answer.contentType}` : ''})${fits ? '' : `; ${wrong.join('; ')}`}`,
    };
  },
};

async function headersOf(input: Input, context: StepContext): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  if (input.body !== undefined) headers['content-type'] = 'application/json';
  else if (input.bodyText !== undefined) headers['content-type'] = 'text/plain; charset=utf-8';
  return { ...headers, ...(await readHeaders(input.headers, context)) };
}

/** Whether the answer is to be looked into as JSON: once, for what is expected and what is named. */
const asksJson = ({ expect, values }: Input): boolean => expect.json !== undefined || Object.keys(values).length > 0;

/** What `values` names; and what makes the text that was looked into none to rely on. */
async function readValues(
  { expect, values }: Input,
  { body }: HttpAnswer,
  { problem }: AnswerText,
  read: AnswerJson | undefined,
): Promise<AnswerValues> {
  const wanted = Object.keys(values).length > 0;
  const searched = expect.bodyContains ?? expect.bodyNotContains ?? expect.json;
  const problems = problem !== undefined && (wanted || searched !== undefined) ? [problem] : [];
  if (!wanted && expect.json === undefined) return { values: {}, problems };
  if (!read)
    return { values: {}, problems: wanted ? [...problems, `only ${body.length} bytes of it were read`] : problems };
  if ('problem' in read) return { values: {}, problems: [...problems, read.problem] };
  const named = await answerValues(read.json, values);
  return { values: named.values, problems: [...problems, ...named.problems] };
}

interface Found {
  /** All values at each path. */
  nodes: Record<string, Json[]>;
  problem?: string;
}

/** What is judged, as it came, and how it is told. */
interface Seen {
  answer: HttpAnswer;
  text: string;
  /** The body as a problem may quote it. */
  body: string;
  found: Found;
  quote: (value: Json) => string;
}

/** The value at each path, or the list of them where it has several; a path without one is left out. */
async function valuesAt(
  paths: string[],
  answer: HttpAnswer,
  read: AnswerJson | undefined,
  body: string,
): Promise<Found> {
  if (!read) return { nodes: {}, problem: `the body is larger than the ${answer.body.length} bytes read` };
  if ('problem' in read) return { nodes: {}, problem: `expected JSON, got ${body}` };
  const nodes: [path: string, all: Json[]][] = [];
  for (const path of paths) {
    // One path may take long; heartbeats go on between two of them.
    await setImmediate();
    nodes.push([path, asStep(() => nodesAt(read.json, path))]);
  }
  return { nodes: Object.fromEntries(nodes) };
}

/** What is given on of the nodes of each path: its one value, or a list of several. */
function valuesOf({ nodes }: Found): Record<string, Json> {
  const found = Object.entries(nodes).flatMap(([path, all]): [string, Json][] => {
    const [first] = all;
    return first === undefined ? [] : [[path, all.length === 1 ? first : all]];
  });
  return Object.fromEntries(found);
}

/** Every value at a path must be as expected: one service of many that is down is no good news. */
function jsonDifferences(expect: Expect, { found, quote }: Seen): string[] {
  return Object.entries(expect.json ?? {}).flatMap(([path, value]) => {
    const nodes = found.nodes[path] ?? [];
    const wanted = `expected ${path} = ${quote(value as Json)}`;
    if (nodes.length === 0) return [`${wanted}, got nothing there`];
    const wrong = nodes.filter((got) => !isDeepStrictEqual(got, value));
    const [first] = wrong;
    if (first === undefined) return [];
    const many = nodes.length === 1 ? '' : ` in ${wrong.length} of ${nodes.length} places`;
    return [`${wanted}, got ${quote(first)}${many}`];
  });
}

/** Everything in which the answer is not as expected, a clause each. */
function differences(expect: Expect, seen: Seen): string[] {
  const { answer, text, body, found, quote } = seen;
  const wrong: string[] = [];
  for (const problem of [statusProblem(answer.status, expect.status), typeProblem(answer, expect.contentType)])
    if (problem !== undefined) wrong.push(problem);
  for (const [name, value] of Object.entries(expect.headers ?? {})) {
    const got = answer.headers[name.toLowerCase()];
    if (got !== value)
      wrong.push(`expected header ${name} = ${quote(value)}, got ${got === undefined ? 'none' : quote(got)}`);
  }
  if (expect.bodyContains !== undefined && !text.includes(expect.bodyContains)) {
    const part = answer.truncated ? ` in its first ${answer.body.length} bytes` : '';
    wrong.push(`expected a body with ${quote(expect.bodyContains)}${part}, got ${body}`);
  }
  if (expect.bodyNotContains !== undefined) {
    if (text.includes(expect.bodyNotContains)) wrong.push(`the body holds ${quote(expect.bodyNotContains)}`);
    else if (answer.truncated) wrong.push(`the body is larger than the ${answer.body.length} bytes that were searched`);
  }
  const json = found.problem === undefined ? jsonDifferences(expect, seen) : [found.problem];
  for (const clause of json) wrong.push(clause);
  if (expect.maxMs !== undefined && answer.ms > expect.maxMs) {
    wrong.push(`expected the answer within ${expect.maxMs} ms, got it after ${answer.ms} ms`);
  }
  return wrong;
}

function shortened(value: Json): string {
  const text = JSON.stringify(value) ?? 'nothing';
  return text.length > 120 ? `${text.slice(0, 119)}…` : text;
}
