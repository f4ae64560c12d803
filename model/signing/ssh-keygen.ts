/** What `ssh-keygen -Y verify` is asked about: paths of files, and in whose name and for what it was signed. */
export interface Question {
  signers: string;
  principal: string;
  namespace: string;
  signature: string;
  revoked?: string | undefined;
}

/** The armour of an SSH signature around its one-line body (PROTOCOL.sshsig of OpenSSH). */
export function armoured(body: string): string {
  return `-----BEGIN SSH SIGNATURE-----\n${body.replace(/.{1,70}/g, '$&\n')}-----END SSH SIGNATURE-----\n`;
}

/** The arguments of `ssh-keygen`; the statement that was signed goes to its standard input. */
export function verifyArguments({ signers, principal, namespace, signature, revoked }: Question): string[] {
  const asked = ['-Y', 'verify', '-f', signers, '-I', principal, '-n', namespace, '-s', signature];
  return [...asked, ...(revoked === undefined ? [] : ['-r', revoked])];
}

/** Fingerprint of the key that signed, from what it printed; undefined when it does not say one. */
export function keyThatSigned(stdout: string): string | undefined {
  return /\bkey (SHA256:[A-Za-z0-9+/]{43})\s*$/m.exec(stdout)?.[1];
}
