import { MANIFEST, TAG_MANIFEST } from './manifest.js';
import { KEY_FILE, SEAL_FILE } from './seal.js';

/** Files of a bundle that prove which go-live it is of, and how it was planned and ended. */
export const FIRST_FILES = [
  TAG_MANIFEST,
  'bag-info.txt',
  'bagit.txt',
  KEY_FILE,
  MANIFEST,
  SEAL_FILE,
  'data/plan.json',
  'data/state.json',
] as const;

/** Where the bundle of a go-live that takes back an earlier one has a file of that one's bundle. */
export function inFirst(path: (typeof FIRST_FILES)[number]): string {
  return `data/first/${path.replace('data/', '')}`;
}
