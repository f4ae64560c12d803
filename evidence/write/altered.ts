import { APPROVED_MANIFEST, parseManifest } from '../../model/evidence/manifest.js';
import { isNamedFile } from '../../model/evidence/own-files.js';
import type { CheckBound } from '../../model/state/contract.js';
import { openStore } from '../open-store.js';
import type { EvidenceStore } from '../store.js';
import { sha256, sha256File } from '../durable.js';
import { existsSync } from 'node:fs';

interface Bound {
  /** As people know it. */
  name: string;
  /** Below the bundle. */
  path: string;
  sha256: string | null;
}

/**
 * Compares the files that an approval binds to with what lay there when it was asked.
 *
 * @returns what is not as it was, a sentence each, without the full stop
 * @throws EvidenceError when one cannot be read
 */
export async function alteredOf(
  { goLive, files, bundle, signoff }: CheckBound,
  store: EvidenceStore = openStore(goLive.evidenceDir),
): Promise<string[]> {
  const bound = files.flatMap(({ file, path, sha256: hash }): Bound[] =>
    path === null ? [] : [{ name: file, path: `data/${path}`, sha256: hash }],
  );
  const list = `data/${APPROVED_MANIFEST}`;
  if (bundle !== undefined) {
    const text = await store.read(list);
    if (text === undefined || sha256(text) !== bundle) return [altered({ name: APPROVED_MANIFEST, path: list })];
    const read = parseManifest(text.toString('utf8'));
    const listed = 'entries' in read ? read.entries : [];
    // As `verify` compares them; the page to sign is written at the end.
    const named = listed.filter(({ path }) => isNamedFile(path) && path !== `data/${signoff}`);
    for (const entry of named) bound.push({ name: entry.path.slice('data/'.length), ...entry });
  }
  const found: string[] = [];
  for (const one of bound) {
    const local = store.local(one.path);
    if (!existsSync(local)) found.push(`${one.name} (${one.path}) is not there any more`);
    else if ((await sha256File(local)).sha256 !== one.sha256) found.push(altered(one));
  }
  return found;
}

const altered = ({ name, path }: Pick<Bound, 'name' | 'path'>): string =>
  `${name} (${path}) is not as it was when this was asked`;
