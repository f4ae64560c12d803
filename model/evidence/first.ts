import { MANIFEST, TAG_MANIFEST } from './manifest.js';
import { KEY_FILE, SEAL_FILE } from './seal.js';

/** Tag files of a bundle that prove which go-live it is of. */
export const FIRST_TAGS = [TAG_MANIFEST, 'bag-info.txt', 'bagit.txt', KEY_FILE, MANIFEST, SEAL_FILE] as const;

/** With its records of how that one was planned and how it ended: what a later go-live that takes it back keeps of it. */
export const FIRST_FILES = [...FIRST_TAGS, 'data/plan.json', 'data/state.json'] as const;

/** Where the bundle of a go-live that takes back an earlier one has a file of that one's bundle. */
export function inFirst(path: (typeof FIRST_FILES)[number]): string {
  return `data/first/${path.replace('data/', '')}`;
}
