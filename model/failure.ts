import type { EvidenceRef } from './evidence/manifest.js';
import type { JsonObject } from './json.js';

/**
 * Every way a step can fail: whether trying again can help, what it means, and what a person does next.
 * `docs/failures.md` is checked against this table.
 */
export const FAILURES = {
  BAD_INPUT: {
    retry: false,
    meaning: 'The step was given a value that it cannot use.',
    next: 'Mend the runbook or the input, then `golive validate`.',
  },
  CHECK_FAILED: {
    retry: true,
    meaning: 'The thing looked at is not as it must be.',
    next: 'Read what was found; mend the target, then retry the step.',
  },
  EXPECTATION_FAILED: {
    retry: false,
    meaning: 'A finding that another try will not change.',
    next: 'Read the evidence of the step, mend the target, then repeat the phase.',
  },
  CONNECTION_FAILED: {
    retry: true,
    meaning: 'Nothing answered at the address.',
    next: 'See whether the service runs and listens there.',
  },
  COMMAND_FAILED: {
    retry: false,
    meaning: 'A command ended with a code that was not expected.',
    next: 'Read its output in the evidence of the step.',
  },
  TIMED_OUT: {
    retry: true,
    meaning: 'It was not done within its time.',
    next: 'Look at what it waited for; raise `timeout` or `within` only with a reason.',
  },
  GUARD_TRIPPED: {
    retry: false,
    meaning: 'A watched condition became certain while the step ran, so it was stopped.',
    next: 'Read the guard’s sentence and the raw records in the evidence.',
  },
  NOT_FOUND: {
    retry: false,
    meaning: 'A file, folder or service that the step needs is not there.',
    next: 'See whether the name is right and an earlier step made it.',
  },
  TOOL_MISSING: {
    retry: false,
    meaning: 'A program that the step needs is not on this machine.',
    next: '`golive doctor` says how to get it.',
  },
  STACK_FAILED: {
    retry: false,
    meaning: 'A service of the stack did not become ready.',
    next: 'Read its log in the evidence of the step.',
  },
  EVIDENCE_UNWRITABLE: {
    retry: true,
    meaning: 'Evidence could not be written durably, so the step has not passed.',
    next: 'Free space or mend permissions of the evidence folder, then retry.',
  },
  SEALED: {
    retry: false,
    meaning: 'The go-live has ended and its bundle is sealed: nothing is written or done any more.',
    next: 'Nothing: its verdict stands. To change something, start again under another change.',
  },
  OUTCOME_UNKNOWN: {
    retry: false,
    meaning: 'The worker was lost while a step that must not be repeated was acting.',
    next: 'Look at the target: if the deed is done, `golive done` with a reason; if it is not, `golive retry`.',
  },
  EXPRESSION_FAILED: {
    retry: false,
    meaning: 'An expression could not be computed from what the steps left.',
    next: 'See which value is missing; `golive validate` shows the types.',
  },
  CANCELLED: { retry: false, meaning: 'It was stopped on request.', next: 'Nothing; the rollback follows.' },
  INTERNAL: { retry: false, meaning: 'A defect of golive itself.', next: 'Keep the bundle and report it.' },
} as const satisfies Record<string, { retry: boolean; meaning: string; next: string }>;

export type FailureCode = keyof typeof FAILURES;

export function isFailureCode(code: string): code is FailureCode {
  return Object.hasOwn(FAILURES, code);
}

/** Why a step failed; travels as the details of an ApplicationFailure whose type is `code`. */
export interface StepFailure {
  code: FailureCode;
  /** One sentence on one line: what happened, and where. */
  message: string;
  /** The long text behind the sentence: what a program or service said last. Folded where people read. */
  said?: string;
  /** What to do next. */
  hint?: string;
  /** Facts for the evidence and for later expressions; small. */
  facts?: JsonObject;
  evidence?: EvidenceRef[];
  /** Who was asked wants to be left alone for so long: the next attempt waits. */
  retryAfterMs?: number;
}

/** What is said of a step whose activity did not report its end: the log, which activities write, has no word of it. */
export const UNREPORTED = {
  stopped: { code: 'CANCELLED', message: 'It was stopped on request.' },
  ended: { code: 'CANCELLED', message: 'It was ended from outside.' },
  lost: { code: 'OUTCOME_UNKNOWN', message: 'The worker was lost while the step was acting.' },
  late: { code: 'TIMED_OUT', message: 'The step did not end within its time.' },
} as const satisfies Record<string, StepFailure>;

/** Whether a failure is told in the workflow's own words, for no activity reported it. */
export function isUnreported({ code, message }: StepFailure): boolean {
  return Object.values(UNREPORTED).some((one) => one.code === code && one.message === message);
}

/** Longest cause that people are given as a sentence, in characters: three lines of a terminal. */
const SENTENCE = 300;

/**
 * Makes one sentence on one line of any text: what is longer, such as a pasted log, goes to `said`, whole.
 */
export function oneSentence(text: string): Pick<StepFailure, 'message' | 'said'> {
  const whole = text.trim();
  const [first = ''] = whole.split(/\r\n|[\n\r\u2028\u2029]/);
  const line = first.trimEnd();
  const points = [...line];
  if (points.length <= SENTENCE) return line === whole ? { message: line } : { message: line, said: whole };
  return {
    message: `${points
      .slice(0, SENTENCE - 1)
      .join('')
      .trimEnd()}…`,
    said: whole,
  };
}

/**
 * Reads the failure of an activity as it comes from Temporal. A code that is not in the table is a defect of a worker or
 * comes from another version: it stays in the sentence.
 *
 * @param sent type, message and first detail of the ApplicationFailure
 */
export function readFailure(sent: { type?: string | null; message: string; detail?: unknown }): StepFailure {
  const known = isFailure(sent.detail) ? sent.detail : { code: sent.type ?? 'INTERNAL', message: sent.message };
  const { code, message } = known;
  // A worker of another version has no hands for the kind.
  if (code === 'NotFoundError' && /is not registered/.test(message)) {
    const hint = 'Is it an older version? `golive down` and `golive up --detach` renew it.';
    return { code: 'TOOL_MISSING', message: 'The worker does not know this kind of step.', hint };
  }
  if (isFailureCode(code)) return { ...known, ...oneSentence(message), code };
  return { ...known, ...oneSentence(`${code}: ${message}`), code: 'INTERNAL' };
}

function isFailure(detail: unknown): detail is Omit<StepFailure, 'code'> & { code: string } {
  if (typeof detail !== 'object' || detail === null || !('code' in detail) || !('message' in detail)) return false;
  return typeof detail.code === 'string' && typeof detail.message === 'string';
}
