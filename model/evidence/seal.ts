import type { Mode } from '../plan/plan.js';

/** Names in the seal of a bundle (in-toto attestation spec v1, DSSE v1). */
export const PAYLOAD_TYPE = 'application/vnd.in-toto+json';
export const STATEMENT_TYPE = 'https://in-toto.io/Statement/v1';
export const PREDICATE_TYPE = 'urn:golive:evidence:v1';
export const SEAL_FILE = 'seal.dsse.json';
export const KEY_FILE = 'evidence-key.pem';

/** What the seal says of the go-live. */
export interface SealPredicate {
  goLive: string;
  target: string;
  change: string;
  /** SHA-256 of the runbook's bytes. */
  runbook: string;
  /** Digest of the plan. */
  plan: string;
  mode: Mode;
  timeScale: number;
  approvals: 'declared' | 'signed';
  verdict: string;
  decisions: Record<string, string>;
  startedBy: string;
  startedAt: string;
  endedAt: string;
  events: { count: number; head: string };
  temporal: { namespace: string; workflowId: string; runId: string };
  software: { golive: string; node: string };
}

export interface SealStatement {
  _type: typeof STATEMENT_TYPE;
  subject: { name: string; digest: { sha256: string } }[];
  predicateType: typeof PREDICATE_TYPE;
  predicate: SealPredicate;
}

/** The head of DSSE's pre-authentication encoding; the payload's bytes follow. `length` in bytes. */
export function pae(length: number): string {
  return `DSSEv1 ${PAYLOAD_TYPE.length} ${PAYLOAD_TYPE} ${length} `;
}
