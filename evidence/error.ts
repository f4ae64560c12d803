import { errnoOf } from '../host/errno.js';

const ADVICE: Record<string, string> = {
  ENOSPC: 'Free space on that disk',
  EDQUOT: 'Raise the quota or free space',
  EACCES: 'Mend the permissions of that folder',
  EPERM: 'Mend the permissions of that folder',
  EROFS: 'Choose an evidence folder on a disk that can be written',
  EIO: 'Look at the health of that disk',
  ENOTDIR: 'Something else stands where the evidence folder must be; move it away',
};

/** Evidence that could not be read or written durably: what was done with it has not passed. */
export class EvidenceError extends Error {
  override readonly name = 'EvidenceError';

  /**
   * @param message what happened, with the path
   * @param hint what the operator does next
   * @param code the system's errno name, or a word of our own (`SEALED`)
   */
  constructor(
    message: string,
    readonly hint: string,
    readonly code: string,
    options?: { cause?: unknown },
  ) {
    super(`${message}. ${hint}`, options);
  }
}

/** What was asked of the evidence may not be: a conflict with what stands there, or a bad name. Trying again does not help. */
export class EvidenceRefusal extends Error {
  override readonly name = 'EvidenceRefusal';

  /**
   * @param message what was refused, and where
   * @param hint what the operator does next
   */
  constructor(
    message: string,
    readonly hint: string,
  ) {
    super(message);
  }
}

/** Makes an EvidenceError of whatever a file operation threw. `deed` is a verb phrase: "append to". */
export function evidenceError(deed: string, path: string, error: unknown): EvidenceError {
  // By name, not by class: an error of another realm (a test runner's) has another class.
  if (typeof error === 'object' && error !== null && 'name' in error && error.name === 'EvidenceError') {
    return error as EvidenceError;
  }
  const code = errnoOf(error) ?? 'unknown error';
  const advice = ADVICE[code] ?? 'Look at the evidence folder and its disk';
  return new EvidenceError(`Cannot ${deed} ${path}: ${code}`, `${advice}, then retry.`, code, { cause: error });
}
