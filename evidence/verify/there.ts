import { type Dirent, existsSync, lstatSync, readdirSync, statSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { MANIFEST, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { SEAL_FILE } from '../../model/evidence/seal.js';
import { EvidenceRefusal } from '../error.js';

/** What tells a bundle from another folder: one of these lies in it from its begin to its end, whatever else was lost. */
const MARKS = ['bagit.txt', MANIFEST, TAG_MANIFEST, SEAL_FILE, 'data/events.jsonl', 'data/plan.json'];

/** Levels of folders below the one that was given in which bundles are looked for: `<evidence>/<target>/<change>`. */
const LEVELS = 3;
/** Bundles that are named; of more their number is told. */
const NAMED = 3;
/** Folders that are looked into for them: this is a hint, and not worth a walk over a disk. */
const LOOKED_INTO = 2000;

/**
 * Refuses a folder that is no bundle, so that nobody takes it for one that lost something.
 *
 * @throws EvidenceRefusal which names bundles that lie below or above it
 */
export function needBundle(root: string): void {
  const status = existsSync(root) ? statSync(root) : undefined;
  if (status?.isDirectory() && isBundle(root)) return;
  const above = aboveOf(root);
  const [below, all] = status?.isDirectory() ? bundlesBelow(root) : [[], true];
  throw new EvidenceRefusal('There is no bundle.', hintOf(above, below, all));
}

function hintOf(above: string | undefined, below: readonly string[], all: boolean): string {
  if (above !== undefined) return `It is part of a bundle; give the whole one: ${above}.`;
  if (below.length === 0) return 'Give the folder that holds bagit.txt; unpack a zip first.';
  const rest = below.length - NAMED;
  const more = rest > 0 || !all ? ` and ${all ? '' : 'at least '}${Math.max(rest, 0)} more` : '';
  return `Bundles lie below it, and each is verified by itself: ${below.slice(0, NAMED).join(', ')}${more}.`;
}

function isBundle(folder: string): boolean {
  return MARKS.some((mark) => mayLie(join(folder, mark)));
}

/** Whether something lies there. What may not be looked at may: who verifies is told that it cannot be read. */
function mayLie(path: string): boolean {
  try {
    lstatSync(path);
    return true;
  } catch (error) {
    return !['ENOENT', 'ENOTDIR'].includes(errnoOf(error) ?? '');
  }
}

function aboveOf(root: string): string | undefined {
  if (!existsSync(root)) return undefined;
  let path = resolve(root);
  // A file of a step lies four folders below the bundle.
  for (let level = 0; level < 5 && dirname(path) !== path; level += 1) {
    path = dirname(path);
    if (existsSync(join(path, 'bagit.txt'))) return path;
  }
  return undefined;
}

/** Bundles below a folder, and whether these are all that there are so deep. Links are not followed. */
function bundlesBelow(root: string): [string[], all: boolean] {
  const found: string[] = [];
  let folders = [root];
  let looked = 0;
  for (let level = 0; level < LEVELS; level += 1) {
    const next: string[] = [];
    for (const folder of folders) {
      looked += 1;
      if (looked > LOOKED_INTO) return [found, false];
      // What begins with a dot lies beside a bundle: its lock, its backups.
      for (const entry of entriesOf(folder).filter((one) => one.isDirectory() && !one.name.startsWith('.'))) {
        const path = join(folder, entry.name);
        (isBundle(path) ? found : next).push(path);
      }
    }
    folders = next;
  }
  return [found, true];
}

function entriesOf(folder: string): Dirent[] {
  try {
    return readdirSync(folder, { withFileTypes: true }).toSorted((a, b) => (a.name < b.name ? -1 : 1));
  } catch {
    return [];
  }
}
