import { ApplicationFailure } from '@temporalio/common';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { FAILURES, type StepFailure } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { EvidenceRefusal } from '../../evidence/error.js';
import { inEachText } from '../command/redact.js';
import { isStepError } from './unwritable.js';

/** The server cuts a failure at 4 KiB: the sentence, the hint and the facts must fit in it together. */
const MESSAGE_BYTES = 1024;
const HINT_BYTES = 300;
const FACTS_BYTES = 1024;
const REFS = 3;

/** Shortens a text to whole characters of at most so many bytes of UTF-8. */
export function clip(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text).subarray(0, bytes - 3);
  return `${new TextDecoder().decode(cut).replace(/\uFFFD+$/, '')}…`;
}

/**
 * Reads any error as the failure of a step; what is no StepError is a defect, and its stack stays here.
 *
 * @param redact takes secrets out of a text, before it is cut: half a secret would not be known any more
 */
export function failureOf(error: unknown, redact: (text: string) => string = (text) => text): StepFailure {
  const sentence = (text: string): string => clip(redact(text), MESSAGE_BYTES);
  const advice = (text: string): string => clip(redact(text), HINT_BYTES);
  if (isStepError(error)) {
    const { hint, facts, evidence } = error.options;
    return {
      code: error.code,
      message: sentence(error.message),
      hint: advice(hint ?? FAILURES[error.code].next),
      ...(facts ? { facts: smallFacts(inEachText(facts, redact)) } : {}),
      ...(evidence ? { evidence: fewRefs(evidence) } : {}),
    };
  }
  if (error instanceof Error && error.name === 'EvidenceError') {
    const { hint } = error as Error & { hint?: string };
    return {
      code: 'EVIDENCE_UNWRITABLE',
      message: sentence(error.message),
      hint: advice(hint ?? FAILURES.EVIDENCE_UNWRITABLE.next),
    };
  }
  if (error instanceof Error && error.name === 'EvidenceRefusal') {
    const { hint } = error as EvidenceRefusal;
    return { code: 'BAD_INPUT', message: sentence(error.message), hint: advice(hint) };
  }
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    message: sentence(message || 'An error without a message.'),
    hint: FAILURES.INTERNAL.next,
  };
}

function smallFacts(facts: JsonObject): JsonObject {
  return Buffer.byteLength(JSON.stringify(facts)) <= FACTS_BYTES
    ? facts
    : { cut: clip(JSON.stringify(facts), FACTS_BYTES / 2) };
}

function fewRefs(evidence: EvidenceRef[]): EvidenceRef[] {
  return evidence.slice(0, REFS);
}

/** What Temporal gets: the code as type, the sentence, and the whole failure as details; no stack. */
export function toApplicationFailure(failure: StepFailure): ApplicationFailure {
  const error = ApplicationFailure.create({
    type: failure.code,
    message: failure.message,
    nonRetryable: !FAILURES[failure.code].retry,
    details: [failure],
  });
  error.stack = '';
  return error;
}
