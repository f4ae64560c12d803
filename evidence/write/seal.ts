import { sign } from 'node:crypto';
import { canonicalJson } from '../../model/json.js';
import {
  PAYLOAD_TYPE,
  PREDICATE_TYPE,
  pae,
  type SealPredicate,
  type SealStatement,
  STATEMENT_TYPE,
} from '../../model/evidence/seal.js';
import type { GoLiveState } from '../../model/state/state.js';
import { EvidenceError } from '../error.js';
import { linkOf, sha256 } from '../hash.js';
import type { EvidenceStore } from '../store.js';
import { EVENT_LOG } from './log.js';
import type { EvidenceKey } from './signing-key.js';

/** What seals a bundle: a key, and what the worker knows of itself and of Temporal. */
export interface Sealer {
  key: EvidenceKey;
  golive: string;
  temporal: { namespace: string; workflowId: string; runId: string };
}

/** The tag files that the seal names, by content. */
export type SealedTags = Record<'bag-info.txt' | 'bagit.txt' | 'manifest-sha256.txt', string>;

/**
 * The signed statement over a finished bag: in-toto Statement v1 in a DSSE envelope. The same bag and key give the same
 * bytes (Ed25519 is deterministic), so a seal that was cut off can be made again.
 *
 * Sources: in-toto attestation spec v1; DSSE v1.0.2.
 */
export async function sealText(
  store: EvidenceStore,
  tags: SealedTags,
  state: GoLiveState,
  sealer: Sealer,
): Promise<string> {
  const log = await store.read(EVENT_LOG);
  if (log === undefined) throw new EvidenceError(`${store.local(EVENT_LOG)} is gone`, 'Look who took it away.', 'GONE');
  const lines = log.toString('utf8').trimEnd().split('\n');
  const predicate: SealPredicate = {
    goLive: state.id,
    target: state.target,
    change: state.change,
    runbook: state.runbook.sha256,
    plan: state.planDigest,
    mode: state.mode,
    timeScale: state.timeScale,
    approvals: state.signing?.level ?? 'declared',
    verdict: state.verdict ?? 'inconclusive',
    decisions: Object.fromEntries(state.decisions.map(({ id, verdict = 'pending' }) => [id, verdict])),
    startedBy: state.startedBy,
    startedAt: state.startedAt,
    endedAt: state.endedAt ?? '',
    events: { count: lines.length, head: linkOf(lines.at(-1) ?? '') },
    temporal: sealer.temporal,
    software: { golive: sealer.golive, node: process.version },
  };
  const statement: SealStatement = {
    _type: STATEMENT_TYPE,
    subject: Object.entries(tags)
      .toSorted(([a], [b]) => (a < b ? -1 : 1))
      .map(([name, content]) => ({ name, digest: { sha256: sha256(content) } })),
    predicateType: PREDICATE_TYPE,
    predicate,
  };
  const payload = Buffer.from(canonicalJson(statement));
  const signature = sign(null, Buffer.concat([Buffer.from(pae(payload.length)), payload]), sealer.key.privateKey);
  const envelope = {
    payloadType: PAYLOAD_TYPE,
    payload: payload.toString('base64'),
    signatures: [{ keyid: sealer.key.fingerprint, sig: signature.toString('base64') }],
  };
  return `${canonicalJson(envelope)}\n`;
}
