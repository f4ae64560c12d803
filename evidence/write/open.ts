import { readFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import type { OpenEvidence } from '../../model/state/contract.js';
import { canonicalJson, type Json } from '../../model/json.js';
import { BAGIT } from './bag.js';
import { sha256, writeDurably } from '../durable.js';
import { EvidenceRefusal, evidenceError } from '../error.js';
import { isSealed } from './log.js';
import { jsonText } from '../report/records.js';

/** A file's bytes, or undefined when it is not there. @throws EvidenceError for every other trouble */
export async function readIfThere(path: string): Promise<Buffer | undefined> {
  try {
    return await readFile(path);
  } catch (error) {
    if (typeof error === 'object' && error !== null && 'code' in error && error.code === 'ENOENT') return undefined;
    throw evidenceError('read', path, error);
  }
}

/**
 * Begins the bundle: the plan as started and the runbook's bytes. The same plan again changes nothing.
 *
 * @throws EvidenceRefusal when the folder holds another plan, is sealed, or the runbook is not the planned one
 */
export async function openEvidence({ goLive, plan }: OpenEvidence): Promise<void> {
  const bag = goLive.evidenceDir;
  const planPath = join(bag, 'data', 'plan.json');
  const text = jsonText(JSON.parse(canonicalJson(plan)) as Json);
  const standing = await readIfThere(planPath);
  if (standing !== undefined && standing.toString('utf8') !== text) {
    throw new EvidenceRefusal(`Conflict: ${bag} already holds the evidence of another plan of '${goLive.id}'.`, 'Start it under another change; evidence is never written over.');
  }
  if (await isSealed(bag)) {
    throw new EvidenceRefusal(`Conflict: the evidence of '${goLive.id}' in ${bag} is sealed.`, 'Start again under another change; sealed evidence is never added to.');
  }
  await writeDurably(join(bag, 'bagit.txt'), BAGIT);
  await keepRunbook(bag, goLive.baseDir, plan);
  await writeDurably(planPath, text);
}

/** What `openEvidence` needs to know of a plan's runbook, found in `{plan: {runbook}}` or `{runbook}`. */
function runbookOf(plan: Json): { file: string; sha256: string } | undefined {
  const outer = plan as { plan?: { runbook?: unknown }; runbook?: unknown } | null;
  const runbook = (outer?.plan?.runbook ?? outer?.runbook) as { file?: unknown; sha256?: unknown } | undefined;
  return typeof runbook?.file === 'string' && typeof runbook.sha256 === 'string'
    ? { file: runbook.file, sha256: runbook.sha256 }
    : undefined;
}

async function keepRunbook(bag: string, baseDir: string, plan: Json): Promise<void> {
  const copy = join(bag, 'data', 'runbook.yaml');
  const runbook = runbookOf(plan);
  if (runbook === undefined || runbook.file === '') return;
  const kept = await readIfThere(copy);
  if (kept !== undefined && sha256(kept) === runbook.sha256) return;
  // The plan names the runbook as people typed it; it lies in the base folder.
  const path = join(baseDir, basename(runbook.file));
  const bytes = await readIfThere(path);
  if (bytes === undefined) return;
  const found = sha256(bytes);
  if (found !== runbook.sha256) {
    throw new EvidenceRefusal(`The runbook ${path} was changed after it was planned: its SHA-256 is ${found}, the plan has ${runbook.sha256}.`, 'Plan and start again with the runbook as it is now.');
  }
  await writeDurably(copy, bytes);
}
