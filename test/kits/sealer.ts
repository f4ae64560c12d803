import { generateKeyPairSync, type KeyObject } from 'node:crypto';
import type { Sealer } from '../../evidence/write/seal.js';
import { fingerprintOf } from '../../evidence/hash.js';

/** A sealer with a key of its own, or with the one given. */
export function testSealer(
  pair: { privateKey: KeyObject; publicKey: KeyObject } = generateKeyPairSync('ed25519'),
): Sealer {
  const publicPem = pair.publicKey.export({ type: 'spki', format: 'pem' }).toString();
  return {
    key: { privateKey: pair.privateKey, publicPem, fingerprint: fingerprintOf(pair.publicKey) },
    golive: '0.0.0-test',
    temporal: { namespace: 'default', workflowId: 'lab', runId: 'run-1' },
  };
}
