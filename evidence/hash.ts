import { createHash, type KeyObject } from 'node:crypto';

/** SHA-256 of bytes or UTF-8 text, as 64 lower-case hex digits. */
export function sha256(content: string | Uint8Array): string {
  return createHash('sha256').update(content).digest('hex');
}

/** What stands for "the line before" in the first line of the event log. */
export const FIRST_PREV = '0'.repeat(64);

/**
 * Link of one line of the event log to the next: SHA-256 over 0x00 and the raw bytes of the line without its newline.
 * The leading zero byte keeps leaf hashes apart from other hashes of the same bytes (RFC 6962, section 2.1).
 */
export function linkOf(line: string | Uint8Array): string {
  return createHash('sha256').update(Uint8Array.of(0)).update(line).digest('hex');
}

/** `SHA256:` and the hash of key bytes, in base64 without padding, as OpenSSH prints fingerprints. */
export function fingerprintOfBytes(bytes: Uint8Array): string {
  return `SHA256:${createHash('sha256').update(bytes).digest('base64').replace(/=+$/, '')}`;
}

/** Fingerprint of a public key, over its DER, as `golive doctor` and a finished go-live print it. */
export function fingerprintOf(publicKey: KeyObject): string {
  return fingerprintOfBytes(publicKey.export({ type: 'spki', format: 'der' }));
}
