import { join } from 'node:path';
import { eventsOf, type LoggedEvent } from '../../model/evidence/logged-event.js';
import { isNamedFile } from '../../model/evidence/own-files.js';
import { APPROVED_MANIFEST, parseManifest } from '../../model/evidence/manifest.js';
import type { Bag } from './bag.js';
import type { Findings } from './finding.js';
import { MOST, readAtMost } from './read.js';
import type { Record } from './record.js';

const LIST = `data/${APPROVED_MANIFEST}`;

/**
 * Compares the files that the runbook names with the list that approvals of the bundle are bound to: one that was changed,
 * added or taken away since is not what people approved, whoever sealed it. The list itself is the one of the log.
 */
export async function checkCollected(
  { root, payload }: Bag,
  { plan: { evidence }, state }: Record,
  events: readonly LoggedEvent[],
  findings: Findings,
): Promise<void> {
  const policy = (item: string, what: string): void => findings.add('policy', item, what);
  // The page to sign is written at the end.
  const isCollected = (path: string): boolean => isNamedFile(path) && path !== `data/${evidence.signoff}`;
  const there = [...payload.keys()].filter(isCollected);
  const digest = eventsOf(events, 'evidence.collected').at(-1)?.digest ?? state.bundle?.digest;
  if (!payload.has(LIST) && digest === undefined && there.length === 0) return;
  await findings.group('files as they were when the bundle was approved', () => {
    if (!payload.has(LIST)) {
      policy(LIST, 'is not there: nothing says what the files that the runbook names were');
      return { count: there.length };
    }
    if (digest !== undefined && payload.get(LIST) !== digest)
      policy(LIST, 'is not the list that was made when the files were collected');
    const bytes = findings.reading(LIST, () => readAtMost(join(root, LIST), MOST.raw));
    const read = parseManifest(bytes?.toString('utf8') ?? '');
    if (!('entries' in read)) {
      policy(LIST, 'is not a list of files');
      return { count: 0 };
    }
    const named = read.entries.filter(({ path }) => isCollected(path));
    for (const { path, sha256 } of named) {
      if (!payload.has(path)) policy(path, 'was there when the bundle was approved, and is not any more');
      else if (payload.get(path) !== sha256) policy(path, 'is not as it was when the bundle was approved');
    }
    const known = new Set(named.map(({ path }) => path));
    for (const path of there) if (!known.has(path)) policy(path, 'was not there when the bundle was approved');
    return { count: named.length };
  });
}
