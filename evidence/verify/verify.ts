import type { SealPredicate } from '../../model/evidence/seal.js';
import { headline } from '../../model/state/decision.js';
import { checkApprovals, type Signers } from './approvals.js';
import type { LoggedEvent } from '../../model/evidence/logged-event.js';
import { type Bag, checkBag } from './bag.js';
import { checkCertificate } from './certificate.js';
import { checkCollected } from './collected.js';
import { type Finding, Findings } from './finding.js';
import type { FromRaw } from './figures.js';
import { checkFirst } from './first.js';
import { checkJudgement, readRecord } from './judge.js';
import { checkLog } from './log.js';
import type { Record } from './record.js';
import { checkRights } from './rights.js';
import { checkSeal } from './seal.js';
import { checkTold } from './told.js';
import { needBundle } from './there.js';

export interface Trust {
  /** Fingerprints of evidence keys: one of them must have sealed it. A worker may have had another key before. */
  keys: readonly string[];
  signers?: Signers | undefined;
  /** `<target>/<change>` that the bundle must be of. */
  expect?: string | undefined;
}

export interface Verification {
  bundle: string;
  ok: boolean;
  exitCode: number;
  seal: SealPredicate | null;
  /** What it came to in one sentence, with what was not taken back; absent where it was not judged. */
  sentence?: string;
  checks: Findings['checked'];
  /** What golive cannot judge again: it stands as the bundle says it. */
  notJudged: Findings['asLogged'];
  /** The first thousand. */
  findings: Finding[];
  /** All of them. */
  findingCount: number;
}

/**
 * Verifies a bundle offline: bytes first, then what they say, then whether it had to be decided so.
 *
 * @param root folder of the bundle
 * @param fromRaw gives the outputs of a step once more, from its raw evidence
 * @throws EvidenceRefusal when there is no bundle
 */
export async function verifyBundle(root: string, trust: Trust, fromRaw: FromRaw): Promise<Verification> {
  needBundle(root);
  const findings = new Findings();
  const bag = await checkBag(root, findings);
  const seal = await checkSeal(bag, trust.keys, findings);
  const events = await checkLog(bag, seal, findings);
  const record = await readRecord(bag, seal, events, findings);
  if (seal && trust.expect !== undefined && seal.goLive !== trust.expect)
    findings.add('other', 'seal.dsse.json', `is of ${seal.goLive}, and you expect ${trust.expect}`);
  // What was altered is not judged: its words mean nothing. What was not read leaves words out.
  if (!record || findings.has('altered') || findings.has('unreadable')) {
    findings.leave(1, 'bundle', 'its gates, decisions and approvals: it is not whole, and is not judged');
  } else {
    await judge({ bag, record, events, seal, trust, fromRaw, findings });
  }
  const sentence = findings.count === 0 && record ? { sentence: headline(record.state) } : {};
  const { list, checked, asLogged, count, exitCode } = findings;
  const [ok, checks, notJudged] = [count === 0, checked, asLogged];
  return {
    bundle: root,
    ok,
    exitCode,
    seal: seal ?? null,
    ...sentence,
    checks,
    notJudged,
    findings: list,
    findingCount: count,
  };
}

interface Judging {
  bag: Bag;
  record: Record;
  events: readonly LoggedEvent[];
  seal: SealPredicate | undefined;
  trust: Trust;
  fromRaw: FromRaw;
  findings: Findings;
}

/** Judges what the bytes say. A key holder may seal any JSON: what is not of the shape that is judged is a finding. */
async function judge({ bag, record, events, seal, trust, fromRaw, findings }: Judging): Promise<void> {
  try {
    const again = await checkJudgement(bag, record, events, fromRaw, findings);
    await checkApprovals(bag, record, events, trust.signers, findings);
    await checkTold(record, events, findings);
    await checkCollected(bag, record, events, findings);
    await checkCertificate(bag, record, again, trust.keys, findings);
    await checkRights(record, events, findings);
    await checkFirst(bag, record.plan, events, trust.keys, findings);
    await findings.group('Temporal’s own ids', () => {
      if (seal && seal.temporal.workflowId !== record.state.workflowId) {
        findings.add('history', 'seal.dsse.json', 'was made in another workflow than the state names');
      }
      return { count: 1, ...(seal ? { note: `${seal.temporal.workflowId} ${seal.temporal.runId}` } : {}) };
    });
  } catch (error) {
    if (!(error instanceof TypeError || error instanceof RangeError)) throw error;
    findings.add(
      'policy',
      'bundle',
      `cannot be judged: plan, state or log are not as golive writes them (${error.message})`,
    );
  }
}
