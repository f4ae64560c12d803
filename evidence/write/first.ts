import { join } from 'node:path';
import { FIRST_FILES, inFirst } from '../../model/evidence/first.js';
import { TAG_MANIFEST } from '../../model/evidence/manifest.js';
import type { TakesBack } from '../../model/plan/taking-back.js';
import { EvidenceRefusal } from '../error.js';
import { readIfThere } from '../folder-store.js';
import { sha256 } from '../hash.js';
import type { EvidenceStore } from '../store.js';

/**
 * Keeps what the bundle of the go-live that is taken back says of itself, so that an auditor needs no other folder to see
 * which one it was. The new bundle gets the first one's runbook, whatever the file says by now.
 *
 * @throws EvidenceRefusal when that bundle is not the one that the plan names
 */
export async function recordFirst(store: EvidenceStore, { goLive, evidenceDir, bundle }: TakesBack): Promise<void> {
  const found = await readIfThere(join(evidenceDir, TAG_MANIFEST));
  if (found === undefined || sha256(found) !== bundle) {
    throw new EvidenceRefusal(
      `The bundle of ${goLive} in ${evidenceDir} is ${found === undefined ? 'not there, or not closed' : 'not the one that the plan names'}.`,
      'Its journals say how it is taken back. Run the worker where they lie, or undo by hand.',
    );
  }
  for (const path of FIRST_FILES) {
    const bytes = await readIfThere(join(evidenceDir, path));
    if (bytes !== undefined) await store.write(inFirst(path), bytes);
  }
  const runbook = await readIfThere(join(evidenceDir, 'data/runbook.yaml'));
  if (runbook !== undefined) await store.write('data/runbook.yaml', runbook);
}
