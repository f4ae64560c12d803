import { lstatSync, readdirSync, type Stats } from 'node:fs';
import { join } from 'node:path';
import { errnoOf } from '../../host/errno.js';
import { MOST, whyUnread } from './read.js';
import { strictText } from './strict.js';

/** What lies in a bundle that is no folder with something in it. Links are not followed. */
export interface Entry {
  /** Below the bundle, with `/`; bytes that are no UTF-8 are shown as `\xff`. */
  path: string;
  kind: 'file' | 'link' | 'other' | 'empty-folder' | 'odd-name' | 'too-deep' | 'unread';
  /** Of what could not be looked at. */
  why?: string;
}

/** Everything below a folder, a folder at a time: however deep it is, and whatever names it has. */
export function* walk(root: string): Generator<Entry> {
  const folders = [''];
  let count = 0;
  for (let below = folders.pop(); below !== undefined; below = folders.pop()) {
    const names = namesIn(root, below);
    if (!Array.isArray(names)) {
      yield names;
      continue;
    }
    if (names.length === 0 && below !== '') yield { path: below, kind: 'empty-folder' };
    for (const name of names) {
      count += 1;
      if (count > MOST.entries) {
        const why = `holds more than ${MOST.entries.toLocaleString('en')} files, and golive looks at no more`;
        yield { path: '.', kind: 'unread', why };
        return;
      }
      const entry = look(root, below, name);
      if (entry.kind === 'folder') folders.push(entry.path);
      else yield entry;
    }
  }
}

const pathOf = (below: string, name: string): string => (below === '' ? name : `${below}/${name}`);

function namesIn(root: string, below: string): Buffer[] | Entry {
  try {
    return readdirSync(join(root, below), { encoding: 'buffer' });
  } catch (error) {
    return failed(below, error);
  }
}

function look(root: string, below: string, name: Buffer): Entry | { path: string; kind: 'folder' } {
  const text = strictText(name);
  if (text === undefined) return { path: pathOf(below, shown(name)), kind: 'odd-name' };
  const path = pathOf(below, text);
  let status: Stats;
  try {
    status = lstatSync(join(root, path));
  } catch (error) {
    return failed(path, error);
  }
  if (status.isDirectory()) return { path, kind: 'folder' };
  return { path, kind: status.isFile() ? 'file' : status.isSymbolicLink() ? 'link' : 'other' };
}

function failed(path: string, error: unknown): Entry {
  if (errnoOf(error) === 'ENAMETOOLONG') return { path, kind: 'too-deep' };
  return { path: path === '' ? '.' : path, kind: 'unread', why: `cannot be read: ${whyUnread(error)}` };
}

/** Bytes of a name that are no UTF-8, for people. */
function shown(name: Buffer): string {
  const hex = (byte: number): string => `\\x${byte.toString(16).padStart(2, '0')}`;
  return [...name].map((byte) => (byte >= 0x20 && byte < 0x7f ? String.fromCharCode(byte) : hex(byte))).join('');
}
