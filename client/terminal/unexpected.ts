import { GRPC, grpcCodeOf, messageOf } from '../errors.js';
import { errnoOf } from '../../host/errno.js';
import { clean } from '../render/text.js';

/** What an error that nobody foresaw means for the person at the terminal, and what to do. */
export interface Told {
  message: string;
  next: string;
  /** Only then it is to be reported. */
  defect: boolean;
}

/** What the server answers when it is there and says no, with what to do; any other answer is a defect of golive. */
const ANSWERS: ReadonlyMap<number, [what: string, next: string]> = new Map([
  [GRPC.UNAVAILABLE, ['The Temporal server does not answer', '`golive doctor` looks for the cause.']],
  [GRPC.DEADLINE_EXCEEDED, ['The Temporal server does not answer in time', '`golive doctor` looks for the cause.']],
  [GRPC.CANCELLED, ['The call to the Temporal server was broken off', 'Run it again.']],
  [
    GRPC.RESOURCE_EXHAUSTED,
    ['The Temporal server takes no more now', 'Wait a moment, and run it again; a message that is too large is named.'],
  ],
  [
    GRPC.PERMISSION_DENIED,
    ['The Temporal server does not permit it', 'Look at the API key or certificate of the profile in temporal.toml.'],
  ],
  [
    GRPC.UNAUTHENTICATED,
    [
      'The Temporal server does not know who asks',
      'Look at the API key or certificate of the profile in temporal.toml.',
    ],
  ],
  [GRPC.UNIMPLEMENTED, ['The Temporal server is too old for this', '`golive doctor` says which version it has.']],
]);

/** Reads an error that no part of golive has put into words. */
export function unexpected(error: unknown): Told {
  const grpc = ANSWERS.get(grpcCodeOf(error) ?? -1);
  if (grpc) return { message: `${grpc[0]}: ${clean(innermost(error), 300)}`, next: grpc[1], defect: false };
  if (/binary\/encrypted/.test(messageOf(error))) {
    return {
      message: 'The go-live is encrypted, and no payload key was given.',
      next: 'Set GOLIVE_PAYLOAD_KEY as the worker has it.',
      defect: false,
    };
  }
  const errno = errnoOf(error);
  // The system's own words name what and where: `EACCES: permission denied, open '/x'`.
  if (errno !== undefined && /^E[A-Z]+$/.test(errno) && errno !== 'EINVAL' && errno !== 'EBADF') {
    return {
      message: `The system refuses it: ${clean(messageOf(error), 300)}`,
      next: 'Mend what it names (a permission, a full disk, a name), then run it again.',
      defect: false,
    };
  }
  return {
    message: clean(messageOf(error), 600) || 'unknown error',
    next: 'This is a defect of golive: set GOLIVE_DEBUG=1, run it again to see where, and please report it.',
    defect: true,
  };
}

/** The Temporal client says what it tried; its cause says why that failed. */
function innermost(error: unknown): string {
  const cause = error instanceof Error ? error.cause : undefined;
  return cause === undefined ? messageOf(error) : innermost(cause);
}
