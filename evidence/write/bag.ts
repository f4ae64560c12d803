import { lstat, readdir, readlink, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { formatManifest, type ManifestEntry } from '../../model/evidence/manifest.js';
import { isTemporary, sha256, sha256File, writeDurably } from '../durable.js';
import { evidenceError } from '../error.js';
import type { SealedTags } from './seal.js';

export const BAGIT = 'BagIt-Version: 1.0\nTag-File-Character-Encoding: UTF-8\n';
export const MANIFEST = 'manifest-sha256.txt' as const;
export const TAG_MANIFEST = 'tagmanifest-sha256.txt';

export interface PayloadFile extends ManifestEntry {
  bytes: number;
}
export interface Payload {
  files: PayloadFile[];
  /** Unfinished writes and leases, absolute: no part of the bundle. */
  leftovers: string[];
  /** Symbolic links, which a bag cannot hold: path below the bag and where they point. */
  links: { path: string; target: string }[];
}

/** Names that only a running step needs: leases and unfinished writes. */
function isLeftover(name: string): boolean {
  return isTemporary(name) || name === '.lease' || name === '.lease.lock';
}

/**
 * Hashes everything below `data/`, sorted by path. Links are not followed. Unfinished writes beside `data/` are found,
 * too: the tag files are written there.
 *
 * @throws EvidenceError when a file cannot be read
 */
export async function readPayload(bag: string): Promise<Payload> {
  const payload: Payload = { files: [], leftovers: [], links: [] };
  const walk = async (below: string): Promise<void> => {
    const folder = join(bag, below);
    const names = await readdir(folder).catch((error: unknown) => {
      throw evidenceError('read', folder, error);
    });
    for (const name of names.sort()) {
      const path = `${below}/${name}`;
      const absolute = join(bag, path);
      const status = await lstat(absolute);
      if (isLeftover(name)) payload.leftovers.push(absolute);
      else if (status.isDirectory()) await walk(path);
      else if (status.isSymbolicLink()) payload.links.push({ path, target: await readlink(absolute) });
      else if (status.isFile()) payload.files.push({ path, ...(await sha256File(absolute)) });
    }
  };
  const beside = await readdir(bag).catch((error: unknown) => {
    throw evidenceError('read', bag, error);
  });
  payload.leftovers.push(...beside.filter(isLeftover).map((name) => join(bag, name)));
  await walk('data');
  payload.files.sort((a, b) => (a.path < b.path ? -1 : 1));
  return payload;
}

/** Removes what running steps left lying; with its lease gone, an attempt that still lives may write no more. */
export async function removeLeftovers(payload: Payload): Promise<void> {
  for (const path of payload.leftovers) await rm(path, { recursive: true, force: true });
}

/**
 * Writes `bagit.txt`, `bag-info.txt`, both manifests (RFC 8493) and what seals them; the tag manifest comes last, so a
 * bag that has it is complete.
 *
 * @param info lines of bag-info.txt besides Payload-Oxum
 * @param seal makes further tag files out of these
 * @throws EvidenceError when it cannot be written durably
 */
export async function writeBag(
  bag: string,
  files: readonly PayloadFile[],
  info: [string, string][],
  seal: (tags: SealedTags) => Promise<[name: string, content: string][]>,
): Promise<void> {
  const bytes = files.reduce((sum, file) => sum + file.bytes, 0);
  const lines = [...info, ['Payload-Oxum', `${bytes}.${files.length}`]];
  const sealed: SealedTags = {
    'bag-info.txt': lines.map(([label, value]) => `${label}: ${oneLine(value ?? '')}\n`).join(''),
    'bagit.txt': BAGIT,
    [MANIFEST]: formatManifest(files),
  };
  const tags = [...Object.entries(sealed), ...(await seal(sealed))];
  for (const [name, content] of tags) await writeDurably(join(bag, name), content);
  const entries = tags.map(([path, content]) => ({ path, sha256: sha256(content) }));
  await writeDurably(join(bag, TAG_MANIFEST), formatManifest(entries));
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
