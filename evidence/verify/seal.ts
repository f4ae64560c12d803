import { createPublicKey, type KeyObject, verify } from 'node:crypto';
import { canonicalJson, type Json, parseJson } from '../../model/json.js';
import {
  KEY_FILE,
  PAYLOAD_TYPE,
  pae,
  PREDICATE_TYPE,
  SEAL_FILE,
  type SealPredicate,
  type SealStatement,
  STATEMENT_TYPE,
} from '../../model/evidence/seal.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { fingerprintOf } from '../hash.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { hasExactly, strictBase64, strictText } from './strict.js';

const SUBJECTS = ['bag-info.txt', 'bagit.txt', 'manifest-sha256.txt'] as const;
const PREDICATE = [
  'approvals',
  'change',
  'decisions',
  'endedAt',
  'events',
  'goLive',
  'mode',
  'plan',
  'runbook',
  'software',
  'startedAt',
  'startedBy',
  'target',
  'temporal',
  'timeScale',
  'verdict',
];

/**
 * Checks the seal: the key is the trusted one, the signature is by it over the raw payload, and the payload names the
 * tag files as they are. Nothing of the payload is believed before the signature holds.
 *
 * @param trusted fingerprints of the keys that the reader trusts; they come from outside the bundle
 */
export async function checkSeal(
  bag: Bag,
  trusted: readonly string[],
  findings: Findings,
): Promise<SealPredicate | undefined> {
  let predicate: SealPredicate | undefined;
  await findings.group('the seal and its key', () => {
    const [pem, seal] = [bag.small.get(KEY_FILE), bag.small.get(SEAL_FILE)];
    if (pem === undefined || seal === undefined) return { count: 0, absent: true };
    const read = sealed(bag, pem, seal, trusted, findings);
    predicate = read?.predicate;
    return { count: 1, ...(read ? { note: read.key } : {}) };
  });
  return predicate;
}

function sealed(
  bag: Bag,
  pem: Buffer,
  seal: Buffer,
  trusted: readonly string[],
  findings: Findings,
): { predicate: SealPredicate; key: string } | undefined {
  const key = readKey(pem.toString('utf8'));
  if (key === undefined) {
    findings.add('altered', KEY_FILE, 'is no Ed25519 public key as golive writes it');
    return undefined;
  }
  const altered = (why: string): undefined => {
    findings.add('altered', SEAL_FILE, why);
    return undefined;
  };
  const text = strictText(seal);
  const envelope = text === undefined ? undefined : canonicalObject(text);
  if (!hasExactly(envelope, ['payload', 'payloadType', 'signatures'])) return altered('is not in its canonical form');
  const { payload, payloadType, signatures } = envelope;
  const [signature, more] = Array.isArray(signatures) ? signatures : [];
  if (!hasExactly(signature, ['keyid', 'sig']) || more !== undefined) return altered('has not exactly one signature');
  if (payloadType !== PAYLOAD_TYPE || typeof payload !== 'string' || typeof signature.sig !== 'string') {
    return altered('is of another type');
  }
  const [body, sig] = [strictBase64(payload), strictBase64(signature.sig)];
  if (body === undefined || sig === undefined) return altered('holds base64 in a second spelling');
  const fingerprint = fingerprintOf(key);
  if (signature.keyid !== fingerprint) {
    if (bag.tags.has(TAG_MANIFEST)) return altered('names another key than the one beside it');
    // A worker with another key began to close it anew and was stopped there: nothing is said by either key.
    const keys = `is by ${typeof signature.keyid === 'string' ? signature.keyid : 'another key'}, and the key beside it is ${fingerprint}`;
    findings.add('incomplete', SEAL_FILE, `${keys}: two workers closed it, and the second did not end`);
    return undefined;
  }
  if (!trusted.includes(fingerprint)) {
    findings.add('untrusted', KEY_FILE, `is ${fingerprint}, and you trust ${trusted.join(' or ')}`);
    return undefined;
  }
  if (!verify(null, Buffer.concat([Buffer.from(pae(body.length)), body]), key, sig)) {
    return altered('has a signature that is not good');
  }
  const predicate = statementOf(body, bag, altered);
  return predicate && { predicate, key: fingerprint };
}

function statementOf(body: Buffer, bag: Bag, altered: (why: string) => undefined): SealPredicate | undefined {
  const text = strictText(body);
  const statement = text === undefined ? undefined : canonicalObject(`${text}\n`);
  if (!hasExactly(statement, ['_type', 'predicate', 'predicateType', 'subject']))
    return altered('states something unknown');
  const { subject, predicate } = statement as unknown as SealStatement;
  if (statement._type !== STATEMENT_TYPE || statement.predicateType !== PREDICATE_TYPE) {
    return altered('states something of another type or version');
  }
  if (!hasExactly(predicate, PREDICATE)) return altered('has fields that are unknown, or lacks some');
  const expected = SUBJECTS.map((name) => ({ name, digest: { sha256: bag.tags.get(name) ?? '' } }));
  if (canonicalJson(subject) !== canonicalJson(expected)) return altered('does not name the tag files as they are');
  return predicate;
}

function readKey(pem: string): KeyObject | undefined {
  try {
    const key = createPublicKey(pem);
    const same = key.export({ type: 'spki', format: 'pem' }).toString() === pem;
    return same && key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The value of canonical JSON with one line break behind it. */
function canonicalObject(text: string): Json | undefined {
  try {
    const value = parseJson(text);
    return `${canonicalJson(value)}\n` === text ? value : undefined;
  } catch {
    return undefined;
  }
}
