import { existsSync } from 'node:fs';
import { join } from 'node:path';
import {
  BAGIT,
  formatManifest,
  MANIFEST,
  manifestLine,
  parseManifestLine,
  TAG_MANIFEST,
} from '../../model/evidence/manifest.js';
import { KEY_FILE, SEAL_FILE } from '../../model/evidence/seal.js';
import { sha256 } from '../hash.js';
import type { Findings } from './finding.js';
import { eachLine, hashFile, MOST, readAtMost, Unreadable } from './read.js';
import { strictText } from './strict.js';
import { type Entry, walk } from './walk.js';

const TAGS = ['bag-info.txt', 'bagit.txt', KEY_FILE, MANIFEST, SEAL_FILE] as const;
type Tag = (typeof TAGS)[number] | typeof TAG_MANIFEST;

/** The files of a bag that lie where they should, by path. */
export interface Bag {
  root: string;
  /** Payload paths with their hashes as they are now; empty where a file was added and is not looked at. */
  payload: Map<string, string>;
  /** Hashes of the tag files. */
  tags: Map<Tag, string>;
  /** Bytes of the tag files but the manifest, which may be large. */
  small: Map<Tag, Buffer>;
  /** Folders with nothing in them: no manifest speaks of them. */
  emptyFolders: string[];
  /** What could not be read, or looked into: each may hide files of the bag, and nothing is said of these. */
  unread: Set<string>;
}

const isTag = (path: string): path is Tag => path === TAG_MANIFEST || TAGS.some((tag) => tag === path);

/** Compares a bag with its manifests, both ways, and the manifests with the one form that they may have. */
export async function checkBag(root: string, findings: Findings): Promise<Bag> {
  const bag: Bag = emptyBag(root);
  await findings.group('files against their manifests', () => {
    const there = [...walk(root)];
    sort(bag, there, findings);
    return { count: there.length };
  });
  return bag;
}

/** The tag files of a bag alone: nothing is said of its payload. */
export function tagsOf(root: string, findings: Findings): Bag {
  const bag = emptyBag(root);
  for (const tag of [...TAGS, TAG_MANIFEST] as const) {
    if (existsSync(join(root, tag))) readTag(bag, tag, findings);
    else missesTag(tag, findings);
  }
  checkTags(bag, findings);
  return bag;
}

/** A bag of which nothing was read yet. */
export function emptyBag(root: string): Bag {
  return { root, payload: new Map(), tags: new Map(), small: new Map(), emptyFolders: [], unread: new Set() };
}

function sort(found: Bag, there: readonly Entry[], findings: Findings): void {
  for (const { path, kind } of there) {
    if (kind === 'empty-folder') found.emptyFolders.push(path);
    if (kind === 'unread' || kind === 'too-deep') found.unread.add(path);
  }
  for (const { path, kind } of there) {
    if (kind === 'link') findings.add('altered', path, 'is a symbolic link; a bundle has none');
    else if (kind === 'other') findings.add('altered', path, 'is no plain file');
    else if (kind === 'odd-name') findings.add('altered', path, 'has a name that is no UTF-8; no bundle has one');
    else if (kind !== 'file') continue;
    else if (path.startsWith('data/')) found.payload.set(path, '');
    else if (isTag(path)) readTag(found, path, findings);
    else findings.add('altered', path, 'was added');
  }
  for (const tag of [...TAGS, TAG_MANIFEST] as const) {
    if (!there.some(({ path }) => path === tag) && !hiddenBy(found, tag)) missesTag(tag, findings);
  }
  checkTags(found, findings);
  const hiding = checkPayload(found, findings);
  for (const { path, kind, why } of there) {
    if (kind === 'unread') findings.add('unreadable', path, why ?? 'cannot be read');
    if (kind !== 'too-deep') continue;
    // Where the manifest has something there, it is the folder of the bundle that lies too deep.
    if (hiding.has(path)) findings.add('unreadable', path, 'cannot be read: its path is longer than this system takes');
    else findings.add('altered', path, 'lies deeper than a path can be long; it was added');
  }
}

