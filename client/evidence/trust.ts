import { createPublicKey } from 'node:crypto';
import { existsSync, realpathSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fingerprintOf } from '../../evidence/hash.js';
import { MOST, readAtMost } from '../../evidence/verify/read.js';
import type { Trust } from '../../evidence/verify/verify.js';
import { CliError } from '../errors.js';

/** What a reader gives to say whom and what to believe. */
export interface TrustOptions {
  /** Keys that may have sealed it: fingerprints or PEM files. */
  key?: readonly string[] | undefined;
  signers?: string | undefined;
  revoked?: string | undefined;
  /** `<target>/<change>`. */
  expect?: string | undefined;
}

/** Reads what a reader trusts from flags, never from the bundle or from where it lies. @throws CliError (exit 2) */
export function readTrust({ key = [], signers, revoked, expect }: TrustOptions): Trust {
  if (key.length === 0) {
    throw new CliError('Say which key you trust: --key.', {
      exitCode: 2,
      hint: 'A fingerprint (SHA256:…) or the PEM file of the worker that sealed it. `golive doctor` on that machine prints it; a finished go-live names it. Take it from there, not from the bundle.',
    });
  }
  if (expect !== undefined && !/^[^/\s]+\/[^/\s]+$/.test(expect)) {
    throw new CliError(`'${expect}' names no go-live.`, { exitCode: 2, hint: 'Give its target and change: shop/c1.' });
  }
  if (revoked !== undefined) need(revoked, 'list of revoked keys');
  return {
    keys: key.map(fingerprintFrom),
    ...(expect === undefined ? {} : { expect }),
    ...(signers === undefined ? {} : { signers: { text: textOf(signers, 'file of allowed signers'), revoked } }),
  };
}

const FINGERPRINT = /^SHA256:[A-Za-z0-9+/]{43}$/;

/** Of a fingerprint itself, or of the file that it names. @throws CliError (exit 2) */
function fingerprintFrom(key: string): string {
  if (FINGERPRINT.test(key)) return key;
  // What begins as a fingerprint is meant as one, unless such a file is there.
  if (existsSync(key) || !/^(sha-?256|md5)\b|^[A-Za-z0-9+/]{43}=?$|^([0-9a-f]{2}:){7,}/i.test(key))
    return fingerprintOfFile(key);
  throw new CliError(`'${key.slice(0, 80)}' is no whole fingerprint.`, {
    exitCode: 2,
    hint: 'One is SHA256: and 43 letters, digits, + or /, without = at its end: SHA256:gPDd+ey4FHvpGSR7u9sR0wh784z0wdJw6xuO/AmB+98.',
  });
}

function unreadable(what: string, path: string, why?: string): CliError {
  return new CliError(`The ${what} ${why ?? 'cannot be read'}.`, {
    exitCode: 2,
    where: resolve(path),
    hint: 'See whether the file is there.',
  });
}

function need(path: string, what: string): string {
  if (existsSync(path) && statSync(path).isFile()) return path;
  throw unreadable(what, path);
}

function textOf(path: string, what: string): string {
  need(path, what);
  try {
    // A link is the reader's own; where it leads is asked for.
    return readAtMost(realpathSync(path), MOST.trust).toString('utf8');
  } catch (error) {
    throw unreadable(what, path, error instanceof Error ? error.message : undefined);
  }
}

function fingerprintOfFile(path: string): string {
  const pem = textOf(path, 'key');
  try {
    // Of a private key, its public half.
    return fingerprintOf(createPublicKey(pem));
  } catch {
    throw new CliError('That is neither a fingerprint nor a key in PEM.', {
      exitCode: 2,
      where: path,
      hint: 'Give SHA256:… or a PEM file.',
    });
  }
}
