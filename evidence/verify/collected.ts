import { join } from 'node:path';
import { isNamedFile } from '../../model/evidence/own-files.js';
import { APPROVED_MANIFEST, parseManifest } from '../../model/evidence/manifest.js';
import type { Plan } from '../../model/plan/plan.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';

/**
 * Compares the files that the runbook names with the list that approvals of the bundle are bound to: one that was changed
 * or taken away since is not what people approved, whoever sealed it.
 */
export async function checkCollected({ root, payload }: Bag, { evidence }: Plan, findings: Findings): Promise<void> {
  const list = `data/${APPROVED_MANIFEST}`;
  if (!payload.has(list)) return;
  await findings.group('files as they were when the bundle was approved', () => {
    const read = parseManifest(readAtMost(join(root, list), MOST.raw).toString('utf8'));
    if (!('entries' in read)) {
      findings.add('policy', list, 'is not a list of files');
      return { count: 0 };
    }
    // The page to sign is written at the end.
    const named = read.entries.filter(({ path }) => isNamedFile(path) && path !== `data/${evidence.signoff}`);
    for (const { path, sha256 } of named) {
      if (payload.get(path) !== sha256) findings.add('policy', path, 'is not as it was when the bundle was approved');
    }
    return { count: named.length };
  });
}
