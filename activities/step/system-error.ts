import type { FailureCode } from '../../model/failure.js';
import { errnoOf } from '../../host/errno.js';

interface Meaning {
  code: FailureCode;
  words: string;
  hint: string;
}

const meaning = (code: FailureCode, hint: string, errnos: Readonly<Record<string, string>>): [string, Meaning][] =>
  Object.entries(errnos).map(([errno, words]) => [errno, { code, words, hint }]);

/** What the system refuses is no defect of golive. Errors that are not listed are: `EBADF`, `EINVAL` and their like. */
const MEANINGS = new Map<string, Meaning>([
  ...meaning('NOT_FOUND', 'See whether the name is right and an earlier step made it.', {
    ENOENT: 'it is not there',
    ENOTDIR: 'a part of its path is no folder',
  }),
  ...meaning(
    'EXPECTATION_FAILED',
    'Mend what stands there, or its permissions for the user of the worker; then retry.',
    {
      EACCES: 'permission denied',
      EPERM: 'not permitted',
      EROFS: 'its disk is read-only',
      EISDIR: 'it is a folder',
      ENOTEMPTY: 'the folder is not empty',
      ELOOP: 'its links lead in a circle',
      ENAMETOOLONG: 'its name is too long',
    },
  ),
  ...meaning('CHECK_FAILED', 'Free what is used up on the machine of the worker; then retry.', {
    ENOSPC: 'the disk is full',
    EDQUOT: 'the quota is used up',
    EIO: 'the disk fails',
    EMFILE: 'too many files are open',
    ENFILE: 'too many files are open on the machine',
    ENOMEM: 'there is no memory left',
    EBUSY: 'it is in use',
    EAGAIN: 'the system has no room for it now',
    ETXTBSY: 'it is being run',
  }),
  ...meaning('CONNECTION_FAILED', 'See whether the service runs and listens there.', {
    ECONNREFUSED: 'nothing listens there',
    ECONNRESET: 'the connection was broken off',
    EPIPE: 'the other side has closed',
    ETIMEDOUT: 'no answer in time',
    EHOSTUNREACH: 'the host cannot be reached',
    ENETUNREACH: 'the network cannot be reached',
    ENOTFOUND: 'there is no such host',
    EAI_AGAIN: 'the name cannot be looked up now',
  }),
]);

/** An error of the system read as what it means for a step; undefined for what is none, or is a defect of golive. */
export function systemError(error: unknown): { code: FailureCode; message: string; hint: string } | undefined {
  const errno = errnoOf(error);
  const found = errno === undefined ? undefined : MEANINGS.get(errno);
  if (found === undefined || typeof error !== 'object' || error === null) return undefined;
  const part = (name: string): string => {
    const value: unknown = Object.entries(error).find(([key]) => key === name)?.[1];
    return typeof value === 'string' ? value : '';
  };
  const place = part('path') || part('address') || part('hostname');
  const deed = [part('syscall'), place].filter(Boolean).join(' ') || 'go on';
  return { code: found.code, message: `Cannot ${deed}: ${found.words} (${errno}).`, hint: found.hint };
}
