import type { CollectEvidence, CollectedEvidence } from '../../model/state/contract.js';
import { APPROVED_MANIFEST, formatManifest } from '../../model/evidence/manifest.js';
import type { GoLiveState } from '../../model/state/state.js';
import { sha256 } from '../durable.js';
import { openStore } from '../open-store.js';
import type { EvidenceStore } from '../store.js';
import { writeIncluded } from './include.js';
import { refuseSealed } from './log.js';
import { fallenByLog } from './fallen.js';
import { jsonText, metricsSummary, runningRecords } from '../report/records.js';

/** Files that still grow after the bundle was approved: the log, the records of people and times, and where it stands. */
const GROWING =
  /^data\/(events\..*|approvals\.json|checklist\.json|timeline\.json|approved-manifest\.txt|release\/STATUS\.md)$/;

/**
 * Writes the figures and the files that the runbook wants in the bundle, before anybody is asked to approve them.
 * `data/approved-manifest.txt` lists every file so far in `sha256sum` format; the digest is its SHA-256.
 *
 * @throws EvidenceError, also SEALED: a sealed bundle stays as it is; EvidenceRefusal
 */
export async function collectEvidence(
  request: CollectEvidence,
  store: EvidenceStore = openStore(request.goLive.evidenceDir),
): Promise<CollectedEvidence> {
  await refuseSealed(store);
  const state = request.state as unknown as GoLiveState;
  const missing: string[] = [];
  for (const include of request.include) {
    for (const one of await writeIncluded(store, include, state)) missing.push(one);
  }
  await store.write('data/metrics_summary.json', jsonText(metricsSummary(state)));
  for (const [file, content] of runningRecords(state)) await store.write(`data/${file}`, content);
  if ((await store.read('data/runbook.yaml')) === undefined) {
    missing.push('runbook.yaml: the runbook could not be read when the go-live began');
  }
  const { files } = await store.list();
  const settled = files.filter(({ path }) => !GROWING.test(path));
  const manifest = formatManifest(settled);
  await store.write(`data/${APPROVED_MANIFEST}`, manifest);
  return { digest: sha256(manifest), files: settled.length, missing, fallen: await fallenByLog(store) };
}
