import { ApplicationFailure } from '@temporalio/common';
import type { EvidenceRef } from '../../model/evidence/manifest.js';
import { type FailureCode, FAILURES, oneSentence, type StepFailure } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';
import type { StepTask } from '../../model/state/contract.js';
import type { EvidenceRefusal } from '../../evidence/error.js';
import { inEachText } from '../command/redact.js';
import { LONGEST_WAIT_MS } from './retry-after.js';
import { systemError } from './system-error.js';
import { isStepError } from './unwritable.js';

/** The server cuts a failure at 4 KiB: the sentence (twice), what was said, the hint and the facts must fit in it together. */
const MESSAGE_BYTES = 600;
const SAID_BYTES = 700;
const HINT_BYTES = 300;
const FACTS_BYTES = 1024;
const REFS = 3;

/** Shortens a text to whole characters of at most so many bytes of UTF-8. */
export function clip(text: string, bytes: number): string {
  if (Buffer.byteLength(text) <= bytes) return text;
  const cut = Buffer.from(text).subarray(0, bytes - 3);
  return `${new TextDecoder().decode(cut).replace(/\uFFFD+$/, '')}…`;
}

/** The end of a text, in whole characters of at most so many bytes: of what was said, the last counts. */
function clipStart(text: string, bytes: number): string {
  const whole = Buffer.from(text);
  if (whole.length <= bytes) return text;
  return `…${new TextDecoder().decode(whole.subarray(whole.length - bytes + 3)).replace(/^\uFFFD+/, '')}`;
}

/**
 * Reads any error as the failure of a step. What is no StepError and nothing that the system refuses is a defect, and its
 * stack stays here.
 *
 * @param redact takes secrets out of a text, before it is cut: half a secret would not be known any more
 */
export function failureOf(error: unknown, redact: (text: string) => string = (text) => text): StepFailure {
  const told = (text: string, more?: string): Pick<StepFailure, 'message' | 'said'> => {
    const { message, said } = oneSentence(redact(text));
    const whole = more === undefined ? said : redact(more);
    return { message: clip(message, MESSAGE_BYTES), ...(whole ? { said: clipStart(whole, SAID_BYTES) } : {}) };
  };
  const advice = (text: string): string => clip(redact(text), HINT_BYTES);
  if (isStepError(error)) {
    const { hint, said, facts, evidence, retryAfterMs } = error.options;
    return {
      code: error.code,
      ...told(error.message, said),
      hint: advice(hint ?? FAILURES[error.code].next),
      ...(facts ? { facts: smallFacts(inEachText(facts, redact)) } : {}),
      ...(evidence ? { evidence: fewRefs(evidence) } : {}),
      ...(retryAfterMs === undefined ? {} : { retryAfterMs }),
    };
  }
  if (error instanceof Error && error.name === 'EvidenceError') {
    const { hint, code: word } = error as Error & { hint?: string; code?: string };
    const code = word === 'SEALED' ? word : 'EVIDENCE_UNWRITABLE';
    return { code, ...told(error.message), hint: advice(hint ?? FAILURES[code].next) };
  }
  if (error instanceof Error && error.name === 'EvidenceRefusal') {
    const { hint } = error as EvidenceRefusal;
    return { code: 'BAD_INPUT', ...told(error.message), hint: advice(hint) };
  }
  const system = systemError(error);
  if (system) return { code: system.code, ...told(system.message), hint: advice(system.hint) };
  const message = error instanceof Error ? error.message : String(error);
  return {
    code: 'INTERNAL',
    ...told(message || 'An error without a message.'),
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

/** What of a step's task decides whether it is tried again. */
export type Retrying = Partial<Pick<StepTask, 'undoes' | 'until' | 'retryAsked'>>;

/** What a step that asks for more attempts is tried again after, besides what any step is. */
const ASKED: readonly FailureCode[] = ['COMMAND_FAILED', 'STACK_FAILED', 'NOT_FOUND'];
/** What does not change on the way back, either. */
const NEVER: readonly FailureCode[] = ['BAD_INPUT', 'SEALED'];

/**
 * Whether another try may help: by its code; on the way back whatever it is made of; where the step asks for more
 * attempts also after a command that failed. A step that has looked again and again until its time was over has had it.
 */
export function mayBeTriedAgain(code: FailureCode, { undoes, until, retryAsked }: Retrying): boolean {
  if (undoes) return FAILURES[code].retry || !NEVER.includes(code);
  if (until && code === 'TIMED_OUT') return retryAsked === true;
  return FAILURES[code].retry || (retryAsked === true && ASKED.includes(code));
}

/**
 * What Temporal gets: the code as type, the sentence, and the whole failure as details; no stack.
 *
 * @param task says whether it is tried again
 */
export function toApplicationFailure(failure: StepFailure, task: Retrying = {}): ApplicationFailure {
  const error = ApplicationFailure.create({
    type: failure.code,
    message: failure.message,
    nonRetryable: !mayBeTriedAgain(failure.code, task),
    details: [failure],
    // The server waits, so that a worker that is lost meanwhile forgets nothing.
    ...pauseOf(failure),
  });
  error.stack = '';
  return error;
}

/** A pause of 0 would mean to the server that nothing is tried again; one that is too long would hold a way back up. */
function pauseOf({ retryAfterMs = 0 }: StepFailure): { nextRetryDelay?: number } {
  return retryAfterMs > 0 ? { nextRetryDelay: Math.min(Math.ceil(retryAfterMs), LONGEST_WAIT_MS) } : {};
}
