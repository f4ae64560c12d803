import { createPublicKey } from 'node:crypto';
import { existsSync, readFileSync, statSync } from 'node:fs';
import { resolve } from 'node:path';
import type { JsonObject } from '../../model/json.js';
import type { SealPredicate } from '../../model/evidence/seal.js';
import { CliError } from '../../client/errors.js';
import { checkApprovals, type Signers } from './approvals.js';
import { checkBag } from './bag.js';
import { type Finding, Findings } from './finding.js';
import { checkJudgement, readRecord } from './judge.js';
import { checkLog } from './log.js';
import { checkSeal, fingerprintOf } from './seal.js';

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

/**
 * Verifies a bundle offline: bytes first, then what they say, then whether it had to be decided so.
 *
 * @param root folder of the bundle
 * @throws CliError (exit 2) when there is no bundle
 */
export async function verifyBundle(root: string, trust: Trust): Promise<Verification> {
  if (!existsSync(root) || !statSync(root).isDirectory()) {
    throw new CliError('There is no bundle.', {
      exitCode: 2,
      where: root,
      hint: 'Give the folder that holds bagit.txt; unpack a zip first.',
    });
  }
  const findings = new Findings();
  const bag = await checkBag(root, findings);
  const seal = await checkSeal(bag, trust.key, findings);
  const events = await checkLog(bag, seal, findings);
  const record = await readRecord(bag, seal, findings);
  // What was altered is not judged: its words mean nothing.
  if (record && findings.list.every((one) => one.class !== 'altered')) {
    const { recomputeOutputs } = await import('../../kinds/recompute.js');
    const fromRaw = (kind: string, input: JsonObject, read: (name: string) => Buffer | undefined) =>
      recomputeOutputs(kind, input, read);
    await checkJudgement(bag, record, events, fromRaw, findings);
    await checkApprovals(bag, record, events, trust.signers, findings);
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