function missesTag(tag: Tag, findings: Findings): void {
  findings.add('incomplete', tag, 'is not there: the bundle was not closed, or lost it');
}

function readTag({ root, tags, small }: Bag, path: Tag, findings: Findings): void {
  try {
    if (path === MANIFEST) return void tags.set(path, hashFile(join(root, path)));
    const bytes = readAtMost(join(root, path), MOST.tag);
    tags.set(path, sha256(bytes));
    small.set(path, bytes);
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    if (error.tooLarge) findings.add('altered', path, 'is larger than golive ever writes it');
    else findings.add('unreadable', path, error.message);
  }
}

function checkTags({ tags, small }: Bag, findings: Findings): void {
  const bagit = small.get('bagit.txt');
  if (bagit && bagit.toString('utf8') !== BAGIT) findings.add('altered', 'bagit.txt', 'is not as golive writes it');
  const listed = TAGS.flatMap((path) => {
    const hash = tags.get(path);
    return hash === undefined ? [] : [{ path, sha256: hash }];
  });
  const found = small.get(TAG_MANIFEST);
  if (found !== undefined && found.toString('utf8') !== formatManifest(listed)) {
    findings.add('altered', TAG_MANIFEST, 'does not list the tag files as they are');
  }
}

/** What hides a path: itself or a folder above it. */
export function hiddenBy({ unread }: Bag, path: string): string | undefined {
  if (unread.size === 0) return undefined;
  const parts = path.split('/');
  const above = parts.map((_part, index) => parts.slice(0, index + 1).join('/'));
  return ['.', ...above].find((one) => unread.has(one));
}

/** Reads the manifest line by line, and each file that it lists; gives what hides some of these. */
function checkPayload(found: Bag, findings: Findings): Set<string> {
  const { root, payload, tags } = found;
  const unlisted = new Set(payload.keys());
  const hiding = new Set<string>();
  if (!tags.has(MANIFEST)) {
    for (const path of unlisted) hashInto(found, path, findings);
    return hiding;
  }
  let [number, last] = [0, ''];
  let [whole, ordered] = [true, true];
  const reading = findings.reading(MANIFEST, () => {
    eachLine(join(root, MANIFEST), { most: Number.MAX_SAFE_INTEGER, mostLine: MOST.manifestLine }, (line) => {
      number += 1;
      const text = strictText(line.bytes);
      const entry = text === undefined ? undefined : parseManifestLine(text);
      if (text === undefined || entry === undefined) {
        findings.add('altered', MANIFEST, `line ${number} is no check sum with a path`);
        whole = false;
        return false;
      }
      const { path, sha256: wanted } = entry;
      if (path === last) findings.add('altered', MANIFEST, 'lists a file twice');
      if (!line.whole || path < last || manifestLine(entry) !== `${text}\n`) ordered = false;
      last = path;
      if (unlisted.delete(path)) {
        const hash = hashInto(found, path, findings);
        if (hash !== undefined && hash !== wanted) findings.add('altered', path, 'was altered');
        return true;
      }
      const hider = hiddenBy(found, path);
      if (hider !== undefined) hiding.add(hider);
      else if (!payload.has(path)) findings.add('altered', path, 'is missing');
      return true;
    });
    return true;
  });
  if (!ordered) findings.add('altered', MANIFEST, 'is not in its one sorted form');
  for (const path of unlisted) {
    if (reading && whole) findings.add('altered', path, 'was added');
    else hashInto(found, path, findings);
  }
  return hiding;
}

function hashInto({ root, payload, unread }: Bag, path: string, findings: Findings): string | undefined {
  const hash = findings.reading(path, () => hashFile(join(root, path)));
  if (hash === undefined) unread.add(path);
  else payload.set(path, hash);
  return hash;
}
