import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import { fingerprintOf } from '../../evidence/hash.js';
import type { Trust } from '../../evidence/verify/verify.js';
import { CliError } from '../errors.js';

/** Reads what a reader trusts from flags, never from the bundle or from where it lies. @throws CliError (exit 2) */
export function readTrust(options: { key?: string; signers?: string; revoked?: string }): Trust {
  const { key, signers, revoked } = options;
  if (key === undefined) {
    throw new CliError('Say which key you trust: --key.', {
      exitCode: 2,
      hint: 'A fingerprint (SHA256:…) or the PEM file of the worker that sealed it. `golive doctor` on that machine prints it; a finished go-live names it. Take it from there, not from the bundle.',
    });
  }
  const need = (path: string, what: string): string => {
    if (existsSync(path) && statSync(path).isFile()) return path;
    throw new CliError(`The ${what} cannot be read.`, {
      exitCode: 2,
      where: resolve(path),
      hint: 'See whether the file is there.',
    });
  };
  const text = signers === undefined ? undefined : readFileSync(need(signers, 'file of allowed signers'), 'utf8');
  return {
    key: /^SHA256:[A-Za-z0-9+/]{43}$/.test(key) ? key : fingerprintOfFile(need(key, 'key')),
    ...(text === undefined
      ? {}
      : { signers: { text, revoked: revoked === undefined ? undefined : need(revoked, 'list of revoked keys') } }),
  };
}

function fingerprintOfFile(path: string): string {
  try {
    // Of a private key, its public half.
    return fingerprintOf(createPublicKey(readFileSync(path)));
  } catch {
    throw new CliError('That is neither a fingerprint nor a key in PEM.', {
      exitCode: 2,
      where: path,
      hint: 'Give SHA256:… or a PEM file.',
    });
  }
}
