/** What a failed command says besides its message. */
export interface CliErrorOptions {
  /** Exit code of the process: 2 bad input or a missing need, 3 no-go, 4 waiting or refused, 5 rollback incomplete, 10+ evidence. */
  exitCode: number;
  /** What the user does next, in one or a few lines. */
  hint?: string;
  /** Where it happened: a file with line and column, an address, a process. */
  where?: string;
}

/** An error meant for the person at the terminal: printed without a stack trace. */
export class CliError extends Error {
  override readonly name = 'CliError';

  /**
   * @param message what happened, in one sentence
   * @param options exit code, place and next step
   */
  constructor(
    message: string,
    readonly options: CliErrorOptions,
  ) {
    super(message);
  }
}

/** The message of whatever was thrown. */
export function messageOf(error: unknown): string {
  // Not `instanceof Error`: an error of another realm (a worker thread, a test runner) has another class.
  if (typeof error === 'object' && error !== null && 'message' in error) return String(error.message);
  return String(error);
}

function codeOf(error: unknown): unknown {
  return typeof error === 'object' && error !== null && 'code' in error ? error.code : undefined;
}

/** gRPC status codes that are spoken of here. */
export const GRPC = {
  CANCELLED: 1,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  UNIMPLEMENTED: 12,
  UNAVAILABLE: 14,
  UNAUTHENTICATED: 16,
} as const;

/** The gRPC status of whatever was thrown: its own, or, as the Temporal client wraps them, that of its cause. */
export function grpcCodeOf(error: unknown): number | undefined {
  const code = codeOf(error);
  if (typeof code === 'number') return code;
  return error instanceof Error && error.cause !== undefined ? grpcCodeOf(error.cause) : undefined;
}
