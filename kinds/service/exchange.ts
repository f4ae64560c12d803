import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { formatDuration } from '../../model/duration.js';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { LONGEST_WAIT_MS, retryAfterMs } from '../../activities/step/retry-after.js';
import { shownUrl } from '../../activities/step/connection.js';
import type { HttpAnswer, HttpRequest, SecretRef, StepContext } from '../../activities/step/step.js';
import { StepError } from '../../activities/step/step-error.js';
import { keptText } from '../shared/kept.js';
import { answerText } from './answer.js';

const HIDDEN_HEADERS: readonly string[] = ['set-cookie', 'authorization', 'proxy-authenticate', 'www-authenticate'];

/** One request and its answer, as it came and as it is kept. */
export interface Exchange {
  answer: HttpAnswer;
  /** The body as text, and why that is not to be relied on. */
  text: string;
  problem?: string;
  /** The body as it stands in the evidence: without secrets and credentials. */
  kept: string;
  /** How many credentials that nobody declared were masked, in body and headers. */
  credentials: number;
  /** Method and address, without what the address hides. */
  what: string;
  evidence: EvidenceRef;
}

/**
 * Sends one request and keeps its answer as evidence: what is judged later is what an auditor has.
 *
 * @param file name of the evidence
 * @param facts what else the record says of the request
 * @throws StepError as `context.http` does
 */
export async function exchange(
  request: HttpRequest,
  context: StepContext,
  file: string,
  facts: JsonObject = {},
): Promise<Exchange> {
  const answer = await context.http(request);
  const said = answerText(answer);
  const { text: kept, credentials: inBody } = await context.withoutCredentials(await keptText(said.text, context));
  const heads = context.redactIn(withoutHidden(answer.headers));
  const { value: headers, credentials: inHeaders } = await context.withoutCredentialsIn(objectIn(heads));
  const credentials = inBody + inHeaders;
  const { status, ms, truncated } = answer;
  const what = `${request.method} ${shownUrl(request.url)}`;
  const record = {
    request: what,
    ...objectIn(context.redactIn(facts)),
    at: context.now().toISOString(),
    status,
    ms,
    bytes: answer.body.length,
    headers,
    truncated,
    credentials,
    body: kept,
  };
  const evidence = await context.evidence.write(file, `${JSON.stringify(record, null, 2)}\n`);
  return { answer, ...said, kept, credentials, what, evidence };
}

const objectIn = (value: Json): JsonObject => (isJsonObject(value) ? value : {});

function withoutHidden(headers: Record<string, string>): JsonObject {
  return Object.fromEntries(
    Object.entries(headers).map(([name, value]) => [name, HIDDEN_HEADERS.includes(name) ? '[hidden]' : value]),
  );
}

/** The headers that a runbook names, those by reference read, in lower case. */
export async function readHeaders(
  named: Readonly<Record<string, string | SecretRef>>,
  { secret }: Pick<StepContext, 'secret'>,
): Promise<Record<string, string>> {
  const headers: Record<string, string> = {};
  for (const [name, value] of Object.entries(named)) {
    headers[name.toLowerCase()] = typeof value === 'string' ? value : await secret(value);
  }
  return headers;
}

/**
 * The failure of a step whose answer is not as it must be. Who asks to be left alone is asked again by then, or, where that
 * is long, not at all.
 *
 * @param wrong a clause for each thing
 */
export function unfit({ answer, what, kept, evidence }: Exchange, wrong: readonly string[], now: Date): StepError {
  const { status, ms, contentType } = answer;
  const asked = [429, 503].includes(status) ? retryAfterMs(answer.headers, now) : undefined;
  const again = asked === undefined || asked <= LONGEST_WAIT_MS;
  const clauses = asked === undefined ? wrong : [...wrong, `it asks to be left alone for ${formatDuration(asked)}`];
  return new StepError(again ? 'CHECK_FAILED' : 'EXPECTATION_FAILED', `${what}: ${clauses.join('; ')}.`, {
    facts: { status, ms, contentType, body: kept.slice(0, 200) },
    evidence: [evidence],
    ...(asked === undefined ? {} : { retryAfterMs: asked }),
  });
}

/** The clause that says that a status is not one of those that are wanted; nothing when it is. */
export function statusProblem(status: number, wanted: number | readonly number[] | undefined): string | undefined {
  const statuses = wanted === undefined ? undefined : [wanted].flat();
  const fits = statuses ? statuses.includes(status) : status >= 200 && status < 300;
  return fits ? undefined : `expected status ${statuses?.join(' or ') ?? '200–299'}, got ${status}`;
}

/** The same of the media type. */
export function typeProblem({ contentType }: HttpAnswer, wanted: string | undefined): string | undefined {
  if (wanted === undefined || contentType === wanted.toLowerCase()) return undefined;
  return `expected content type ${wanted}, got ${contentType || 'none'}`;
}
