import { BAGIT, formatManifest, MANIFEST, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { sha256 } from '../durable.js';
import type { EvidenceStore, StoredFile } from '../store.js';
import type { SealedTags } from './seal.js';

/**
 * Writes `bagit.txt`, `bag-info.txt`, both manifests (RFC 8493) and what seals them; the tag manifest comes last, so a
 * bag that has it is complete.
 *
 * @param info lines of bag-info.txt besides Payload-Oxum
 * @param seal makes further tag files out of these
 * @throws EvidenceError when it cannot be written durably
 */
export async function writeBag(
  store: EvidenceStore,
  files: readonly StoredFile[],
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
  for (const [name, content] of tags) await store.write(name, content);
  const entries = tags.map(([path, content]) => ({ path, sha256: sha256(content) }));
  await store.write(TAG_MANIFEST, formatManifest(entries));
}

function oneLine(text: string): string {
  return text.replace(/[\p{Cc}\p{Cf}]+/gu, ' ').trim();
}
