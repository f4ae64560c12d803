import { basename, join } from 'node:path';
import type { OpenEvidence } from '../../model/state/contract.js';
import { canonicalJson, isJsonObject, type Json, parseJson } from '../../model/json.js';
import { BAGIT } from '../../model/evidence/manifest.js';
import { isBegun } from '../../model/evidence/records.js';
import { sha256 } from '../durable.js';
import { EvidenceRefusal } from '../error.js';
import { readIfThere } from '../folder-store.js';
import { openStore } from '../open-store.js';
import type { EvidenceStore } from '../store.js';
import { recordFirst } from './first.js';
import { isSealed } from './log.js';
import { jsonText } from '../report/records.js';

/** The plan as it was started. */
export const PLAN = 'data/plan.json';
const RUNBOOK = 'data/runbook.yaml';

/**
 * Begins the bundle: the plan as started and the runbook's bytes. The same plan again changes nothing.
 *
 * @throws EvidenceRefusal when the folder holds another plan, is sealed, or the runbook is not the planned one
 */
export async function openEvidence(
  { goLive, plan }: OpenEvidence,
  store: EvidenceStore = openStore(goLive.evidenceDir),
): Promise<void> {
  const bag = store.root;
  const text = jsonText(parseJson(canonicalJson(plan)));
  const standing = await store.read(PLAN);
  if (standing !== undefined && standing.toString('utf8') !== text) {
    throw new EvidenceRefusal(
      `Conflict: ${bag} already holds the evidence of another plan of '${goLive.id}'.`,
      'Start it under another change; evidence is never written over.',
    );
  }
  if (await isSealed(store)) {
    throw new EvidenceRefusal(
      `Conflict: the evidence of '${goLive.id}' in ${bag} is sealed.`,
      'Start again under another change; sealed evidence is never added to.',
    );
  }
  await store.write('bagit.txt', BAGIT);
  const begun: unknown = plan;
  const first = isBegun(begun) ? begun.plan.takesBack : undefined;
  if (first) await recordFirst(store, first);
  else await keepRunbook(store, goLive.baseDir, plan);
  await store.write(PLAN, text);
}

/** What `openEvidence` needs to know of a plan's runbook, found in `{plan: {runbook}}` or `{runbook}`. */
function runbookOf(plan: Json): { file: string; sha256: string } | undefined {
  if (!isJsonObject(plan)) return undefined;
  const runbook = (isJsonObject(plan.plan) ? plan.plan.runbook : undefined) ?? plan.runbook;
  return isJsonObject(runbook) && typeof runbook.file === 'string' && typeof runbook.sha256 === 'string'
    ? { file: runbook.file, sha256: runbook.sha256 }
    : undefined;
}

async function keepRunbook(store: EvidenceStore, baseDir: string, plan: Json): Promise<void> {
  const runbook = runbookOf(plan);
  if (runbook === undefined || runbook.file === '') return;
  const kept = await store.read(RUNBOOK);
  if (kept !== undefined && sha256(kept) === runbook.sha256) return;
  // The plan names the runbook as people typed it; it lies in the base folder.
  const path = join(baseDir, basename(runbook.file));
  const bytes = await readIfThere(path);
  if (bytes === undefined) return;
  const found = sha256(bytes);
  if (found !== runbook.sha256) {
    throw new EvidenceRefusal(
      `The runbook ${path} was changed after it was planned: its SHA-256 is ${found}, the plan has ${runbook.sha256}.`,
      'Plan and start again with the runbook as it is now.',
    );
  }
  await store.write(RUNBOOK, bytes);
}
