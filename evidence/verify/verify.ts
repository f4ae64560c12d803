import { existsSync, statSync } from 'node:fs';
import type { SealPredicate } from '../../model/evidence/seal.js';
import { EvidenceRefusal } from '../error.js';
import { checkApprovals, type Signers } from './approvals.js';
import { checkBag } from './bag.js';
import { type Finding, Findings } from './finding.js';
import { checkJudgement, type FromRaw, readRecord } from './judge.js';
import { checkLog } from './log.js';
import { checkRights } from './rights.js';
import { checkSeal } from './seal.js';

export interface Trust {
  /** Fingerprint of the evidence key. */
  key: string;
  signers?: Signers | undefined;
}

export interface Verification {
  bundle: string;
  ok: boolean;
  exitCode: number;
  seal: SealPredicate | null;
  checks: Findings['checked'];
  findings: Finding[];
}

/**
 * Verifies a bundle offline: bytes first, then what they say, then whether it had to be decided so.
 *
 * @param root folder of the bundle
 * @param fromRaw gives the outputs of a step once more, from its raw evidence
 * @throws EvidenceRefusal when there is no bundle
 */
export async function verifyBundle(root: string, trust: Trust, fromRaw: FromRaw): Promise<Verification> {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new EvidenceRefusal('There is no bundle.', 'Give the folder that holds bagit.txt; unpack a zip first.');
  }
  const findings = new Findings();
  const bag = await checkBag(root, findings);
  const seal = await checkSeal(bag, trust.key, findings);
  const events = await checkLog(bag, seal, findings);
  const record = await readRecord(bag, seal, events, findings);
  // What was altered is not judged: its words mean nothing.
  if (record && findings.list.every((one) => one.class !== 'altered')) {
    await checkJudgement(bag, record, events, fromRaw, findings);
    await checkApprovals(bag, record, events, trust.signers, findings);
    await checkRights(record, events, findings);
    await findings.group('Temporal’s own ids', () => {
      if (seal && seal.temporal.workflowId !== record.state.workflowId) {
        findings.add('history', 'seal.dsse.json', 'was made in another workflow than the state names');
      }
      return { count: 1, ...(seal ? { note: `${seal.temporal.workflowId} ${seal.temporal.runId}` } : {}) };
    });
  }
  const { list, checked, exitCode } = findings;
  return { bundle: root, ok: list.length === 0, exitCode, seal: seal ?? null, checks: checked, findings: list };
}
