import { createPrivateKey, createPublicKey, generateKeyPairSync, type KeyObject } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, readFile, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { linkIntoPlace, writeDraft } from '../durable.js';
import { evidenceError, EvidenceRefusal } from '../error.js';
import { fingerprintOf } from '../hash.js';

/** The worker's key for evidence. */
export interface EvidenceKey {
  privateKey: KeyObject;
  /** The public half, PEM (SPKI). */
  publicPem: string;
  /** Of the public half; see `fingerprintOf`. */
  fingerprint: string;
}

/**
 * Opens the Ed25519 key at a path; makes it, readable by its owner alone, when there is none. Two workers that make it
 * at once get the same one.
 *
 * @throws EvidenceRefusal when the file is no such key or others may read it
 */
export async function openEvidenceKey(path: string): Promise<EvidenceKey> {
  if (!existsSync(path)) await makeKey(path);
  const mode = (await stat(path)).mode & 0o077;
  const refused = (why: string, hint: string) => new EvidenceRefusal(`The evidence key ${path} ${why}.`, hint);
  if (mode !== 0) throw refused('may be read by others than its owner', `Run: chmod 600 ${path}`);
  let privateKey: KeyObject;
  try {
    privateKey = createPrivateKey(await readFile(path));
  } catch {
    throw refused(
      'is no private key in PEM',
      'Name another with GOLIVE_EVIDENCE_KEY, or move it away: a new one is made.',
    );
  }
  if (privateKey.asymmetricKeyType !== 'ed25519') {
    throw refused(
      `is ${privateKey.asymmetricKeyType ?? 'of no known type'}, not Ed25519`,
      'Name another with GOLIVE_EVIDENCE_KEY.',
    );
  }
  const publicKey = createPublicKey(privateKey);
  const publicPem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return { privateKey, publicPem, fingerprint: fingerprintOf(publicKey) };
}

async function makeKey(path: string): Promise<void> {
  const pem = generateKeyPairSync('ed25519').privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
  try {
    await mkdir(dirname(path), { recursive: true, mode: 0o700 });
    // Where another worker was first, its key counts.
    await linkIntoPlace(await writeDraft(path, pem, 0o600), path);
  } catch (error) {
    throw evidenceError('write', path, error);
  }
}
