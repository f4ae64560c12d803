import { lstatSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BAGIT, formatManifest, MANIFEST, parseManifest, TAG_MANIFEST } from '../../model/evidence/manifest.js';
import { KEY_FILE, SEAL_FILE } from '../../model/evidence/seal.js';
import { sha256File } from '../durable.js';
import { sha256 } from '../hash.js';
import type { Findings } from './finding.js';
import { strictText } from './strict.js';

const TAGS = ['bag-info.txt', 'bagit.txt', KEY_FILE, MANIFEST, SEAL_FILE] as const;

/** The files of a bag that lie where they should, by path. */
export interface Bag {
  root: string;
  /** Payload paths with their hashes as they are now. */
  payload: Map<string, string>;
  /** Bytes of the tag files. */
  tags: Map<string, Buffer>;
}

/** Everything below a folder that is no folder, with links named as what they are; links are not followed. */
function walk(root: string, below = ''): { path: string; kind: 'file' | 'link' | 'other' }[] {
  return readdirSync(join(root, below)).flatMap((name) => {
    const path = below === '' ? name : `${below}/${name}`;
    const status = lstatSync(join(root, path));
    if (status.isDirectory()) return walk(root, path);
    return [{ path, kind: status.isFile() ? 'file' : status.isSymbolicLink() ? 'link' : 'other' }];
  });
}

/** Compares a bag with its manifests, both ways, and the manifests with the one form that they may have. */
export async function checkBag(root: string, findings: Findings): Promise<Bag> {
  const bag: Bag = { root, payload: new Map(), tags: new Map() };
  await findings.group('files against their manifests', async () => {
    const there = walk(root);
    for (const { path, kind } of there) {
      if (kind === 'link') findings.add('altered', path, 'is a symbolic link; a bundle has none');
      else if (kind === 'other') findings.add('altered', path, 'is no plain file');
      else if (path.startsWith('data/')) bag.payload.set(path, (await sha256File(join(root, path))).sha256);
      else if (path !== TAG_MANIFEST && !TAGS.some((tag) => tag === path)) findings.add('altered', path, 'was added');
      else bag.tags.set(path, readFileSync(join(root, path)));
    }
    for (const tag of [...TAGS, TAG_MANIFEST]) {
      if (!bag.tags.has(tag)) findings.add('incomplete', tag, 'is not there: the bundle was not closed, or lost it');
    }
    checkTags(bag, findings);
    checkPayload(bag, findings);
    return { count: there.length };
  });
  return bag;
}

function checkTags({ tags }: Bag, findings: Findings): void {
  if (tags.has('bagit.txt') && tags.get('bagit.txt')?.toString('utf8') !== BAGIT) {
    findings.add('altered', 'bagit.txt', 'is not as golive writes it');
  }
  const listed = TAGS.flatMap((path) => {
    const content = tags.get(path);
    return content === undefined ? [] : [{ path, sha256: sha256(content) }];
  });
  const found = tags.get(TAG_MANIFEST);
  if (found !== undefined && found.toString('utf8') !== formatManifest(listed)) {
    findings.add('altered', TAG_MANIFEST, 'does not list the tag files as they are');
  }
}

function checkPayload({ payload, tags }: Bag, findings: Findings): void {
  const bytes = tags.get(MANIFEST);
  if (bytes === undefined) return;
  const text = strictText(bytes);
  const parsed = text === undefined ? { badLine: 1 } : parseManifest(text);
  if ('badLine' in parsed) {
    findings.add('altered', MANIFEST, `line ${parsed.badLine} is no check sum with a path`);
    return;
  }
  if (formatManifest(parsed.entries) !== text) findings.add('altered', MANIFEST, 'is not in its one sorted form');
  const listed = new Map(parsed.entries.map(({ path, sha256: hash }) => [path, hash]));
  if (listed.size !== parsed.entries.length) findings.add('altered', MANIFEST, 'lists a file twice');
  for (const [path, hash] of listed) {
    const found = payload.get(path);
    if (found === undefined) findings.add('altered', path, 'is missing');
    else if (found !== hash) findings.add('altered', path, 'was altered');
  }
  for (const path of payload.keys()) if (!listed.has(path)) findings.add('altered', path, 'was added');
}
