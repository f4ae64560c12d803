import { isJsonObject, type Json, type JsonObject } from '../../model/json.js';
import { sha256 } from '../../evidence/durable.js';
import { retryAfterMs } from '../../activities/step/retry-after.js';
import type { HttpAnswer, StepContext } from '../../activities/step/step.js';
import { readJson } from '../shared/json.js';
import { textOf } from '../shared/text.js';
import type { Case } from './manifest.js';
import type { CaseResult } from './metrics.js';
import { VERDICT_CLASSES } from './verdict-class.js';

export interface SendOptions {
  url: string;
  retries429: number;
  timeoutMs: number;
  token?: string;
  /** Waits until the next send is due; every send takes a place in the pace. */
  pace(): Promise<void>;
}

/** Longest answer that is read. */
const MOST_BYTES = 1024 * 1024;
/** Wait before a rate-limited case is tried again where the service names no time, in milliseconds. */
const DEFAULT_RETRY_MS = 1000;
/** Longest wait that a service may ask for, in milliseconds. */
const LONGEST_RETRY_MS = 120_000;

/** Posts one case until it has an answer that is no 429, or the cap is reached, and reads its verdict. */
export async function sendCase(one: Case, options: SendOptions, context: StepContext): Promise<CaseResult> {
  const body = JSON.stringify({ case_id: one.id, documents: one.documents });
  let startedAt = '';
  for (let attempt = 1; ; attempt += 1) {
    await options.pace();
    startedAt ||= context.now().toISOString();
    const answer = await context.http({
      url: options.url,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        ...(options.token ? { authorization: `Bearer ${options.token}` } : {}),
      },
      body,
      timeoutMs: options.timeoutMs,
      maxBytes: MOST_BYTES,
    });
    if (answer.status === 429 && attempt <= options.retries429) {
      await context.sleep(waitMs(answer, context.now()));
      continue;
    }
    const at = context.now().toISOString();
    const seen = attempt - 1;
    return {
      id: one.id,
      scenario: one.scenario,
      expected: one.expected,
      ...read(answer, context),
      status: answer.status,
      attempts: attempt,
      retries429: seen,
      exhausted429: answer.status === 429,
      ms: Date.parse(at) - Date.parse(startedAt),
      startedAt,
      at,
      sha256: sha256(answer.body),
    };
  }
}

/** How long to wait before a rate-limited case is tried again. */
export function waitMs({ headers }: Pick<HttpAnswer, 'headers'>, now: Date): number {
  return Math.min(LONGEST_RETRY_MS, retryAfterMs(headers, now) ?? DEFAULT_RETRY_MS);
}

type Reading = Pick<
  CaseResult,
  | 'verdict'
  | 'stub'
  | 'issues'
  | 'severities'
  | 'structuredKeys'
  | 'extraction'
  | 'lcDetected'
  | 'documentsPresent'
  | 'error'
>;

/**
 * Maps an answer to a verdict class. Anything that is not plainly one of the four is not comparable. What it tells besides
 * is kept without secrets.
 */
function read(answer: HttpAnswer, { redact, redactIn }: StepContext): Reading {
  const nothing: Reading = { verdict: null, stub: false, issues: [], severities: [], structuredKeys: [] };
  if (answer.status !== 200) return { ...nothing, error: `status ${answer.status}` };
  const text = answerText(answer.body);
  const { value: raw, why } = text === undefined ? { why: 'is no text' } : readJson(text);
  if (raw === undefined) return { ...nothing, error: `the answer ${redact(why)}` };
  const body = object(raw);
  const structured = object(body.structured_result);
  const issues = Array.isArray(structured.issues) ? structured.issues.map(object) : [];
  const told = (value: Json | undefined): string => (typeof value === 'string' ? redact(value).slice(0, 80) : '');
  const verdict = VERDICT_CLASSES.find((known) => known === body.verdict);
  return {
    verdict: verdict ?? null,
    stub: body.stub === true || structured.stub === true,
    issues: issues.map((issue) => told(issue.code)).slice(0, 20),
    severities: [...new Set(issues.map((issue) => told(issue.severity)))],
    structuredKeys: Object.keys(structured).slice(0, 30).map(redact),
    ...(structured.extraction_summary === undefined ? {} : { extraction: redactIn(structured.extraction_summary) }),
    ...(typeof structured.lc_detected === 'boolean' ? { lcDetected: structured.lc_detected } : {}),
    ...(structured.documents_present === undefined ? {} : { documentsPresent: redactIn(structured.documents_present) }),
    ...(verdict ? {} : { error: `the verdict '${told(body.verdict).slice(0, 40)}' is not known` }),
  };
}

/** A byte order mark is taken; what is no text is no verdict. */
function answerText(body: Uint8Array): string | undefined {
  try {
    return textOf(body, 'The answer');
  } catch {
    return undefined;
  }
}

function object(value: Json | undefined): JsonObject {
  return isJsonObject(value) ? value : {};
}
