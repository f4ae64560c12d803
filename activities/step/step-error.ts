import type { EvidenceRef } from '../../model/evidence/manifest.js';
import type { FailureCode } from '../../model/failure.js';
import type { JsonObject } from '../../model/json.js';

/** The only error that a step handler throws on purpose; the wrapper turns it into an ApplicationFailure. */
export class StepError extends Error {
  override readonly name = 'StepError';
  constructor(
    readonly code: FailureCode,
    /** One sentence: what happened, and where. */
    message: string,
    readonly options: {
      hint?: string;
      /** The long text behind the sentence: what a program or service said last. */
      said?: string;
      facts?: JsonObject;
      evidence?: EvidenceRef[];
      /** Who was asked wants to be left alone for so long. */
      retryAfterMs?: number;
      cause?: unknown;
    } = {},
  ) {
    super(message, { cause: options.cause });
  }
}
